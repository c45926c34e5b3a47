"""The shelf: lots that the book has no room for. They wait on pages of the ledger, and burn after all that is on the tape.

A page is immutable and named by its content: whoever writes it writes the same, and one that no book names is nothing. So a
turn writes the pages first and then swaps the book that names them, and a crash in between leaves nothing but a page.
Every turn opens the whole shelf, so expiry, claw-back, freeze and give-back know no difference between lots.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping

from lotbook.domain.credits.book import MAX_LOTS, Aside, Book
from lotbook.domain.credits.ledger import CHAIN_END, Entry
from lotbook.domain.credits.lots import Rest
from lotbook.domain.credits.orders import Grant, Unreadable
from lotbook.domain.values import ids
from lotbook.domain.values.light_dataclasses import astuple, replace

PAGE_LOTS = 400  # some 30 KB
CUT_TO_PERCENT = (
    75  # of MAX_LOTS: an overfull tape keeps some room, so that not every lot that burns early writes a page
)
REFILLED_BELOW_PERCENT = 50  # of MAX_LOTS: a tape with fewer lots takes as many from the shelf as it has room for
WIDEST_BURN = 2_000  # lots that one burn may draw from: tape, entry and what a hold gives back stay below 400 KB
MAX_OPEN_LOTS = 100_000  # of one account and unit; a grant past it is refused, for a turn could not read them any more


def with_shelf_taken_down(book: Book, pages: Mapping[str, Entry]) -> Book:
    """The book as if it had room for all its lots: those of its shelf stand aside, ready to be laid."""
    if not book.shelf:
        return book
    rests = [rest for name in book.shelf for rest in pages[name].rests]
    orders = book.orders
    if len(rests) >= MAX_OPEN_LOTS:
        orders = {name: Unreadable(name) if isinstance(order, Grant) else order for name, order in orders.items()}
    return replace(
        book,
        waiting=book.waiting + tuple(_aside(rest) for rest in rests if not rest.is_frozen),
        frozen=book.frozen + tuple(_aside(rest) for rest in rests if rest.is_frozen),
        orders=orders,
        shelf=(),
        shelved=0,
    )


def with_shelf_put_up(unit: str, laid: Book, pages: Mapping[str, Entry], need: int) -> tuple[Book, list[Entry]]:
    """The laid book with no more lots than it has room for, and the pages to be written before it.

    On the tape are the first lots in burn order, and as many as make up `need`. `pages`: the shelf before; what did not
    change stays where it is, and lots come back in dozens, so that not every turn writes a page.
    """
    before = {rest.lot_id for page in pages.values() for rest in page.rests}
    on_tape = _on_tape(laid, before, need)
    waiting, more_waiting = _aside_or_not(laid.waiting, before)
    frozen, more_frozen = _aside_or_not(laid.frozen, before)
    spendable = list(_rests_from(laid, on_tape))
    rests = [*spendable, *(_rest(aside, False) for aside in more_waiting), *(_rest(a, True) for a in more_frozen)]
    if not rests:
        return laid, []
    kept = _kept(rests, pages)
    there = {rest.lot_id for name in kept for rest in pages[name].rests}
    fresh = [_page(unit, part) for part in _parts([rest for rest in rests if rest.lot_id not in there])]
    tape = laid.tape[:on_tape]
    return replace(
        laid,
        tape=tape,
        available=(tape[-1].end if tape else laid.position) - laid.position,
        waiting=waiting,
        frozen=frozen,
        shelf=tuple(dict.fromkeys([*kept, *(page.name for page in fresh)])),
        shelved=sum(rest.left for rest in spendable),
    ), [page for page in fresh if page.name not in pages]


def _on_tape(laid: Book, before: set[str], need: int) -> int:
    """How many lots stay on the tape: those in front of the first shelved one, unless they are few or not enough."""
    tape = laid.tape
    count = next((number for number, part in enumerate(tape) if part.lot_id in before), len(tape))
    if count > MAX_LOTS:
        count = MAX_LOTS * CUT_TO_PERCENT // 100
    elif count < MAX_LOTS * REFILLED_BELOW_PERCENT // 100:
        count = min(MAX_LOTS, len(tape))
    while count < min(len(tape), WIDEST_BURN) and (count == 0 or tape[count - 1].end - laid.position < need):
        count += 1
    return count


def _aside_or_not(asides: tuple[Aside, ...], before: set[str]) -> tuple[tuple[Aside, ...], tuple[Aside, ...]]:
    """Those that stay in the book, and those on the shelf. One that is there comes back when it can be spent."""
    here = [aside for aside in asides if aside.lot_id not in before]
    up = {aside.lot_id for aside in here[MAX_LOTS:]} | before
    return tuple(here[:MAX_LOTS]), tuple(aside for aside in asides if aside.lot_id in up)


def _rests_from(laid: Book, first: int) -> Iterator[Rest]:
    begin = laid.tape[first - 1].end if first else laid.position
    for part in laid.tape[first:]:
        yield Rest(part.lot_id, part.end - begin, part.rank, 0, part.expires_at, part.created_at)
        begin = part.end


def _kept(rests: Iterable[Rest], pages: Mapping[str, Entry]) -> list[str]:
    """Pages of which every lot is as it was; small ones are written together with what is new."""
    now = {rest.lot_id: rest for rest in rests}
    return [
        name
        for name, page in pages.items()
        if len(page.rests) >= PAGE_LOTS // 2 and all(now.get(rest.lot_id) == rest for rest in page.rests)
    ]


def _parts(rests: list[Rest]) -> Iterator[tuple[Rest, ...]]:
    for start in range(0, len(rests), PAGE_LOTS):
        yield tuple(rests[start : start + PAGE_LOTS])


def _page(unit: str, rests: tuple[Rest, ...]) -> Entry:
    content = json.dumps([astuple(rest) for rest in rests], separators=(",", ":"))
    name = "shelf#" + ids.fingerprint("shelf", unit, content)
    return Entry(name=name, unit=unit, kind="shelved", at=0, seq=0, before=CHAIN_END, rests=rests)


def _aside(rest: Rest) -> Aside:
    return Aside(rest.left, rest.lot_id, rest.rank, rest.effective_at, rest.expires_at, rest.created_at)


def _rest(aside: Aside, is_frozen: bool) -> Rest:
    return Rest(
        aside.lot_id,
        aside.left,
        aside.rank,
        aside.effective_at,
        aside.expires_at,
        aside.created_at,
        is_frozen,
    )
