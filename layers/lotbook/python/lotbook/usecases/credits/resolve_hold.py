"""Resolve a hold, once: capture some of it, release it, or let it lapse. Whoever is first decides."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import Book, Memo, resolution_entry
from lotbook.domain.credits.requests import DIGEST_CHARACTERS, Resolved
from lotbook.domain.values import ids
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
LAPSE = "lapse"  # the digest of a lapse: no request has it
ANY_UNIT = ""  # burns, and so holds, have one key space over all units
STATES = {"capture": "captured", "release": "released", "lapse": "lapsed"}


def hold_id_of(name: str) -> str:
    """The public id of the hold that the ledger knows by `name`."""
    return HOLD_PREFIX + name


def capture_hold(
    account_id: str,
    hold_id: str,
    key: str,
    credits: int,
    *,
    actor: str,
    desk: CreditDesk,
) -> Resolved:
    """Capture the first `credits` of the hold in burn order (0 to all of them, D19); the rest goes back.

    A period that has ended unseen is renewed first: what can be spent afterwards is the new period's.
    Raises HoldNotFound, HoldClosed `{state}`, InvalidRequest for more than is held,
    IdempotencyKeyReused, Unavailable.
    """
    return _resolve(account_id, hold_id, key, credits, "capture", actor, desk)


def release_hold(
    account_id: str,
    hold_id: str,
    key: str,
    *,
    actor: str,
    desk: CreditDesk,
) -> Resolved:
    """Give all of the hold back. As `capture_hold`."""
    return _resolve(account_id, hold_id, key, 0, "release", actor, desk)


def lapse(account_id: str, unit: str, hold: str, *, desk: CreditDesk) -> None:
    """The hold's time is over: give it back. `hold` is the ledger's name of it; a schedule that knows no unit says ANY_UNIT.

    Finds it resolved already: nothing to do.
    """
    held = desk.books.entry(account_id, unit, hold)
    if held is None or held.kind != "held" or unit not in (ANY_UNIT, held.unit):
        return  # a void burn opened it: the turn that gives it back closes it
    memo = Memo("resolve", 0, desk.clock.now(), "system", LAPSE, hold=hold, by="lapse")
    _, is_mine = _decide(account_id, held, memo, desk)
    if not is_mine:  # whoever decided may have died before they took it off the schedule's list
        desk.books.hold_done(account_id, hold)


def _resolve(
    account_id: str,
    hold_id: str,
    key: str,
    credits: int,
    by: str,
    actor: str,
    desk: CreditDesk,
) -> Resolved:
    hold = hold_id.removeprefix(HOLD_PREFIX)
    held = desk.books.entry(account_id, ANY_UNIT, hold) if HOLD_ID.fullmatch(hold_id) else None
    if held is None or held.kind != "held":
        raise HoldNotFound
    if not 0 <= credits <= held.requested:
        raise InvalidRequest.of("credits", "range", f"credits must be from 0 to the {held.requested} that are held.")
    asked = _digest(key, by, credits)
    memo = Memo("resolve", credits, desk.clock.now(), actor, asked, hold=hold, by=by)
    decided, is_mine = _decide(account_id, held, memo, desk)
    if decided.digest != asked:
        if decided.digest[:DIGEST_CHARACTERS] == asked[:DIGEST_CHARACTERS]:
            raise IdempotencyKeyReused
        raise HoldClosed(state=STATES[decided.by or "lapse"])
    available = _available_after(account_id, decided, desk)
    return Resolved(hold_id, decided.requested, held.requested - decided.requested, available, not is_mine)


def _digest(key: str, by: str, credits: int) -> str:
    """The key's half tells a replay from another caller, the body's half a replay from a key that was reused."""
    return ids.name_of(key)[:DIGEST_CHARACTERS] + ids.name_of(by, str(credits))[:DIGEST_CHARACTERS]


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
        if held.due is not None and held.due <= memo.at and memo.by != "lapse":
            memo = Memo("resolve", 0, memo.at, "system", LAPSE, hold=held.name, by="lapse")
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
