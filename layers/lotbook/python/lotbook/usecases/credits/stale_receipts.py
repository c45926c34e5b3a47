"""Receipts of workers that are gone: each costs bytes in every burn of its account, so burns take them out.

A turn would do it too, and would lose to every other burn of a busy account: it compares with the position, which each burn moves.
What the ledger has is taken out by its own bytes instead, so nobody's burn comes between (decision 181).
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from lotbook.domain.credits.book import MAX_BURNS_A_WRITE, burn_entry
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import SECOND
from lotbook.ports.books import Prune
from lotbook.usecases.credits.turn import is_of, turn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from lotbook.domain.credits.book import Book, Receipt
    from lotbook.domain.credits.ledger import Entry
    from lotbook.usecases.credits.desk import CreditDesk

STALE = 1 * SECOND  # ten times what a burn takes: a receipt this old was most likely left by a worker that is gone
MAX_STALE = 4  # past this, one burn clears the book after it has its own answer


def clear_stale(account_id: str, unit: str, book: Book, mine: Collection[str], *, desk: CreditDesk) -> None:
    """Take out the oldest receipts of workers that are gone when there are more than others should pay for; `mine` are not theirs.

    At most MAX_BURNS_A_WRITE at once. Burns that no ledger has yet are journaled first, as a turn would; where all that is left is
    void, or ends holds, there is a turn. The burn is done, and its caller is answered: what fails here the next burn sees to.
    """
    now = desk.clock.now()
    if left := _left_by_a_turn(book, now):
        with suppress(Unavailable):
            _take_out(account_id, unit, _put_missing(account_id, unit, left, desk=desk), desk=desk)
        return
    stale = _stale(book, mine, now)
    if len(stale) <= MAX_STALE:
        return
    burns = sorted((name for name, r in stale.items() if r.memo.kind != "resolve"), key=lambda name: stale[name].seq)
    chosen = {name: stale[name] for name in burns[:MAX_BURNS_A_WRITE]}
    with suppress(Unavailable):
        if prunes := list(_journaled(account_id, unit, book, chosen, desk=desk)):
            _take_out(account_id, unit, prunes, desk=desk)
        else:
            turn(account_id, unit, book, desk=desk)


def _take_out(account_id: str, unit: str, prunes: Sequence[Prune], *, desk: CreditDesk) -> None:
    """Where the table has no room for a write of its own, this process's next burn does it in its own, for nothing."""
    try:
        desk.books.prune(account_id, unit, prunes)
    except Unavailable:
        desk.prunes.give(account_id, unit, *prunes)


def settle_read(account_id: str, unit: str, book: Book, void: Collection[str], *, desk: CreditDesk) -> None:
    """Take out what a reader found journaled, so that the next reader need not look it up again: no burn may ever come to do it.

    `void` are receipts that a turn gives back. What fails here the next read sees to.
    """
    now = desk.clock.now()
    left = _left_by_a_turn(book, now)
    stale = [Prune(name, r) for name, r in _stale(book, void, now).items() if r.memo.kind != "resolve"]
    prunes = [*(Prune(name, entry) for name, entry in left.items()), *(stale if len(stale) > MAX_STALE else ())]
    if prunes:
        with suppress(Unavailable):
            for start in range(0, len(prunes), MAX_BURNS_A_WRITE):
                desk.books.prune(account_id, unit, prunes[start : start + MAX_BURNS_A_WRITE])


def _stale(book: Book, but: Collection[str], now: int) -> dict[str, Receipt]:
    """Receipts that their workers would have taken out by now, but for these names."""
    return {name: r for name, r in book.receipts.items() if name not in but and r.memo.at + STALE <= now}


def _left_by_a_turn(book: Book, now: int) -> dict[str, Entry]:
    """What died together, where the worker that turned the book has not burned since (`turn.py`)."""
    if not book.outcomes or now < book.since + STALE:
        return {}
    return {name: entry for name, entry in book.outcomes.items() if entry.is_together}


def _put_missing(account_id: str, unit: str, left: Mapping[str, Entry], *, desk: CreditDesk) -> list[Prune]:
    """As many as one write takes out; a worker that died in its turn may not have journaled all of them."""
    chosen = dict(list(left.items())[:MAX_BURNS_A_WRITE])
    there = desk.books.entries(account_id, unit, chosen)
    for name, entry in chosen.items():
        if name not in there:
            desk.books.put_entry(account_id, entry)
    return [Prune(name, entry) for name, entry in chosen.items()]


def _journaled(
    account_id: str, unit: str, book: Book, chosen: Mapping[str, Receipt], *, desk: CreditDesk
) -> Iterator[Prune]:
    """Those whose entry in the ledger is theirs: it is written now where there is none."""
    there = desk.books.entries(account_id, unit, chosen) if chosen else {}
    for name, receipt in chosen.items():
        entry = there.get(name)
        if entry is None:
            burned = burn_entry(unit, book, name)
            entry = desk.books.put_entry(account_id, burned) or burned
        if is_of(entry, unit, receipt):
            yield Prune(name, receipt)
