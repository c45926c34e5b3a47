"""Two or three workers over a whole desk: a paid renewal that is settled twice at once, and changes of plan at a period's end.

Numbers in docstrings: bug classes D2, D6, D28.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lotbook.domain.accounts.plan_changes import CARRIED
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.plans.plan_move import PLAN_CHANGE
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.usecases.accounts import follow_plan
from lotbook.usecases.credits import turn as turns
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.sales.leave_plan import Leaving
from tests.fakes.accounts import FakeAccounts, at
from tests.fakes.changing import ChangingDesk, subscriber
from tests.simulation.schedules import Work, World, explored

CREDITS_FOR = {4_000: 40, 9_000: 100, 2_900: 30, 20_000: 350}  # of the samples: what a charge of so many cents brings
BEFORE, BURN = 25, 10  # credits
LAST_SECOND, END_OF_FIRST, DRAFT, PAID = (
    "2027-02-28T11:59:59",
    "2027-02-28T12:00:00",
    "2027-02-28T12:20:00",
    "2027-02-28T13:30:00",
)
Begin = Callable[[Callable[[str, Any], Any]], ChangingDesk]


def began(when: str, *before: Work, policy: str = "gocontent", plan: str = "starter") -> Begin:
    """A subscriber since 01-31T12:00, who has burned some."""

    def begin(wrap: Callable[[str, Any], Any]) -> ChangingDesk:
        desk = subscriber(plan, policy, wrap=wrap)
        desk.burn(BEFORE)
        desk.go_to(when)
        for step in before:
            step(desk)
        return desk

    return begin


def burns(desk: ChangingDesk) -> None:
    """One burn, by one key."""
    consume("acme", "the-burn", BurnRequest(BURN), desk=desk.sales.credits)


def settles(desk: ChangingDesk) -> None:
    desk.settle_renewals()


def reads(desk: ChangingDesk) -> None:
    desk.read()


def renews_next_period(desk: ChangingDesk) -> None:
    """The clock passes the period's end, and a reader comes."""
    if desk.clock.now() < at(END_OF_FIRST):
        desk.go_to(END_OF_FIRST)
    desk.read()


def upgrades(desk: ChangingDesk) -> None:
    """What is left is carried on."""
    desk.change("growth", "k")


def upgrades_and_forfeits(desk: ChangingDesk) -> None:
    desk.change("pro", "k")


def what_was_paid_for(desk: ChangingDesk) -> list[str]:
    """D28: the credits of periods that count are those of the charges made; what is carried was taken elsewhere first."""
    desk.check()
    entries = list(desk.books.ledger.values())
    decided = {entry.name.split("#")[1]: entry.reason for entry in entries if entry.name.endswith("#set")}
    brought = carried = taken = 0
    waits = []
    for entry in entries:
        if entry.kind == "granted" and entry.lot is not None and entry.lot.kind == "plan":
            is_open = entry.lot.provisional and entry.lot.lot_id not in decided
            waits += [entry.lot] if is_open else []
            if entry.lot.reason == CARRIED:
                carried += entry.lot.credits
            else:
                brought += 0 if is_open else entry.lot.credits
        if entry.kind == "clawed_back":
            brought -= entry.requested if entry.reason == "void" else 0
            taken -= entry.credits if entry.reason == PLAN_CHANGE else 0
        if entry.kind == "adjusted":
            brought += entry.requested if entry.reason == "paid" else 0
    paid = [bill.due for bill in desk.gateway.plans.bills.values() if bill.state == "paid"]
    due = sum(CREDITS_FOR[each] for each in paid)
    differences = [] if brought == due else [f"{brought} credits for {paid}, which bring {due}"]
    differences += [f"{carried} carried on, {taken} taken"] if carried > taken else []
    known = desk.account.subscription.periods if desk.account.subscription else ()
    still = [lot.lot_id for lot in waits if lot.effective_at in {period.start for period in known}]
    differences += [f"{still} are provisional, their periods are decided"] if still else []
    burned = [entry.requested for entry in entries if entry.kind == "consumed"]
    return differences if burned in ([BEFORE], [BEFORE, BURN]) else [*differences, f"burned {burned}"]


def settled_once(desk: ChangingDesk) -> list[str]:
    """D2: the renewal is done, its credits are there."""
    states = desk.states()
    return what_was_paid_for(desk) + ([] if states == ["completed"] else [f"rows {states}"])


def moved_once(desk: ChangingDesk) -> list[str]:
    """D6: the plan that was paid for is there, charged once."""
    charged = sorted(bill.due for bill in desk.gateway.plans.bills.values() if bill.state == "paid")
    rights = ("growth", [4_000, 9_000]), ("growth", [4_000, 4_000, 9_000]), ("pro", [2_900, 20_000])
    is_right = (desk.plan, charged) in rights
    return what_was_paid_for(desk) + ([] if is_right else [f"{desk.plan}, charged {charged}"])


