"""What the world is told: domain events made from a new ledger entry, or from a purchase or an account as it was and as it is.

Pure. An announcement's id follows from what happened, so a redelivery announces the same id again and a reader who keeps
ids sees everything once. Nothing in it names a person, no e-mail address and no actor; the seller's own words, the reason of a
grant and the metadata of a burn, are handed on as they came.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal

from lotbook.domain.accounts.canary import is_counted
from lotbook.domain.credits.ledger import is_voiding
from lotbook.domain.news import drawn, parts, usages
from lotbook.domain.values import ids, instants
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import LotKind
    from lotbook.domain.news.notices import ExpiringLot
    from lotbook.domain.sales.auto_history import AutoEvent
    from lotbook.domain.sales.purchase import Purchase, PurchaseState

# Of metadata in one event: the bus takes 256 KB, and a character is up to four bytes, six where it is a control character.
MAX_NOTED_CHARACTERS = 30_000

AnnouncementKind = Literal[
    "account.paused",
    "account.resumed",
    "credits.granted",
    "credits.consumed",
    "credits.low",
    "credits.exhausted",
    "credits.expiring_soon",
    "credits.expired",
    "credits.clawed_back",
    "credits.shortfall",
    "credits.frozen",
    "credits.unfrozen",
    "credits.voided",
    "endpoint.disabled",
    "hold.lapsed",
    "auto_top_up.bought",
    "auto_top_up.not_bought",
    "auto_top_up.suspended",
    "auto_top_up.resumed",
    "auto_top_up.switched",
    "plan.changed",
    "plan.renewed",
    "plan.renewal_failed",
    "plan.canceled",
    "plan.resumed",
    "plan.ending",
    "plan.ended",
    "purchase.created",
    "purchase.processing",
    "purchase.completed",
    "purchase.failed",
    "purchase.abandoned",
    "purchase.partially_refunded",
    "purchase.refunded",
    "purchase.disputed",
]

_PURCHASE_KINDS: Mapping[PurchaseState, AnnouncementKind] = {
    "processing": "purchase.processing",
    "completed": "purchase.completed",
    "failed": "purchase.failed",
    "abandoned": "purchase.abandoned",
    "partially_refunded": "purchase.partially_refunded",
    "refunded": "purchase.refunded",
    "disputed": "purchase.disputed",
}


@dataclass(frozen=True, slots=True)
class EntryWritten:
    """A new ledger entry."""

    account_id: str
    entry: Entry


@dataclass(frozen=True, slots=True)
class PurchaseWritten:
    """A purchase as it was before (None: there was none) and as it is now."""

    before: Purchase | None
    after: Purchase


@dataclass(frozen=True, slots=True)
class AccountWritten:
    """An account as it was before and as it is now."""

    before: Account
    after: Account


@dataclass(frozen=True, slots=True)
class AutoNoted:
    """A new event in the history of automatic purchase."""

    event: AutoEvent


Change = EntryWritten | PurchaseWritten | AccountWritten | AutoNoted


def figures_of(changes: Iterable[Change]) -> dict[str, int]:
    """What a dashboard shows of them: burns, the credits that these took, and purchases that were completed.

    Counted as they are delivered: what comes again is counted again.
    """
    burns = credits = purchases = 0
    for change in changes:
        match change:
            case EntryWritten(account_id, entry) if entry.kind == "consumed" and is_counted(account_id):
                burns, credits = burns + 1, credits + entry.requested
            case PurchaseWritten(before=before, after=after) if after.state == "completed":
                purchases += before is None or before.state != "completed"
    return {"burns": burns, "credits": credits, "purchases": purchases}


@dataclass(frozen=True, slots=True)
class Announcement:
    """One event. `at` is when it happened (milliseconds), `detail` plain JSON values; instants in it are text.

    `account_id` is None for what is no account's: an endpoint.
    """

    announcement_id: str
    kind: AnnouncementKind
    at: int
    account_id: str | None
    detail: Mapping[str, Any]


def make(
    kind: AnnouncementKind, at: int, account_id: str, detail: Mapping[str, Any], *because: str | int
) -> Announcement:
    """An announcement whose id follows from its kind, its account and what it is `because` of."""
    seed = (kind, account_id, *(str(part) for part in because))
    return Announcement("evt_" + ids.fingerprint("event", *seed), kind, at, account_id, detail)


def of_entry(account_id: str, entry: Entry, note: Mapping[str, str] | None = None) -> tuple[Announcement, ...]:
    """What one entry says by itself. Burns are summed by `of_burns`, levels are watched by `alerts`.

    `note` is what the caller of a grant said.
    """
    if entry.kind == "granted":
        return _granted(account_id, entry, note)
    teller = _TELLERS.get(entry.kind)
    return () if teller is None or not entry.is_shown else teller(account_id, entry)


def of_burns(
    account_id: str,
    unit: str,
    entries: Iterable[Entry],
    notes: Mapping[str, Mapping[str, str]] | None = None,
    *,
    kinds: Mapping[str, LotKind] | None = None,
) -> tuple[Announcement, ...]:
    """One total of what these entries of one unit consumed (captures included); none where nothing was consumed.

    `seqs` names the ledger numbers that are summed, as ranges with both ends: whoever must count exactly keeps them, for
    after a failure the same burns may come again in another company. `notes` are by the entries' names, `kinds` by lot.
    """
    burns = burns_of(entries)
    if not burns:
        return ()
    last = burns[-1]
    detail = {
        "unit": unit,
        "credits": sum(-entry.credits for entry in burns),
        "burns": len(burns),
        "seqs": [list(pair) for pair in ranges(entry.seq for entry in burns)],
        "from": instants.to_text(min(entry.at for entry in burns)),
        "to": instants.to_text(max(entry.at for entry in burns)),
        "available": last.available_after,
        **drawn.told(drawn.drawn(burns), kinds or {}),
        **usages.told(parts.whole(entry, notes or {}) for entry in burns),
        **_said(account_id, burns, notes or {}),
    }
    return (make("credits.consumed", last.at, account_id, detail, unit, *(entry.name for entry in burns)),)


def burns_of(entries: Iterable[Entry]) -> list[Entry]:
    """Those that burned something, each once, by their numbers."""
    return sorted({entry.seq: entry for entry in entries if _is_burn(entry)}.values(), key=lambda entry: entry.seq)


def _said(account_id: str, burns: Iterable[Entry], notes: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    """Burns with metadata, one by one, as far as an event has room, and the parts of batches; the rest is in the statement."""
    noted: list[dict[str, Any]] = []
    left_out = size = 0
    for entry in burns:
        note = notes.get(entry.name)
        if note is None or entry.has_lines:  # a note of a batch is its lines
            continue
        size += sum(len(name) + len(value) for name, value in note.items())
        if size > MAX_NOTED_CHARACTERS:
            left_out += 1
        else:
            noted.append({"entry_id": entry.id_in(account_id), "credits": -entry.credits, "metadata": dict(note)})
    return {"noted": noted, "noted_left_out": left_out, **parts.told(account_id, burns, notes)}


def of_purchase(before: Purchase | None, after: Purchase, now: int) -> tuple[Announcement, ...]:
    """What a write to a purchase says: that it was made, or the state it has come to. Other writes say nothing.

    `now` dates the states whose instant the purchase does not keep.
    """
    if before is None:
        made = (_of_purchase("purchase.created", after, after.created_at),)
        return made if after.state == "pending" else (*made, *_of_state(after, now))
    return () if before.state == after.state else _of_state(after, now)


def expiring_soon(account_id: str, lot: ExpiringLot, kind: str | None, at: int) -> Announcement:
    """Credits of that kind of lot that die soon unless they are used. Once a lot and instant."""
    dies = {"credits": lot.credits, "expires_at": instants.to_text(lot.expires_at)}
    detail = {"unit": lot.unit, "lot_id": lot.lot_id, "lot_kind": kind, **dies}
    return make("credits.expiring_soon", at, account_id, detail, lot.unit, lot.lot_id, lot.expires_at)


def ranges(numbers: Iterable[int]) -> tuple[tuple[int, int], ...]:
    """Ascending numbers as ranges with both ends."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def _is_burn(entry: Entry) -> bool:
    return entry.kind in ("consumed", "captured") and entry.requested > 0


