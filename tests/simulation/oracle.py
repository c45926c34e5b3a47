"""What must hold: at every state, for every answer, and when everybody is done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook.domain.audit.books import audit
from lotbook.domain.credits.book import draws_between, rests
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.credits.requests import Burned, Held
from lotbook.domain.values.errors import InsufficientCredits, Outcome
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.statement import list_entries
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.simulation.worlds import ACCOUNT, DEFECTS, UNIT, Env, FixedClock, Scope, State

MOST_PAGES = 1_000


def really_left(state: State) -> int:
    """What could be spent this instant if everybody knew everything (I6)."""
    book = state.book
    if book is None:
        return 0
    lots = {e.lot.lot_id: e.lot for e in (*state.entries.values(), *book.outcomes.values()) if e.lot}
    left = rests(book.tape, book.position)
    for name, receipt in book.receipts.items():
        entry = state.entries.get(name)
        if entry is not None and entry.seq != receipt.seq and receipt.memo.kind != "resolve":
            for draw in draws_between(book.tape, receipt.position, receipt.position + receipt.memo.credits):
                left[draw.lot_id] += draw.credits
    for aside in book.waiting:
        left[aside.lot_id] = aside.left if aside.effective_at <= state.clock else 0
    return sum(n for lot_id, n in left.items() if (lots[lot_id].expires_at or state.clock + 1) > state.clock)


def answer_differences(written: Mapping[str, Entry], answer: Any, is_short: bool, ids: dict[Entry, str]) -> list[str]:
    """What is wrong with an answer; `is_short`: the credits that it was to burn were really not there."""
    if isinstance(answer, InsufficientCredits):
        return [] if is_short else ["402 though the credits were there"]
    if isinstance(answer, Outcome):
        return []
    if isinstance(answer, BaseException):
        return [f"broke: {answer!r}"]
    if isinstance(answer, Burned | Held):
        entries = [e for e in written.values() if _entry_id(e, ids) == answer.entry_id]
        if [(e.draws, e.available_after) for e in entries] != [(answer.draws, answer.available)]:
            return [f"answered {answer}, the ledger has {entries}"]
    return []


def _entry_id(entry: Entry, ids: dict[Entry, str]) -> str:
    if entry not in ids:
        ids[entry] = entry.id_in(ACCOUNT)
    return ids[entry]


def end_differences(state: State, scope: Scope) -> list[str]:
    """Everybody is done: turned and read, the ledger alone explains the book, and the statement the balance."""
    books = FakeBooks(max_receipts=scope.max_receipts)
    assert state.book is not None
    books.books[ACCOUNT, UNIT] = state.book
    books.ledger = {FakeBooks._key(ACCOUNT, e.unit, name): e for name, e in state.entries.items()}
    clock = FixedClock(state.clock)
    nobody = Env(books, clock, Prunes(), scope.renewing)
    try:
        differences = _read_both(books, clock, nobody)
        bring_up_to_date(ACCOUNT, UNIT, desk=credit_desk(books, clock))
        bring_up_to_date(ACCOUNT, UNIT, desk=credit_desk(books, clock))
        differences += audit(UNIT, books.books[ACCOUNT, UNIT], {key[-1]: e for key, e in books.ledger.items()})
        differences += _read_both(books, clock, nobody)
        return differences + (_promised(books, clock, nobody, scope) if scope.promise else [])
    except (Outcome, *DEFECTS) as error:
        return [f"reading broke: {error!r}"]


def _promised(books: FakeBooks, clock: FixedClock, env: Env, scope: Scope) -> list[str]:
    assert scope.promise is not None
    balance = read_balance(ACCOUNT, UNIT, desk=credit_desk(books, clock, env.renew))
    return scope.promise(balance, list(books.ledger.values()))


def _read_both(books: FakeBooks, clock: FixedClock, env: Env) -> list[str]:
    balance = read_balance(ACCOUNT, UNIT, desk=credit_desk(books, clock, env.renew))
    entries: list[Entry] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = list_entries(ACCOUNT, UNIT, 2, cursor, desk=credit_desk(books, clock, env.renew))
        entries += page.entries
        cursor = page.next_cursor
        if cursor is None:
            break
    else:
        return [f"the statement does not end after {MOST_PAGES} pages"]
    owned = balance.available + balance.held + balance.frozen + balance.waiting - balance.shortfall
    differences = []
    if sum(entry.credits for entry in entries) != owned:
        differences.append(f"the statement adds up to {sum(e.credits for e in entries)}, the balance is {balance}")
    if not _has_future_lot(entries) and entries and entries[0].available_after != balance.available:
        differences.append(f"the newest entry says {entries[0].available_after} available, the balance {balance}")
    return differences + _running(entries)


def _running(entries: list[Entry]) -> list[str]:
    """`available_after` moves from entry to entry by exactly what the entry did to it."""
    differences: list[str] = []
    available, frozen = 0, set[str]()
    has_future = _has_future_lot(entries)
    for entry in reversed(entries):
        moved = sum(draw.credits for draw in entry.draws if draw.lot_id not in frozen or entry.kind == "unfrozen")
        match entry.kind:
            case "adjusted" if entry.credits < 0:
                available -= moved
            case "granted" | "released" | "unfrozen" | "adjusted":
                available += moved - entry.paid
            case "captured":
                pass
            case _:
                available -= moved
        lots = {draw.lot_id for draw in entry.draws}
        frozen = frozen | lots if entry.kind == "frozen" else frozen - lots if entry.kind == "unfrozen" else frozen
        if available != entry.available_after and not has_future:
            differences.append(f"{entry.kind} {entry.name} says {entry.available_after} available, it was {available}")
            available = entry.available_after
    return differences


def _has_future_lot(entries: list[Entry]) -> bool:
    """A lot that waits becomes spendable without an entry: figures then jump between entries."""
    return any(entry.lot and entry.lot.effective_at > entry.at for entry in entries)
