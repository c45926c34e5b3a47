"""Everything rare goes through here: journal what is pending, then lay the book anew. Any worker may do it at any moment."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import Book, Receipt, burn_entry, resolution_entry
from lotbook.domain.credits.hold_pages import is_full, lapsing, must_open, open_holds, put_away
from lotbook.domain.credits.orders import ClawBack, Freeze, Restore
from lotbook.domain.credits.shelf import put_up, taken_down
from lotbook.domain.credits.turn import Clawed, Journaled, lay
from lotbook.domain.values.errors import BrokenInvariant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.credits.orders import Order
    from lotbook.ports.books import BookStore
    from lotbook.usecases.credits.desk import CreditDesk


@dataclass(frozen=True, slots=True)
class Want:
    """What a turn is to do beside what waits: bring credits on the tape, if the account has them, and a hold; and orders.

    The orders are written nowhere before: a turn that loses has not asked for them; one that wins has done them, or found
    them done.
    """

    credits: int = 0
    hold: str = ""
    orders: tuple[Order, ...] = ()

    def asked(self, book: Book) -> Book:
        """The book as if the orders had been asked for."""
        return replace(book, orders={**book.orders, **{order.order_id: order for order in self.orders}})


NOTHING = Want()


@dataclass(frozen=True, slots=True)
class Turned:
    """Whether the swap won, the book after it or as found, and what the turn did (empty when it lost).

    `lapsed`: ledger names of the holds whose time was over.
    """

    won: bool
    book: Book
    outcomes: Mapping[str, Entry] = field(default_factory=dict)
    lapsed: frozenset[str] = frozenset()


def turn(account_id: str, unit: str, book: Book, *, desk: CreditDesk, want: Want = NOTHING) -> Turned:
    """One try. Losing is no error and needs no retry of its own: another burn, order or turn succeeded meanwhile.

    The order of the steps binds: outcomes and receipts are journaled *before* orders are looked up (F8), and all of
    them before the tape changes (F3).
    """
    books, now = desk.books, max(desk.clock.now(), book.since)
    asked = want.asked(book)
    known = _look_up_all(account_id, unit, asked, books)
    journaled = journal(account_id, unit, book, books, known=known)
    journaled = _look_up_holds(account_id, unit, book, journaled, books, want.hold, now)
    opened = taken_down(asked, pages := shelf_of(account_id, unit, book, books))
    journaled = _look_up_orders(account_id, unit, opened, journaled, books, known)
    laid, fresh = put_up(unit, lay(unit, opened, journaled, now), pages, want.credits)
    if journaled.page is not None or is_full(laid):
        laid, page = put_away(unit, laid, dict(laid.holds), want.hold)
        fresh += [page] if page else []
    for each in fresh:  # before the book that names them
        books.put_entry(account_id, each)
    attempt = books.swap(account_id, unit, book, laid)
    if not attempt.done:
        if attempt.book is None:
            raise BrokenInvariant("a book is never deleted")
        return Turned(False, attempt.book)
    lapsed = frozenset(held.name for held in journaled.lapsing)
    _journal_outcomes(account_id, unit, laid, lapsed, books)
    return Turned(True, replace(laid, outcomes={}), laid.outcomes, lapsed)


def _journal_outcomes(account_id: str, unit: str, laid: Book, lapsed: Iterable[str], books: BookStore) -> None:
    """A crash in here: the next turn's first step does it, and the schedule meets the holds that lapsed."""
    for entry in laid.outcomes.values():
        books.put_entry(account_id, entry)
    for hold in lapsed:
        books.hold_done(account_id, hold)
    if laid.outcomes:
        books.tidy(account_id, unit, list(laid.outcomes))


def shelf_of(account_id: str, unit: str, book: Book, books: BookStore) -> Mapping[str, Entry]:
    """The pages of the book's shelf, by name. They never change, so they are the book's whenever they are read."""
    if not book.shelf:
        return {}
    pages = books.entries(account_id, unit, book.shelf)
    if len(pages) < len(book.shelf):
        raise BrokenInvariant(f"a page of the shelf of {account_id}/{unit} is gone")
    return {name: pages[name] for name in book.shelf}


def _look_up_all(account_id: str, unit: str, book: Book, books: BookStore) -> Mapping[str, Entry] | None:
    """One look is enough where there are no outcomes: then nothing is to be journaled that an order may have become (F8)."""
    return None if book.outcomes else books.entries(account_id, unit, [*_names_of(book), *book.orders])


def _names_of(book: Book) -> list[str]:
    """Ledger names of the book's receipts and outcomes, and of the holds that receipts resolve."""
    held = {receipt.memo.hold or "" for receipt in _resolves(book).values()}
    return [*book.receipts, *book.outcomes, *(held - book.receipts.keys())]


def _resolves(book: Book) -> dict[str, Receipt]:
    """The receipts that resolve holds."""
    return {name: receipt for name, receipt in book.receipts.items() if receipt.memo.kind == "resolve"}


