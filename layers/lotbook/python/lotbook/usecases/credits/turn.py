"""Everything rare goes through here: journal what is pending, then lay the book anew. Any worker may do it at any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import Book, Receipt, burn_entry, resolution_entry
from lotbook.domain.credits.burn_with_turn import with_burn
from lotbook.domain.credits.hold_pages import is_full, lapsing, must_open, open_holds, with_holds_put_away
from lotbook.domain.credits.orders import ClawBack, Freeze, Restore
from lotbook.domain.credits.shelf import with_shelf_put_up, with_shelf_taken_down
from lotbook.domain.credits.turn import Clawed, Journaled, lay
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.light_dataclasses import dataclass, field, replace
from lotbook.ports.books import Prune
from lotbook.usecases.credits.book_ledger import BookLedger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lotbook.domain.credits.book import Memo
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.orders import Order
    from lotbook.usecases.credits.desk import CreditDesk


@dataclass(frozen=True, slots=True)
class Want:
    """What a turn is to do beside what waits: bring credits on the tape, if the account has them, and a hold; and orders.

    The orders are written nowhere before: a turn that loses has not asked for them; one that wins has done them, or found
    them done. `burn` comes behind all of that, in the same write, where the credits are there then: its receipt is in the book,
    and the outcomes stay in it for the next turn, as after a crash. `known`: what the ledger has of the book's receipts, and that
    it has none of the orders, from a caller who needs no look for that.
    """

    credits: int = 0
    hold: str = ""
    orders: tuple[Order, ...] = ()
    burn: tuple[str, Memo] | None = None
    known: Mapping[str, Entry] | None = None

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
    of_book, now = BookLedger(account_id, unit, desk.books), max(desk.clock.now(), book.since)
    asked = want.asked(book)
    known = want.known if want.known is not None else _look_up_all(asked, of_book)
    journaled = journal(book, of_book, known=known)
    journaled = _look_up_holds(book, journaled, of_book, want.hold, now)
    opened = with_shelf_taken_down(asked, pages := of_book.shelf(book))
    journaled = _look_up_orders(opened, journaled, of_book, known)
    laid, fresh = with_shelf_put_up(unit, lay(unit, opened, journaled, now), pages, want.credits)
    if journaled.page is not None or is_full(laid):
        laid, page = with_holds_put_away(unit, laid, dict(laid.holds), want.hold)
        fresh += [page] if page else []
    for each in fresh:  # before the book that names them
        of_book.put(each)
    burned = with_burn(laid, *want.burn) if want.burn else None
    attempt = desk.books.swap(account_id, unit, book, burned or laid)
    if not attempt.done:
        if attempt.book is None:
            raise BrokenInvariant("a book is never deleted")
        return Turned(False, attempt.book)
    lapsed = frozenset(held.name for held in journaled.lapsing)
    if burned is not None and not lapsed:
        return Turned(True, burned, laid.outcomes)
    _journal_outcomes(laid, lapsed, of_book, desk=desk)
    return Turned(True, replace(burned or laid, outcomes={}), laid.outcomes, lapsed)


def _journal_outcomes(laid: Book, lapsed: Iterable[str], of_book: BookLedger, *, desk: CreditDesk) -> None:
    """A crash in here: the next turn's first step does it, and the schedule meets the holds that lapsed.

    What died together stays in the book until this process burns, or somebody else looks: a write of its own would cost as much
    as its entry did (decision 188).
    """
    for entry in laid.outcomes.values():
        of_book.put(entry)
    for hold in lapsed:
        of_book.books.hold_done(of_book.account_id, hold)
    journaled = [Prune(name, entry) for name, entry in laid.outcomes.items()]
    if journaled and all(entry.is_together for entry in laid.outcomes.values()):
        desk.prunes.give(of_book.account_id, of_book.unit, *journaled)
    elif journaled:
        of_book.books.tidy(of_book.account_id, of_book.unit, list(laid.outcomes))


def _look_up_all(book: Book, of_book: BookLedger) -> Mapping[str, Entry] | None:
    """One look is enough where there are no outcomes: then nothing is to be journaled that an order may have become (F8)."""
    return None if book.outcomes else of_book.entries([*_names_of(book), *book.orders])


def _names_of(book: Book) -> list[str]:
    """Ledger names of the book's receipts and outcomes, and of the holds that receipts resolve."""
    held = {receipt.memo.hold or "" for receipt in _resolves(book).values()}
    return [*book.receipts, *book.outcomes, *(held - book.receipts.keys())]


