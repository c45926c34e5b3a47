"""Holds as they are shown: one by its id, the open ones of a book, or all that the statement knows, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.hold_ids import hold_name_of
from lotbook.domain.credits.hold_pages import open_holds
from lotbook.domain.credits.statement_pages import EntryFilter, PageAsked
from lotbook.domain.credits.views import HoldState, HoldView, hold_view
from lotbook.domain.values.errors import HoldNotFound, InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.credits.balance import read_moment
from lotbook.usecases.credits.book_ledger import BookLedger
from lotbook.usecases.credits.resolve_hold import ANY_UNIT
from lotbook.usecases.credits.statement import find_entries

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.credits.ledger import Entry
    from lotbook.usecases.credits.desk import CreditDesk

HELD = EntryFilter(kinds=frozenset({"held"}))


@dataclass(frozen=True, slots=True)
class HoldsAsked:
    """A page of holds: at most so many, of one state or of any (None), from where a cursor left off."""

    limit: int
    cursor: str | None = None
    state: HoldState | None = None


@dataclass(frozen=True, slots=True)
class ListedHolds:
    """Part of a book's holds, newest first. With a state that is not `open` it may be short, or empty, and not the last."""

    holds: tuple[HoldView, ...]
    next_cursor: str | None


def read_hold(account_id: str, hold_id: str, *, desk: CreditDesk) -> HoldView:
    """The hold, in whatever unit. A hold that looks open is one whose book says so: what a crash left half done is finished first.

    Raises HoldNotFound, AccountNotFound (from `renew`), Unavailable.
    """
    name = hold_name_of(account_id, hold_id)
    if name is None:
        raise HoldNotFound
    end = ledger.resolution_name(name)
    found = desk.books.entries(account_id, ANY_UNIT, [name, end])
    held = found.get(name)
    if held is None or held.kind != "held":
        raise HoldNotFound
    now = desk.clock.now()
    if end not in found:
        moment = read_moment(account_id, held.unit, desk=desk)
        now = moment.at
        if name not in moment.book.holds:
            found = desk.books.entries(account_id, held.unit, [end])
    return hold_view(account_id, held, found.get(end), now)


def list_holds(account_id: str, unit: str, asked: HoldsAsked, *, desk: CreditDesk) -> ListedHolds:
    """The unit's holds, newest first. Open ones come from the book, others from the statement, each with what ended it.

    Raises InvalidRequest for a cursor that is none, and what `read_balance` raises.
    """
    if asked.state == "open":
        return _open_ones(account_id, unit, asked, desk)
    page = find_entries(account_id, unit, PageAsked(asked.limit, asked.cursor, HELD), desk=desk)
    ends = desk.books.entries(account_id, unit, [ledger.resolution_name(entry.name) for entry in page.entries])
    now = desk.clock.now()
    shown = [hold_view(account_id, held, ends.get(ledger.resolution_name(held.name)), now) for held in page.entries]
    wanted = tuple(hold for hold in shown if asked.state in (None, hold.state))
    return ListedHolds(wanted, page.next_cursor)


def _open_ones(account_id: str, unit: str, asked: HoldsAsked, desk: CreditDesk) -> ListedHolds:
    """All of them are read for each page: a book has MAX_HOLDS at most, and hardly ever more than a dozen."""
    moment = read_moment(account_id, unit, desk=desk)
    of_book = BookLedger(account_id, unit, desk.books)
    names = open_holds(moment.book, of_book.hold_page(moment.book), moment.journaled.void)
    before = _before(asked.cursor)
    entries = [each for each in _held(of_book, names) if before is None or each.seq < before]
    entries.sort(key=lambda entry: entry.seq, reverse=True)
    shown = entries[: asked.limit]
    holds = tuple(hold_view(account_id, held, None, moment.at) for held in shown)
    return ListedHolds(holds, str(shown[-1].seq) if len(entries) > len(shown) else None)


def _held(of_book: BookLedger, names: Iterable[str]) -> list[Entry]:
    wanted = list(names)
    found = of_book.entries(wanted).values() if wanted else ()
    return [entry for entry in found if entry.kind == "held" and entry.unit == of_book.unit]


def _before(cursor: str | None) -> int | None:
    """Whoever hands a cursor to strangers signs it (`api/http/paging.py`); a number is all that it says."""
    if cursor is None:
        return None
    if not cursor.isascii() or not cursor.isdigit():
        raise InvalidRequest.of("cursor", "invalid_cursor", "not a cursor of these holds")
    return int(cursor)