FORFEITS = began(LAST_SECOND, policy="insurestack", plan="plus")
WORLDS: dict[str, World] = {
    "two_settle_a_paid_renewal": World(began(PAID, reads), (settles, settles), settled_once),
    "settled_while_a_reader_renews": World(began(PAID), (reads, settles), what_was_paid_for),
}
LARGE: dict[str, World] = {
    "settled_while_burning": World(began(PAID, reads), (settles, burns), settled_once),
    "upgraded_while_the_period_ends": World(began(LAST_SECOND), (upgrades, renews_next_period), moved_once),
    "two_settle_while_burning": World(began(PAID, reads), (settles, settles, burns), settled_once),
    "upgraded_while_burning": World(began(LAST_SECOND), (upgrades, burns), moved_once),
    "upgraded_in_the_draft_hour": World(began(DRAFT, reads), (upgrades, burns), moved_once),
    "upgraded_while_a_renewal_is_settled": World(began(PAID, reads), (upgrades, settles), moved_once),
    "upgraded_twice_by_one_key": World(began(LAST_SECOND), (upgrades, upgrades), moved_once),
    "upgraded_while_burning_and_the_period_ends": World(
        began(LAST_SECOND), (upgrades, renews_next_period, burns), moved_once
    ),
    "forfeited_while_burning_and_the_period_ends": World(
        FORFEITS, (upgrades_and_forfeits, renews_next_period, burns), moved_once
    ),
}
STEP = 5  # of the other worker's calls, in the soak


@pytest.mark.parametrize("name", WORLDS)
def test_d28_no_order_of_workers_brings_more_or_less_than_was_paid_for(name: str) -> None:
    """D2, D6, D28: one worker stops, or dies, after each of its calls; the other one runs; then the rest, and all once more."""
    number = explored(WORLDS[name])
    print(f"{name}: {number} schedules")
    assert number > 0


@pytest.mark.soak
@pytest.mark.parametrize("name", WORLDS | LARGE)
def test_d28_no_order_with_two_switches_brings_more_or_less_than_was_paid_for(name: str) -> None:
    """The same, and the other worker stops in between, too: minutes."""
    number = explored((WORLDS | LARGE)[name], STEP)
    print(f"{name}: {number} schedules")
    assert number > 0


@dataclass(frozen=True, slots=True)
class Mutation:
    """A guard that is taken out, and the world that shows what it is for."""

    world: str
    patch: Callable[[pytest.MonkeyPatch], None]


def _accounts_overwritten(patch: pytest.MonkeyPatch) -> None:
    """The later write of an account wins, whatever it had read."""

    def save(self: FakeAccounts, account: Any) -> Any:
        self._items[account.account_id] = replace(account, version=account.version + 1)
        return self._items[account.account_id]

    patch.setattr(FakeAccounts, "save", save)


def _orders_not_looked_up(patch: pytest.MonkeyPatch) -> None:
    """A turn takes it that none of its orders took effect before."""
    patch.setattr(turns, "_look_up_orders", lambda book, journaled, *_: journaled)


def _all_is_carried(patch: pytest.MonkeyPatch) -> None:
    """What is carried on is what the lot was made with, not what the ledger says was left."""
    patch.setattr(Leaving, "_taken", _whole_lot(Leaving._taken))


def _whole_lot(taken: Callable[[Leaving, Any], int]) -> Callable[[Leaving, Any], int]:
    def whole(self: Leaving, lot: Any) -> int:
        taken(self, lot)
        return int(lot.credits)

    return whole


def _void_renewal_kept(patch: pytest.MonkeyPatch) -> None:
    """A period that nobody pays keeps its lots."""
    patch.setattr(follow_plan, "_void", lambda *_: None)


def _paid_is_granted_anew(patch: pytest.MonkeyPatch) -> None:
    """Whoever follows a payment grants its lot under an id of its own."""

    def anew(account: Any, lots: Any, at: int, desk: Any) -> None:
        for lot in lots:
            grant_lot(account.account_id, replace(lot, lot_id=f"{lot.lot_id}-paid"), desk=desk)

    patch.setattr(follow_plan, "_confirm", anew)


MUTATIONS: dict[str, Mutation] = {
    "account_version": Mutation("upgraded_twice_by_one_key", _accounts_overwritten),
    "order_look_up": Mutation("upgraded_twice_by_one_key", _orders_not_looked_up),
    "carried_is_what_was_left": Mutation("upgraded_while_the_period_ends", _all_is_carried),
    "replaced_renewal_is_void": Mutation("upgraded_in_the_draft_hour", _void_renewal_kept),
    "paid_lot_has_the_same_id": Mutation("two_settle_a_paid_renewal", _paid_is_granted_anew),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_t26_taking_a_guard_of_settling_out_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the guard in, the same world is clean."""
    MUTATIONS[name].patch(monkeypatch)
    with pytest.raises((AssertionError, BrokenInvariant)) as found:  # the second: a reader finds the chain broken
        explored((WORLDS | LARGE)[MUTATIONS[name].world])
    print(f"{name}: {str(found.value)[:200]}")
