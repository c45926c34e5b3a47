"""A grant, one hold and one lot as they are shown, from the entries that say what became of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Literal

from lotbook.domain.credits.hold_ids import hold_id_of
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Draws, Entry
    from lotbook.domain.credits.lots import Lot

HoldState = Literal["open", "captured", "released", "lapsed"]
OneLotState = Literal["open", "provisional", "frozen", "used_up", "expired", "void"]
_ENDS: dict[str, HoldState] = {"capture": "captured", "release": "released", "lapse": "lapsed"}


@dataclass(frozen=True, slots=True)
class Granted:
    """A grant's answer: exactly one lot, however often it is asked, and as it was made."""

    entry_id: str
    lot: Lot
    replayed: bool = False

    @property
    def lot_id(self) -> str:
        """The lot's."""
        return self.lot.lot_id


@dataclass(frozen=True, slots=True)
class HoldView:
    """A hold, and what became of it. `draws`: all that it set aside, in burn order; a capture keeps the first of them."""

    hold_id: str
    entry_id: str
    unit: str
    state: HoldState
    credits: int
    captured: int
    released: int
    draws: Draws
    placed_at: int
    expires_at: int
    closed_at: int | None
    reference: str | None
    actor: str
    rated: str | None = None


def hold_view(account_id: str, held: Entry, end: Entry | None, now: int) -> HoldView:
    """The hold of this entry; `end` is the entry that resolved it, None where there is none.

    A hold whose time is over has lapsed, whether or not somebody has given it back yet.
    """
    due = held.due or 0
    has_lapsed = end is None and due <= now
    captured = end.requested if end is not None and end.kind == "captured" else 0
    state: HoldState = "lapsed" if has_lapsed else "open" if end is None else _ENDS[end.by or "lapse"]
    return HoldView(
        hold_id=hold_id_of(account_id, held.name),
        entry_id=held.id_in(account_id),
        unit=held.unit,
        state=state,
        credits=held.requested,
        captured=captured,
        released=0 if state == "open" else held.requested - captured,
        draws=held.draws,
        placed_at=held.at,
        expires_at=due,
        closed_at=due if state == "lapsed" else end.at if end is not None else None,
        reference=held.reference,
        actor=held.actor,
        rated=held.rated,
    )


@dataclass(frozen=True, slots=True)
class OneLot:
    """A lot with all that became of its credits: granted = remaining + held + used + expired + taken_back.

    `used` was burned, or paid a shortfall. `taken_back`: for a refund, a dispute, another plan, or by an operator's word.
    """

    lot: Lot
    state: OneLotState
    remaining: int
    held: int
    used: int
    expired: int
    taken_back: int


@dataclass(frozen=True, slots=True)
class LotStanding:
    """What the book says of one lot at one moment."""

    remaining: int
    held: int
    is_frozen: bool
    at: int


def one_lot(lot: Lot, events: Iterable[Entry], standing: LotStanding, *, is_undecided: bool) -> OneLot:
    """The lot of these entries, which are of the book's moment or before. `is_undecided`: provisional, and still waiting."""
    known = list(events)
    expired = sum(-entry.credits for entry in known if entry.kind == "expired")
    taken = sum(entry.removed for entry in known if entry.kind in ("clawed_back", "adjusted"))
    given_back = sum(entry.credits - entry.paid for entry in known if entry.kind == "adjusted" and entry.credits > 0)
    taken_back = taken - given_back
    used = lot.credits - standing.remaining - standing.held - expired - taken_back
    return OneLot(
        lot=lot,
        state=_state(lot, standing, (expired, taken_back), is_undecided),
        remaining=standing.remaining,
        held=standing.held,
        used=used,
        expired=expired,
        taken_back=taken_back,
    )


def _state(lot: Lot, standing: LotStanding, ended: tuple[int, int], is_undecided: bool) -> OneLotState:
    """By what took its last credits. `ended`: what expired of it, and what was taken back."""
    expired, taken_back = ended
    is_over = not standing.remaining and not standing.held
    if lot.is_dead(standing.at) and (expired or not is_over):
        return "expired"
    if standing.is_frozen:
        return "frozen"
    if is_over:
        return "void" if taken_back else "used_up"
    return "provisional" if is_undecided else "open"