def _resolves(book: Book) -> dict[str, Receipt]:
    """The receipts that resolve holds."""
    return {name: receipt for name, receipt in book.receipts.items() if receipt.memo.kind == "resolve"}


def journal(book: Book, of_book: BookLedger, *, known: Mapping[str, Entry] | None = None) -> Journaled:
    """Put every receipt's entry, and every outcome, into the ledger; what stands there decides which receipts are void.

    `known`: what the ledger had of them a moment ago, where somebody has asked already.
    """
    if not book.receipts and not book.outcomes:
        return Journaled()
    unit = of_book.unit
    burns = [name for name, receipt in book.receipts.items() if receipt.memo.kind != "resolve"]
    there = dict(of_book.entries(_names_of(book)) if known is None else known)

    def stand(entry: Entry) -> Entry:
        if entry.name not in there:
            there[entry.name] = of_book.put(entry) or entry
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
    given_back_to = {draw.lot_id for entry in resolved.values() for draw in entry.back}
    lots = of_book.lots(given_back_to - _lots_in(book))
    return Journaled(void=frozenset(void | unheard), resolved=resolved, lots=lots, entries=there)


def is_of(entry: Entry, unit: str, receipt: Receipt) -> bool:
    """Whether the entry that has the name is this very burn's."""
    return entry.unit == unit and entry.seq == receipt.seq


def _look_up_holds(book: Book, journaled: Journaled, of_book: BookLedger, wanted: str, now: int) -> Journaled:
    """The page of holds where the turn needs it, and the holds whose time is over, with the lots that they give back to."""
    void_hold = any(book.receipts[name].memo.kind == "hold" for name in journaled.void)
    page = of_book.hold_page(book) if must_open(book, wanted, void_hold, now) else None
    due = lapsing(open_holds(book, page, journaled.void), now)
    known = of_book.entries(due) if due else {}
    entries = tuple(known[name] for name in due)
    wanted_lots = {draw.lot_id for held in entries for draw in held.draws} - _lots_in(book) - journaled.lots.keys()
    lots = dict(journaled.lots) | of_book.lots(wanted_lots)
    return replace(journaled, page=page, lapsing=entries, lots=lots)


def _look_up_orders(
    book: Book, journaled: Journaled, of_book: BookLedger, looked_up: Mapping[str, Entry] | None
) -> Journaled:
    """Which waiting orders took effect before, and what was taken of the lots that are to be clawed back."""
    if not book.orders:
        return journaled
    found = of_book.entries(list(book.orders)) if looked_up is None else looked_up
    done = frozenset(found.keys() & book.orders.keys())
    waiting = [order for name, order in book.orders.items() if name not in done]
    claws = {order.lot_id for order in waiting if isinstance(order, ClawBack | Restore)}
    clawed = {lot_id: _clawed(of_book.of_lot(lot_id)) for lot_id in sorted(claws)}
    touched = {order.lot_id for order in waiting if isinstance(order, Freeze | Restore)}
    lots = dict(journaled.lots) | of_book.lots(touched - _lots_in(book) - journaled.lots.keys())
    return replace(journaled, done=done, clawed=clawed, lots=lots)


def _lots_in(book: Book) -> set[str]:
    return {part.lot_id for part in book.tape} | {aside.lot_id for aside in (*book.waiting, *book.frozen)}


def _clawed(entries: list[Entry]) -> Clawed:
    claws = [entry for entry in entries if entry.kind == "clawed_back"]
    taken = [entry for entry in claws if not ledger.is_conversion(entry.name)]
    given_up = [entry for entry in entries if entry.kind == "adjusted"]
    return Clawed(
        expired=sum(-entry.credits for entry in entries if entry.kind == "expired"),
        targets=sum(entry.requested for entry in taken) - sum(entry.requested for entry in given_up),
        taken=-sum(entry.credits for entry in (*taken, *given_up)),
        converted=-sum(entry.credits for entry in claws if ledger.is_conversion(entry.name)),
    )
