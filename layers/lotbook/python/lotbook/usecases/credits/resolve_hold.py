"""Resolve a hold, once: capture some of it, release it, or let it lapse. The first to decide decides."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import Book, Memo, resolution_entry
from lotbook.domain.credits.requests import DIGEST_CHARACTERS, Resolved, ResolveHold
from lotbook.domain.values.errors import (
    BrokenInvariant,
    HoldClosed,
    HoldNotFound,
    IdempotencyKeyReused,
    InvalidRequest,
    Unavailable,
)
from lotbook.usecases.credits.turn import is_of, turn

if TYPE_CHECKING:
    from lotbook.domain.credits.ledger import Entry
    from lotbook.usecases.credits.desk import CreditDesk

MAX_TRIES = 25
HOLD_PREFIX = "hold_"
HOLD_ID = re.compile(HOLD_PREFIX + "[A-Za-z0-9_-]{20}")
LAPSE = "lapse"  # also the digest of a lapse: no request has it
ANY_UNIT = ""  # burns, and so holds, have one key space over all units
STATES = {"capture": "captured", "release": "released", LAPSE: "lapsed"}


def hold_id_of(name: str) -> str:
    """The public id of the hold that the ledger knows by `name`."""
    return HOLD_PREFIX + name


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
        raise HoldClosed(state=STATES[decided.by or LAPSE])
    available = _available_after(account_id, decided, desk)
    return Resolved(command.hold_id, decided.requested, held.requested - decided.requested, available, not is_mine)


def lapse(account_id: str, unit: str, hold: str, *, desk: CreditDesk) -> None:
    """The hold's time is over: give it back. `hold` is the ledger's name of it; a schedule that knows no unit says ANY_UNIT.

    A hold that was resolved before stays as it was resolved.
    """
    held = desk.books.entry(account_id, unit, hold)
    if held is None or held.kind != "held" or unit not in (ANY_UNIT, held.unit):
        return  # a void burn opened it: the turn that gives it back closes it
    memo = Memo("resolve", 0, desk.clock.now(), "system", LAPSE, hold=hold, by=LAPSE)
    _, is_mine = _decide(account_id, held, memo, desk)
    if not is_mine:  # whoever decided may have died before they took it off the schedule's list
        desk.books.hold_done(account_id, hold)


def _held(account_id: str, hold_id: str, desk: CreditDesk) -> Entry:
    if HOLD_ID.fullmatch(hold_id) is None:
        raise HoldNotFound
    held = desk.books.entry(account_id, ANY_UNIT, hold_id.removeprefix(HOLD_PREFIX))
    if held is None or held.kind != "held":
        raise HoldNotFound
    return held


def _decide(
    account_id: str,
    held: Entry,
    memo: Memo,
    desk: CreditDesk,
) -> tuple[Entry, bool]:
    """What was decided about the hold, and whether it is this memo's doing. Past the hold's end only a lapse is.

    A capture or release waits until what died or ended before it is journaled; a lapse does not: it is part of that.
    """
    name = ledger.resolution_name(held.name)
    for _ in range(MAX_TRIES):
        if held.due is not None and held.due <= memo.at and memo.by != LAPSE:
            memo = Memo("resolve", 0, memo.at, "system", LAPSE, hold=held.name, by=LAPSE)
        attempt = desk.books.resolve(account_id, held.unit, name, memo)
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
        elif book.renews_at <= memo.at and memo.by != LAPSE:
            desk.renew(account_id)
        else:
            turn(account_id, held.unit, book, desk=desk)
    raise Unavailable(retry_after_seconds=1)


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
        book = desk.books.get(account_id, decided.unit)
        if book is None:
            raise BrokenInvariant("a book is never deleted")
        turn(account_id, decided.unit, book, desk=desk)
    raise Unavailable(retry_after_seconds=1)
