"""A wish for the period's end whose process dies: nobody sends it again, and the schedule makes account and gateway agree.

Otherwise the gateway renews at a price that is not the plan's: money that is kept aside, and a plan that nobody has paid for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.instants import MINUTE
from lotbook.ports.shop import DueItem
from lotbook.usecases.inbox.sweep_purchases import DUE_KIND
from tests.fakes.changing import ChangingDesk
from tests.fakes.crashes import Countdown, Crash
from tests.fakes.sweeps import FakeDue, look_at_purchases
from tests.simulation.schedules import World, explored
from tests.usecases.plans.test_plan_crashes import (
    GO,
    MAKE,
    MAX_CALLS,
    NEVER,
    START,
    Step,
    Story,
    change_to,
    subscribed,
    told,
    waiting_for_the_year,
    waits,
)

T = "2027-02-28T12:00:00"
PRICES = {"starter": 4_000, "growth": 9_000, "pro-40k": 6_400, "core-10k": 900, "core-10k-annual": 10_800}


def wishing(desk: ChangingDesk) -> None:
    subscribed("growth")(desk)
    desk.change("starter")


STORIES = {
    "scheduled downgrade": Story(GO, START, subscribed("growth"), change_to("starter")),
    "downgrade taken back": Story(GO, START, wishing, change_to("growth")),
    "scheduled year": Story(MAKE, START, waits, change_to("core-10k-annual")),
    "year taken back": Story(MAKE, START, waiting_for_the_year, change_to("pro-40k")),
    "year replaced by a month": Story(MAKE, START, waiting_for_the_year, change_to("core-10k")),
}


def sweep(desk: ChangingDesk) -> None:
    rows = desk.purchases.rows
    due = FakeDue(
        lambda kind: [
            DueItem("acme", name, row.check_at)
            for (_, name), row in rows.items()
            if kind == DUE_KIND and row.check_at is not None
        ]
    )
    look_at_purchases(desk.sales, due)


# Of the calls that may be the last each third, and in `make soak` all.
TURNS = [pytest.param(3, id="in turns"), pytest.param(1, id="all", marks=pytest.mark.soak)]


@pytest.mark.slow
@pytest.mark.parametrize("stride", TURNS)
@pytest.mark.parametrize("name", STORIES)
def test_t25_whatever_call_a_process_dies_at_the_schedule_alone_makes_the_gateway_renew_the_accounts_plan(
    name: str, stride: int
) -> None:
    """T25, and the finding of a renewal at the old price after a crash between the wish and the swap."""
    story = STORIES[name]
    for at in range(1 + list(STORIES).index(name) % stride, MAX_CALLS, stride):
        countdown = Countdown(NEVER, "after")
        desk = told(story, countdown)
        countdown.left = at
        try:
            story.step(desk)
        except Crash:
            countdown.left = NEVER
            renews_as_it_stands(desk, (name, at, countdown.crashed_in))
            continue
        countdown.left = NEVER
        renews_as_it_stands(desk, (name, "no crash"))
        return
    raise AssertionError("the step has no end")


def renews_as_it_stands(desk: ChangingDesk, where: object) -> None:
    desk.clock.instant += 6 * MINUTE
    sweep(desk)
    marked = [row.purchase_id for row in desk.purchases.rows.values() if row.state in SETTLED and row.check_at]
    assert marked == [], where
    desk.go_to(T)
    desk.read()
    desk.go_to("2027-02-28T14:00:00")
    sweep(desk)
    assert [row.state for row in desk.renewals()] == ["completed"], where
    charged = [bill.due for bill in desk.gateway.plans.bills.values() if bill.state == "paid"]
    assert charged[-1] == PRICES[desk.plan], (where, charged, desk.plan)
    desk.check(where)


def begun(*before: Step) -> Callable[[Callable[[str, Any], Any]], ChangingDesk]:
    """A subscriber of Make, under a policy that lets downgrades wait."""

    def begin(wrap: Callable[[str, Any], Any]) -> ChangingDesk:
        desk = ChangingDesk(MAKE, START, wrap=wrap)
        for step in (waits, *before):
            step(desk)
        desk.clock.instant += 10 * MINUTE
        return desk

    return begin


def agreed(desk: ChangingDesk) -> list[str]:
    """After one more run of the schedule the gateway charges what the account wants."""
    desk.clock.instant += 6 * MINUTE
    sweep(desk)
    sub = desk.account.subscription
    assert sub is not None
    known, wish = desk.gateway.plans.subs[sub.subscription], sub.next_plan
    then = known.follows.name if known.follows else known.price.name
    return [] if then == (wish.price if wish else sub.price) else [f"wants {wish}, the gateway charges {then}"]


def wants(plan_id: str) -> Step:
    def wish(desk: ChangingDesk) -> None:
        desk.change(plan_id, f"to {plan_id}")

    return wish


YEAR, MONTH, STAYS = wants("core-10k-annual"), wants("core-10k"), wants("pro-40k")
AT_ONCE = {
    "a wish and the schedule": World(begun(), (YEAR, sweep), agreed),
    "a year and a month": World(begun(), (YEAR, MONTH), agreed),
    "a year while a month is taken back": World(begun(MONTH), (YEAR, STAYS), agreed),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", AT_ONCE)
def test_t25_of_two_who_wish_at_once_the_gateway_ends_with_what_the_account_ends_with(name: str) -> None:
    """In every order of their calls with one switch, and where one of them dies there (found so: the later wish, and the
    schedule of the earlier one)."""
    assert explored(AT_ONCE[name]) > 0