def _common(account_id: str, entry: Entry) -> dict[str, Any]:
    place = {"entry_id": entry.id_in(account_id), "seq": entry.seq}
    return {"unit": entry.unit, **place, "available": entry.available_after}


def _told(account_id: str, kind: AnnouncementKind, entry: Entry, **more: Any) -> Announcement:
    return make(kind, entry.at, account_id, _common(account_id, entry) | more, entry.unit, entry.name)


def _granted(account_id: str, entry: Entry, note: Mapping[str, str] | None) -> tuple[Announcement, ...]:
    lot = entry.lot
    if lot is None or not entry.is_shown:
        return ()
    return (
        _told(
            account_id,
            "credits.granted",
            entry,
            lot_id=lot.lot_id,
            lot_kind=lot.kind,
            credits=lot.credits,
            paid_to_shortfall=entry.paid,
            effective_at=instants.to_text(lot.effective_at),
            expires_at=instants.to_optional_text(lot.expires_at),
            purchase_id=entry.purchase_id,
            reason=entry.why,
            metadata=None if note is None else dict(note),
        ),
    )


def _expired(account_id: str, entry: Entry) -> tuple[Announcement, ...]:
    """`lot_id` is null where several lots died together: `lots` has each with its credits."""
    lots = [{"lot_id": draw.lot_id, "credits": draw.credits} for draw in entry.draws]
    lot_id = None if entry.is_together else _lot_id(entry)
    return (_told(account_id, "credits.expired", entry, lot_id=lot_id, lots=lots, credits=-entry.credits),)


