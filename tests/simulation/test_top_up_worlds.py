"""Every interleaving of burns that are topped up: the lot and the burn come in one swap, and sometimes without a look (X-08).

Who claims is decided by one write, as it is in the product by the account's version; what follows is the book's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import Book, Memo
from lotbook.domain.credits.burn_with_turn import with_burn
from lotbook.domain.credits.ledger import CHAIN_END, Entry, Pointer
from lotbook.domain.credits.requests import Balance, BurnRequest, HoldRequest
from lotbook.usecases.credits import top_up as topping
from lotbook.usecases.credits import turn as turns
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.desk import Advance, CreditDesk, Shortage
from lotbook.usecases.credits.hold import hold
from tests.fakes.credit_desk import credit_desk
from tests.simulation.explorer import Explorer
from tests.simulation.operations import burn, capture, decide, grant, lot, turn_book
from tests.simulation.worlds import ACCOUNT, UNIT, Env, Operation, Scope, Violation

LENT = lot("T", 3, provisional=True)
CLAIM = ledger.decision_name("lot_claim")


def desk_of(env: Env) -> CreditDesk:
    def top_up(lack: Shortage) -> Advance | None:
        if env.books.entry(ACCOUNT, UNIT, lack.name) is not None:
            return None
        claim = Entry(name=CLAIM, unit=UNIT, kind="noted", at=0, seq=0, before=CHAIN_END)
        return Advance(LENT, env.books.put_entry(ACCOUNT, claim) is None, 5)

    return replace(credit_desk(env.books, env.clock, env.renew, prunes=env.prunes), top_up=top_up)


def topped(key: str, credits: int = 2) -> Operation:
    return lambda env: consume(ACCOUNT, key, BurnRequest(credits), desk=desk_of(env))


def topped_hold(key: str, credits: int = 2) -> Operation:
    return lambda env: hold(ACCOUNT, key, HoldRequest(credits), desk=desk_of(env))


def marked(env: Env) -> None:
    """The book says that burns may be topped up."""
    books = env.books
    books.books[ACCOUNT, UNIT] = replace(books.books[ACCOUNT, UNIT], tops_up="make", top_up_version=1)


def lent_once(balance: Balance, entries: Sequence[Entry]) -> list[str]:
    """One lot is lent, whoever came first, and what is left is what came in and was not burned."""
    by_name = {entry.name: entry for entry in entries}
    grants = [entry for entry in entries if entry.kind == "granted"]
    came = sum(entry.credits for entry in grants)
    void = by_name.get(ledger.claw_name("lot_T", ledger.VOID_CLAIM))
    gone = sum(draw.credits for entry in entries if entry.kind in ("consumed", "captured") for draw in entry.draws)
    left = came - gone - (3 if void else 0) - balance.held
    differences = [] if balance.available - balance.shortfall == left else [f"{balance}, and {left} are due"]
    if len({entry.name for entry in grants}) != len(grants):
        differences.append("a lot was granted twice")
    return differences


BEFORE = (grant("A", 1), marked)
WORLDS: dict[str, Scope] = {
    "two_burns": Scope(((topped("k"),), (topped("j", 1),)), before=BEFORE, promise=lent_once),
    "one_key_twice": Scope(((topped("k"),), (topped("k"),)), before=BEFORE, crashes=1, promise=lent_once),
    "a_burn_and_a_crash": Scope(
        ((topped("k"), topped("j", 1)),), before=BEFORE, crashes=1, doubles=1, promise=lent_once
    ),
    "a_burn_and_a_reader": Scope(((topped("k"),), (turn_book(),)), before=(*BEFORE, burn("i")), promise=lent_once),
    "two_grants_and_a_burn": Scope(((topped("k"),), (grant("B", 2),)), before=BEFORE, promise=lent_once),
    "more_than_is_lent": Scope(((topped("k", 3),), (topped("j", 2),)), before=BEFORE, promise=lent_once),
}
LARGE: dict[str, Scope] = {
    "a_burn_and_a_decision": Scope(
        ((topped("k"),), (decide("T", "void"),)), before=(*BEFORE, topped("i")), promise=lent_once
    ),
    "a_hold": Scope(((topped_hold("h", 3), capture("h", 1)), (topped("k", 1),)), before=BEFORE, promise=lent_once),
    "three_burns": Scope(((topped("k"),), (topped("j"),), (topped("i", 1),)), before=BEFORE, promise=lent_once),
    "two_burns_a_crash_and_a_late_write": Scope(
        ((topped("k"),), (topped("j", 1),)), before=BEFORE, crashes=1, lates=1, promise=lent_once
    ),
    "a_burn_a_decision_and_a_crash": Scope(
        ((topped("k"),), (decide("T", "void"),)), before=(*BEFORE, topped("i")), crashes=1, promise=lent_once
    ),
}


@pytest.mark.parametrize("name", WORLDS)
def test_x_08_no_interleaving_of_topped_up_burns_lends_twice(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    explored = Explorer(WORLDS[name]).run()
    record_property("states", explored.states)
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


@pytest.mark.soak
@pytest.mark.parametrize("name", LARGE)
def test_x_08_no_interleaving_of_a_larger_world_lends_twice(name: str) -> None:
    """The same, minutes long."""
    explored = Explorer(LARGE[name]).run()
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.ends} ends")


def _looks_at_nothing(patch: pytest.MonkeyPatch) -> None:
    """Whoever finds another's claim takes it, too, that nobody has granted its lot."""
    advanced = topping.BurnAdvance.advanced

    def careless(self: topping.BurnAdvance, wanted: Any, book: Book, *, desk: CreditDesk) -> Any:
        hook = desk.top_up
        assert hook is not None

        def new(lack: Shortage) -> Advance | None:
            found = hook(lack)
            return None if found is None else replace(found, is_new=True)

        return advanced(self, wanted, book, desk=replace(desk, top_up=new))

    patch.setattr(topping.BurnAdvance, "advanced", careless)
    patch.setattr(topping.BurnAdvance, "_known", lambda *_: {})


def _burns_twice(patch: pytest.MonkeyPatch) -> None:
    """The burn behind a turn leaves no receipt."""

    def careless(book: Book, name: str, memo: Memo) -> Book | None:
        if book.available < memo.credits:
            return None
        return replace(book, position=book.position + memo.credits, available=book.available - memo.credits)

    patch.setattr(turns, "with_burn", careless)


def _does_not_link(patch: pytest.MonkeyPatch) -> None:
    """The burn behind a turn does not become the chain's head."""
    whole = with_burn

    def careless(book: Book, name: str, memo: Memo) -> Book | None:
        burned = whole(book, name, memo)
        return None if burned is None else replace(burned, head=Pointer(book.head.name, book.head.seq))

    patch.setattr(turns, "with_burn", careless)


@dataclass(frozen=True, slots=True)
class Mutation:
    world: str
    patch: Callable[[pytest.MonkeyPatch], None]


MUTATIONS = {
    "nobody looks whether the lot was granted": Mutation("more_than_is_lent", _looks_at_nothing),
    "a burn behind a turn leaves no receipt": Mutation("two_burns", _burns_twice),
    "a burn behind a turn is no link": Mutation("two_burns", _does_not_link),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_every_guard_is_there_for_something(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    MUTATIONS[name].patch(monkeypatch)
    with pytest.raises(Violation):
        Explorer(WORLDS[MUTATIONS[name].world]).run()
