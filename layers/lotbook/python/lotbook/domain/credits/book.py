"""The book: an account's open lots of one unit, in burn order, as one tape.

The tape is a row of segments, each ending at a position. A burn of n credits moves the position n forward; what it passed
over is what it drew. So a burn needs no read, and everybody who knows receipt and tape computes the same draws.
A tape stays as it is until the next turn lays a new one; until then every receipt's entry is a pure function of the two.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from lotbook.domain.credits.ledger import CHAIN_END, Draw, Draws, Entry, OpenHold, Pointer, resolution_name
from lotbook.domain.credits.lots import burn_order
from lotbook.domain.credits.orders import Order
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.instants import FAR_FUTURE
from lotbook.domain.values.light_dataclasses import dataclass, field

MAX_RECEIPTS = 100  # one BatchGetItem reads as many entries: a turn journals a full book with one look
MAX_BURNS_A_WRITE = 25  # DynamoDB takes 4 KB and 300 operators an expression
MAX_ORDERS = 50  # waiting orders; past it an order is refused with Unavailable, so the item cannot grow without end
MAX_LOTS = 100  # on the tape, and as many aside: about 45 bytes each, paid for by every burn. Others wait on the shelf

PAUSED_FOR_SHORTFALL = (
    "shortfall"  # a reason that may have gone away since the book was told: whoever is refused asks once
)

CLOSED = "closed"  # the account was closed for good: no burn comes any more, but holds that are open are resolved

ReceiptKind = Literal["consume", "hold", "resolve"]


@dataclass(frozen=True, slots=True)
class Segment:
    """A lot on the tape, spendable up to position `end`."""

    end: int
    lot_id: str
    rank: int
    expires_at: int | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Aside:
    """A lot that is not on the tape: not effective yet, or frozen. `left` is what it holds."""

    left: int
    lot_id: str
    rank: int
    effective_at: int
    expires_at: int | None
    created_at: int

    @property
    def order(self) -> tuple[int, bool, int, int, str]:
        """Its place in the burn order."""
        return burn_order(self.rank, self.expires_at, self.created_at, self.lot_id)


@dataclass(frozen=True, slots=True)
class Memo:
    """What a burn writes about itself. A resolution's `credits` are those captured, `hold` the hold it resolves."""

    kind: ReceiptKind
    credits: int
    at: int
    actor: str
    digest: str
    reference: str | None = None
    due: int | None = None  # hold
    hold: str | None = None  # resolve
    by: str | None = None  # resolve
    rated: str | None = None  # consume, hold: the calculation of a burn by usage (`rated.py`)
    lines: str | None = None  # consume: the parts of a batch under one key (`batches.py`)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a burn left in the book in the same write: its memo, the position it started from, the link before it."""

    memo: Memo
    position: int
    before: Pointer
    first: tuple[int, Pointer] | None = field(default=None, compare=False)  # where the burns of one write began

    @property
    def seq(self) -> int:
        """Its own number in the chain: names this very burn for ever."""
        return self.before.seq + 1


@dataclass(frozen=True, slots=True)
class HoldPage:
    """The holds that the book has no room for: the page's name, how many they are, and when the first of them lapses."""

    name: str
    holds: int
    due: int