def _clawed_back(account_id: str, entry: Entry) -> tuple[Announcement, ...]:
    short = -entry.credits - entry.removed
    facts = {"lot_id": _lot_id(entry), "purchase_id": entry.purchase_id}
    clawed = _told(account_id, "credits.clawed_back", entry, **facts, credits=-entry.credits, removed=entry.removed)
    if short <= 0:
        return (clawed,)
    return (clawed, _told(account_id, "credits.shortfall", entry, **facts, credits=short))


def _voided(account_id: str, entry: Entry) -> tuple[Announcement, ...]:
    """What an operator took back; what a claw-back gave up again is no news of its own."""
    if not is_voiding(entry.name):
        return ()
    facts = {"lot_id": _lot_id(entry), "purchase_id": entry.purchase_id, "reason": entry.why}
    return (_told(account_id, "credits.voided", entry, **facts, credits=-entry.credits),)


def _frozen(account_id: str, entry: Entry) -> tuple[Announcement, ...]:
    kind: AnnouncementKind = "credits.frozen" if entry.kind == "frozen" else "credits.unfrozen"
    moved = sum(draw.credits for draw in entry.draws)
    return (_told(account_id, kind, entry, lot_id=_lot_id(entry), credits=moved, purchase_id=entry.purchase_id),)


def _released(account_id: str, entry: Entry) -> tuple[Announcement, ...]:
    if entry.by != "lapse":
        return ()
    return (_told(account_id, "hold.lapsed", entry, credits=sum(draw.credits for draw in entry.draws)),)


_TELLERS: Mapping[str, Callable[[str, Entry], tuple[Announcement, ...]]] = {
    "expired": _expired,
    "clawed_back": _clawed_back,
    "frozen": _frozen,
    "unfrozen": _frozen,
    "adjusted": _voided,
    "released": _released,
}


def _lot_id(entry: Entry) -> str | None:
    """The lot that an entry about one lot is about: from its draws, else from its name `lot#<id>#...`."""
    if entry.draws:
        return entry.draws[0].lot_id
    parts = entry.name.split("#")
    return parts[1] if parts[0] == "lot" and len(parts) > 1 else None


def _of_state(purchase: Purchase, now: int) -> tuple[Announcement, ...]:
    kind = _PURCHASE_KINDS.get(purchase.state)
    fulfilled = purchase.completed_at if purchase.state == "completed" and purchase.dispute is None else None
    return () if kind is None else (_of_purchase(kind, purchase, now if fulfilled is None else fulfilled),)


def _of_purchase(kind: AnnouncementKind, purchase: Purchase, at: int) -> Announcement:
    detail = {
        "purchase_id": purchase.purchase_id,
        "state": purchase.state,
        "unit": purchase.unit,
        "credits": purchase.shown_credits,
        "total_minor": purchase.total_minor,
        "refunded_minor": purchase.refunded_minor,
        "currency": purchase.currency,
        "lot_id": purchase.lot_id,
        "failure_code": purchase.failure.code if purchase.failure else None,
        "dispute_state": purchase.dispute.state if purchase.dispute else None,
        "policy_id": purchase.policy_id,
        "policy_version": purchase.policy_version,
    }
    return make(kind, at, purchase.account_id, detail, purchase.purchase_id, purchase.version)
