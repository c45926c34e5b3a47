"""The balance: one consistent moment of a book, with the lots that make it up."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import PAUSED_FOR_SHORTFALL, Book, draws_between, rests
from lotbook.domain.credits.hold_pages import open_holds
from lotbook.domain.credits.lots import burn_order
from lotbook.domain.credits.requests import Balance, LotState, LotView
from lotbook.domain.credits.shelf import with_shelf_taken_down
from lotbook.domain.values.errors import InvalidRequest, Unavailable
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.credits.book_ledger import BookLedger
from lotbook.usecases.credits.stale_receipts import settle_read
from lotbook.usecases.credits.turn import journal, turn

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.credits.turn import Journaled
    from lotbook.usecases.credits.desk import CreditDesk

MAX_TRIES = 25
MAX_RENEWALS = 2


@dataclass(frozen=True, slots=True)
class DecidedBook:
    """A book whose every receipt is decided, and the instant for which it holds."""

    book: Book
    journaled: Journaled
    at: int


def read_balance(account_id: str, unit: str, *, desk: CreditDesk) -> Balance:
    """The balance of the account's unit. A lot that is dead by now is journaled first, a due period renewed.

    Raises AccountNotFound (from `renew`), InvalidRequest for a unit that the account does not have, Unavailable.
    """
    moment = read_moment(account_id, unit, desk=desk)
    return _balance_of(moment, BookLedger(account_id, unit, desk.books))


def _balance_of(moment: DecidedBook, of_book: BookLedger) -> Balance:
    book = with_shelf_taken_down(moment.book, of_book.shelf(moment.book))
    left = left_by_lot(book, moment.journaled)
    held = held_by_lot(of_book.entries(open_holds(book, of_book.hold_page(book), moment.journaled.void)).values())
    frozen = {aside.lot_id: aside.left for aside in book.frozen}
    waiting = sum(aside.left for aside in book.waiting if aside.effective_at > moment.at)
    shown = [lot_id for lot_id in left.keys() | held.keys() if left.get(lot_id) or held.get(lot_id)]
    living, dead = list[LotView](), list[LotView]()
    for lot, is_provisional in _lots(shown, of_book):
        state: LotState = "frozen" if lot.lot_id in frozen else "provisional" if is_provisional else "open"
        view = _view(lot, left.get(lot.lot_id, 0), held.get(lot.lot_id, 0), state)
        (dead if lot.is_dead(moment.at) else living).append(view)
    return Balance(
        account_id=of_book.account_id,
        unit=of_book.unit,
        as_of=moment.at,
        available=sum(left.values()) - sum(frozen.values()) - waiting,
        held=sum(held.values()),
        frozen=sum(frozen.values()),
        shortfall=book.debt,
        waiting=waiting,
        lots=tuple(living),
        dead=tuple(dead),
        pause_reason=book.pause_reason,
    )


def read_moment(account_id: str, unit: str, *, desk: CreditDesk) -> DecidedBook:
    """A moment at which nothing is pending: no order, no death, no renewal, no lapsed hold, no undecided receipt."""
    renewed = 0
    for _ in range(MAX_TRIES):
        book = desk.books.get(account_id, unit)
        now = desk.clock.now() if book is None else max(desk.clock.now(), book.since)
        is_paid = book is not None and book.pause_reason == PAUSED_FOR_SHORTFALL and not book.debt
        if book is None or book.renews_at <= now or (is_paid and not renewed):
            if renewed >= MAX_RENEWALS:
                _give_up(unit, book)
            renewed += 1
            desk.renew(account_id)
            continue
        if book.has_lapsed(now) or book.until <= now:
            turn(account_id, unit, book, desk=desk)
            continue
        journaled = journal(book, BookLedger(account_id, unit, desk.books))
        if any(entry.back for entry in journaled.resolved.values()):
            turn(account_id, unit, book, desk=desk)
            continue
        settle_read(account_id, unit, book, journaled.void, desk=desk)
        return DecidedBook(book, journaled, now)
    raise Unavailable(retry_after_seconds=1)


def _give_up(unit: str, book: Book | None) -> NoReturn:
    if book is None:
        raise InvalidRequest.of("unit", "unknown_unit", f"{unit} is no unit of this account")
    raise Unavailable("the period's renewal is under way", retry_after_seconds=1)


def left_by_lot(book: Book, journaled: Journaled) -> dict[str, int]:
    """What is left of each lot: the tape's rests, what void burns had taken, lots that wait or are frozen."""
    left = rests(book.tape, book.position)
    for name in journaled.void:
        receipt = book.receipts[name]
        if receipt.memo.kind != "resolve":
            for draw in draws_between(book.tape, receipt.position, receipt.position + receipt.memo.credits):
                left[draw.lot_id] += draw.credits
    return left | {aside.lot_id: aside.left for aside in (*book.waiting, *book.frozen)}


def held_by_lot(holds: Iterable[Entry]) -> dict[str, int]:
    """What these holds keep of each lot."""
    held: dict[str, int] = {}
    for entry in holds:
        if entry.kind == "held":
            for draw in entry.draws:
                held[draw.lot_id] = held.get(draw.lot_id, 0) + draw.credits
    return held


def _lots(lot_ids: Collection[str], of_book: BookLedger) -> list[tuple[Lot, bool]]:
    """The lots as they were made, in burn order, and whether each is provisional still."""
    lots = list(of_book.lots(lot_ids).values())
    lots.sort(key=lambda lot: burn_order(lot.rank, lot.expires_at, lot.created_at, lot.lot_id))
    undecided = [ledger.decision_name(lot.lot_id) for lot in lots if lot.provisional]
    decided = of_book.entries(undecided) if undecided else {}
    return [(lot, lot.provisional and ledger.decision_name(lot.lot_id) not in decided) for lot in lots]


def _view(lot: Lot, remaining: int, held: int, state: LotState) -> LotView:
    return LotView(
        lot_id=lot.lot_id,
        unit=lot.unit,
        kind=lot.kind,
        granted=lot.credits,
        remaining=remaining,
        held=held,
        effective_at=lot.effective_at,
        expires_at=lot.expires_at,
        state=state,
        purchase_id=lot.purchase_id,
    )
