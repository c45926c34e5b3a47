"""Resolve a hold, once: capture some of it, release it, or let it lapse. The first to decide decides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import Book, Memo, resolution_entry
from lotbook.domain.credits.hold_ids import hold_name_of
from lotbook.domain.credits.ledger import DIGEST_CHARACTERS
from lotbook.domain.credits.requests import Resolved, ResolveHold
from lotbook.domain.values.errors import (
    BrokenInvariant,
    HoldClosed,
    HoldNotFound,
    IdempotencyKeyReused,
    InvalidRequest,
    Unavailable,
)
from lotbook.domain.values.light_dataclasses import replace
from lotbook.ports.books import WriteOutcome
from lotbook.usecases.credits.turn import Want, is_of, turn

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry
    from lotbook.usecases.credits.desk import CreditDesk

MAX_TRIES = 25
ANY_UNIT = ""  # burns, and so holds, have one key space over all units
STATES = {"capture": "captured", "release": "released", "lapse": "lapsed"}


def resolve_hold(account_id: str, command: ResolveHold, *, desk: CreditDesk) -> Resolved:
    """Capture the first credits of the hold in burn order (0 to all of them, D19), and give the rest back; or release it.

    A period that has ended unseen is renewed first: what can be spent afterwards is the new period's.
    Raises HoldNotFound, HoldClosed `{state}`, InvalidRequest for more than is held, IdempotencyKeyReused, Unavailable.
    """
    held = _held(account_id, command.hold_id, desk)
    captured = command.credits or 0
    if not 0 <= captured <= held.requested:
        raise InvalidRequest.of("credits", "range", f"credits must be from 0 to the {held.requested} that are held.")
    memo = command.memo(held.name, desk.clock.now())
    decided, is_mine = _decide(account_id, held, memo, desk)
    if decided.digest != memo.digest:
        if decided.digest[:DIGEST_CHARACTERS] == memo.digest[:DIGEST_CHARACTERS]:
            raise IdempotencyKeyReused
        raise HoldClosed(state=STATES[decided.by or "lapse"])
    available = _available_after(account_id, decided, desk)
    return Resolved(command.hold_id, decided.requested, held.requested - decided.requested, available, not is_mine)


def lapse(account_id: str, hold: str, *, desk: CreditDesk) -> frozenset[str]:
    """The time of this hold (the ledger's name of it) is over: give it back, with all others of its book that have lapsed.

    Ledger names of those that lapsed here. A hold that was resolved before stays as it was resolved. Raises Unavailable.
    """
    held = desk.books.entry(account_id, ANY_UNIT, hold)
    if held is None or held.kind != "held":
        return frozenset()
    decision, lapsed = ledger.resolution_name(hold), frozenset[str]()
    for _ in range(MAX_TRIES):
        book = _book(account_id, held, desk)
        is_half_done = decision in book.outcomes or decision in book.receipts
        now = max(desk.clock.now(), book.since)
        if not is_half_done and not book.has_lapsed(now):
            break
        if book.renews_at <= now:
            desk.renew(account_id)  # what is owed is paid in the order in which things happened
            book = _book(account_id, held, desk)
        lapsed |= turn(account_id, held.unit, book, desk=desk).lapsed
    else:
        raise Unavailable(retry_after_seconds=1)
    if hold not in lapsed and desk.books.entry(account_id, held.unit, decision) is not None:
        desk.books.hold_done(account_id, hold)  # the worker that resolved it may have died before this step
    return lapsed


def _held(account_id: str, hold_id: str, desk: CreditDesk) -> Entry:
    name = hold_name_of(account_id, hold_id)
    held = None if name is None else desk.books.entry(account_id, ANY_UNIT, name)
    if held is None or held.kind != "held":
        raise HoldNotFound
    return held


def _decide(account_id: str, held: Entry, memo: Memo, desk: CreditDesk) -> tuple[Entry, bool]:
    """What was decided about the hold, and whether it is this memo's doing. Past the hold's end it is that it lapsed.

    A capture or release waits until what died or ended before it is journaled.
    """
    name = ledger.resolution_name(held.name)
    for _ in range(MAX_TRIES):
        attempt = _attempt(account_id, held, memo, desk)
        book = attempt.book
        if book is None:
            raise BrokenInvariant("a book is never deleted")
        if name in book.receipts:
            return _finish(account_id, held, name, book, desk), attempt.done
        decided = desk.books.entry(account_id, held.unit, name)
        if decided is not None:
            return decided, False
        if book.since > memo.at:
            memo = replace(memo, at=book.since)
        elif book.renews_at <= memo.at and not _is_over(held, memo.at):
            desk.renew(account_id)
        else:
            turn(account_id, held.unit, book, desk=desk, want=Want(hold=held.name))
    raise Unavailable(retry_after_seconds=1)


def _is_over(held: Entry, at: int) -> bool:
    return held.due is not None and held.due <= at


def _attempt(account_id: str, held: Entry, memo: Memo, desk: CreditDesk) -> WriteOutcome:
    if _is_over(held, memo.at):
        return WriteOutcome(False, _book(account_id, held, desk))
    return desk.books.resolve(account_id, held.unit, ledger.resolution_name(held.name), memo)


def _book(account_id: str, of: Entry, desk: CreditDesk) -> Book:
    book = desk.books.get(account_id, of.unit)
    if book is None:
        raise BrokenInvariant("a book is never deleted")
    return book


def _finish(account_id: str, held: Entry, name: str, book: Book, desk: CreditDesk) -> Entry:
    """The resolution's receipt is in the book: the put decides, and what is given back is spendable after a turn."""
    entry = resolution_entry(held.unit, book, name, held)
    older = desk.books.put_entry(account_id, entry)
    stands = older or entry
    if older is None:
        desk.books.hold_done(account_id, held.name)
    if entry.back or not is_of(stands, held.unit, book.receipts[name]):
        turn(account_id, held.unit, book, desk=desk)
    return stands


def _available_after(account_id: str, decided: Entry, desk: CreditDesk) -> int:
    """As the resolution left it: after the return, where something went back."""
    if not decided.back or decided.hold is None:
        return decided.available_after
    for _ in range(MAX_TRIES):
        returned = desk.books.entry(account_id, decided.unit, ledger.return_name(decided.hold))
        if returned is not None:
            return returned.available_after - returned.removed
        turn(account_id, decided.unit, _book(account_id, decided, desk), desk=desk)
    raise Unavailable(retry_after_seconds=1)