def journal(
    account_id: str, unit: str, book: Book, books: BookStore, *, known: Mapping[str, Entry] | None = None
) -> Journaled:
    """Put every receipt's entry, and every outcome, into the ledger; what stands there decides which receipts are void.

    `known`: what the ledger had of them a moment ago, where somebody has asked already.
    """
    if not book.receipts and not book.outcomes:
        return Journaled()
    burns = [name for name, receipt in book.receipts.items() if receipt.memo.kind != "resolve"]
    there = dict(books.entries(account_id, unit, _names_of(book)) if known is None else known)

    def stand(entry: Entry) -> Entry:
        if entry.name not in there:
            there[entry.name] = books.put_entry(account_id, entry) or entry
        return there[entry.name]

    for outcome in book.outcomes.values():
        stand(outcome)
    void = {name for name in burns if not is_of(stand(burn_entry(unit, book, name)), unit, book.receipts[name])}
    resolved = {}
    for name, receipt in _resolves(book).items():
        held = there.get(receipt.memo.hold or "")
        if held is None:
            raise BrokenInvariant(f"{name} resolves a hold that is not in the ledger")
        resolved[name] = stand(resolution_entry(unit, book, name, held))
    unheard = {name for name, entry in resolved.items() if not is_of(entry, unit, book.receipts[name])}
    resolved = {name: entry for name, entry in resolved.items() if name not in unheard}
    lots = _lots_given_back_to(account_id, unit, book, resolved, books)
    return Journaled(void=frozenset(void | unheard), resolved=resolved, lots=lots)


def is_of(entry: Entry, unit: str, receipt: Receipt) -> bool:
    """Whether the entry that has the name is this very burn's."""
    return entry.unit == unit and entry.seq == receipt.seq


def _lots_given_back_to(
    account_id: str, unit: str, book: Book, resolved: Mapping[str, Entry], books: BookStore
) -> dict[str, Lot]:
    wanted = {draw.lot_id for entry in resolved.values() for draw in entry.back} - _lots_in(book)
    return _granted(account_id, unit, wanted, books)


def _look_up_holds(
    account_id: str, unit: str, book: Book, journaled: Journaled, books: BookStore, wanted: str, now: int
) -> Journaled:
    """The page of holds where the turn needs it, and the holds whose time is over, with the lots that they give back to."""
    void_hold = any(book.receipts[name].memo.kind == "hold" for name in journaled.void)
    page = hold_page(account_id, unit, book, books) if must_open(book, wanted, void_hold, now) else None
    due = lapsing(open_holds(book, page, journaled.void), now)
    known = books.entries(account_id, unit, due) if due else {}
    entries = tuple(known[name] for name in due)
    wanted_lots = {draw.lot_id for held in entries for draw in held.draws} - _lots_in(book) - journaled.lots.keys()
    lots = dict(journaled.lots) | _granted(account_id, unit, wanted_lots, books)
    return replace(journaled, page=page, lapsing=entries, lots=lots)


def hold_page(account_id: str, unit: str, book: Book, books: BookStore) -> Entry | None:
    """The page of open holds, if the book has one. It never changes, so it is the book's whenever it is read."""
    if book.held_away is None:
        return None
    page = books.entry(account_id, unit, book.held_away.name)
    if page is None:
        raise BrokenInvariant(f"the page of holds of {account_id}/{unit} is gone")
    return page


def _look_up_orders(
    account_id: str,
    unit: str,
    book: Book,
    journaled: Journaled,
    books: BookStore,
    looked_up: Mapping[str, Entry] | None,
) -> Journaled:
    """Which waiting orders took effect before, and what was taken of the lots that are to be clawed back."""
    if not book.orders:
        return journaled
    found = books.entries(account_id, unit, list(book.orders)) if looked_up is None else looked_up
    done = frozenset(found.keys() & book.orders.keys())
    waiting = [order for name, order in book.orders.items() if name not in done]
    claws = {order.lot_id for order in waiting if isinstance(order, ClawBack | Restore)}
    clawed = {lot_id: _clawed(books.lot_entries(account_id, unit, lot_id)) for lot_id in sorted(claws)}
    touched = {order.lot_id for order in waiting if isinstance(order, Freeze | Restore)}
    lots = dict(journaled.lots) | _granted(account_id, unit, touched - _lots_in(book) - journaled.lots.keys(), books)
    return replace(journaled, done=done, clawed=clawed, lots=lots)


def _lots_in(book: Book) -> set[str]:
    return {part.lot_id for part in book.tape} | {aside.lot_id for aside in (*book.waiting, *book.frozen)}


def _granted(account_id: str, unit: str, lot_ids: set[str], books: BookStore) -> dict[str, Lot]:
    """Lots that the book does not hold any more, as they were made."""
    if not lot_ids:
        return {}
    found = books.entries(account_id, unit, [ledger.granted_name(lot_id) for lot_id in sorted(lot_ids)])
    return {entry.lot.lot_id: entry.lot for entry in found.values() if entry.lot}


def _clawed(entries: list[Entry]) -> Clawed:
    taken = [entry for entry in entries if entry.kind == "clawed_back"]
    given_up = [entry for entry in entries if entry.kind == "adjusted"]
    return Clawed(
        expired=sum(-entry.credits for entry in entries if entry.kind == "expired"),
        targets=sum(entry.requested for entry in taken) - sum(entry.requested for entry in given_up),
        taken=-sum(entry.credits for entry in (*taken, *given_up)),
    )