@dataclass(frozen=True, slots=True)
class Book:
    """One account's book of one unit. Valid for clocks `since <= now < until`; `until` is 0 while orders wait."""

    position: int = 0
    head: Pointer = CHAIN_END  # the newest link of the chain
    available: int = 0  # spendable now: end of the tape - position
    since: int = 0  # time of the last turn
    until: int = FAR_FUTURE
    tape: tuple[Segment, ...] = ()
    waiting: tuple[Aside, ...] = ()
    frozen: tuple[Aside, ...] = ()
    receipts: Mapping[str, Receipt] = field(default_factory=dict)
    outcomes: Mapping[str, Entry] = field(default_factory=dict)  # of the last turn, perhaps not journaled yet
    orders: Mapping[str, Order] = field(default_factory=dict)
    holds: Mapping[str, OpenHold] = field(default_factory=dict)
    debt: int = 0
    version: int = 0
    renews_at: int = FAR_FUTURE
    pause_reason: str | None = None
    pause_version: int = 0
    shelf: tuple[str, ...] = ()  # names of the pages of lots that the book has no room for (`shelf.py`)
    shelved: int = 0  # spendable credits on those pages: they burn after everything on the tape
    held_away: HoldPage | None = None  # open holds beyond those in `holds` (`hold_pages.py`)
    tops_up: str | None = None  # the policy under which what a burn lacks may be bought: whoever is refused asks
    top_up_version: int = 0  # of the account item that said so
    has_died_together: bool = False  # lots of it share entries of their expiry (`dying.py`): older releases miss those

    @property
    def spendable(self) -> int:
        """Everything that can be spent now, on the tape or on the shelf."""
        return self.available + self.shelved

    @property
    def end(self) -> int:
        """Where the tape ends."""
        return self.tape[-1].end if self.tape else self.position

    @property
    def open_holds(self) -> int:
        """How many holds are open, in the book and on the page."""
        return len(self.holds) + (self.held_away.holds if self.held_away else 0)

    @property
    def pages(self) -> tuple[str, ...]:
        """Names of all pages of the book."""
        return (*self.shelf, self.held_away.name) if self.held_away else self.shelf

    def record(self, name: str) -> Receipt | Entry | None:
        """The receipt or the outcome of that name."""
        return self.receipts.get(name) or self.outcomes.get(name)

    def has_lapsed(self, now: int) -> bool:
        """Whether the time of an open hold is over."""
        away = self.held_away is not None and self.held_away.due <= now
        return away or any(hold.due <= now for hold in self.holds.values())


def draws_between(tape: tuple[Segment, ...], start: int, stop: int) -> Draws:
    """What the positions from `start` to before `stop` are made of, in burn order."""
    draws = []
    begin = start
    for segment in tape:
        reach = min(segment.end, stop)
        if reach > begin:
            draws.append(Draw(segment.lot_id, reach - begin))
            begin = reach
    if begin < stop:
        raise BrokenInvariant(f"a burn of {stop - start} at {start} passes the tape's end")
    return tuple(draws)


def rests(tape: tuple[Segment, ...], position: int) -> dict[str, int]:
    """What is left of each lot on the tape, used-up lots included, in burn order."""
    left = {}
    begin = position
    for segment in tape:
        left[segment.lot_id] = max(segment.end - begin, 0)
        begin = max(begin, segment.end)
    return left


def take(draws: Draws, credits: int) -> tuple[Draws, Draws]:
    """Cut draws after their first `credits`: what is kept, in burn order, and the rest."""
    kept, rest, left = [], [], credits
    for draw in draws:
        part = min(draw.credits, left)
        left -= part
        if part:
            kept.append(Draw(draw.lot_id, part))
        if draw.credits > part:
            rest.append(Draw(draw.lot_id, draw.credits - part))
    return tuple(kept), tuple(rest)


def burn_entry(unit: str, book: Book, name: str) -> Entry:
    """The entry of a consume's or hold's receipt: the same bytes whoever writes it (only `lay` changes the tape)."""
    receipt = book.receipts[name]
    memo = receipt.memo
    stop = receipt.position + memo.credits
    held = memo.kind == "hold"
    return Entry(
        name=name,
        unit=unit,
        kind="held" if held else "consumed",
        at=memo.at,
        seq=receipt.seq,
        before=receipt.before,
        credits=0 if held else -memo.credits,
        draws=draws_between(book.tape, receipt.position, stop),
        available_after=book.end - stop + book.shelved,
        actor=memo.actor,
        digest=memo.digest,
        reference=memo.reference,
        requested=memo.credits,
        due=memo.due,
        rated=memo.rated,
        lines=memo.lines,
    )


def resolution_entry(unit: str, book: Book, name: str, held: Entry) -> Entry:
    """The entry of a resolution's receipt, from the hold's entry: the first credits are captured, the rest goes back."""
    receipt = book.receipts[name]
    memo = receipt.memo
    kept, back = take(held.draws, memo.credits)
    return Entry(
        name=resolution_name(held.name),
        unit=unit,
        kind="captured",
        at=memo.at,
        seq=receipt.seq,
        before=receipt.before,
        credits=-memo.credits,
        draws=kept,
        available_after=book.end - receipt.position + book.shelved,
        actor=memo.actor,
        digest=memo.digest,
        reference=held.reference,
        requested=memo.credits,
        hold=held.name,
        back=back,
        by=memo.by,
    )
