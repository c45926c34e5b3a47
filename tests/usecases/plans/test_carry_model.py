"""Random months of GoContent beside a second, simple calculation: carried credits, wishes, cancellations, changes in the draft hour."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.errors import NothingToResume
from lotbook.usecases.credits.consume import consume
from tests.fakes.changing import ChangingDesk, subscriber
from tests.usecases.plans.test_make_model import has, month_after, text

# plan: price in cents, credits; the later the higher
PLANS = {"starter": (4_000, 40), "growth": (9_000, 100), "agency": (24_000, 300)}
ORDER = ["none", *PLANS]
STEPS = 30


class Model:
    """Plan credits end with the period, bought ones never (GC-04, GC-05)."""

    def __init__(self, at: datetime) -> None:
        self.plan, self.next, self.cancelled = "starter", "", False
        self.plan_credits, self.bought, self.charged = 40, 0, 4_000
        self.began, self.ends = at - timedelta(hours=2), month_after(at)
        self.awaited = self.burned = 0  # what the running period is still to cost, and what was burned of it meanwhile

    @property
    def credits(self) -> int:
        return self.plan_credits + self.bought

    def go(self, at: datetime) -> None:
        if self.awaited and at - self.began > timedelta(hours=1):
            self.charged, self.awaited = self.charged + self.awaited, 0
        while self.plan != "none" and self.ends <= at:
            self.began, self.plan_credits = self.ends, 0
            self.plan, self.next = "none" if self.cancelled else self.next or self.plan, ""
            self.cancelled = False
            if self.plan == "none":
                return
            price, credits = PLANS[self.plan]
            self.plan_credits, self.awaited, self.burned, self.ends = credits, price, 0, month_after(self.ends)
        if self.awaited and at - self.began > timedelta(hours=1):
            self.charged, self.awaited = self.charged + self.awaited, 0

    def use(self, credits: int) -> None:
        of_plan = min(credits, self.plan_credits)
        self.burned += of_plan
        self.plan_credits, self.bought = self.plan_credits - of_plan, self.bought - (credits - of_plan)

    def change(self, wanted: str, at: datetime) -> None:
        price, credits = PLANS[wanted]
        if ORDER.index(wanted) < ORDER.index(self.plan):
            self.next, self.cancelled = wanted, False  # IS-58: a wish replaces what was to come
            return
        if self.awaited:  # that period is replaced and never charged; what was burned of it is owed
            self.plan_credits, self.awaited = -self.burned, 0
        self.plan_credits += credits  # GC-07
        self.plan, self.next, self.cancelled = wanted, "", False
        self.charged, self.ends = self.charged + price, month_after(at)


def step(desk: ChangingDesk, model: Model, random: Random, at: datetime) -> datetime:
    """One thing that happens to both; when it is then."""
    likely = ["use", "use", "change", "change"]
    match random.choice(likely if model.awaited else [*likely, "cancel", "resume", "wait", "wait"]):
        case "use" if model.credits:
            credits = random.randint(1, model.credits)
            consume("acme", f"use-{text(at)}", BurnRequest(credits), desk=desk.sales.credits)
            model.use(credits)
        case "change":
            wanted = random.choice([plan for plan in PLANS if plan != model.plan])
            desk.change(wanted)
            model.change(wanted, at)
        case "cancel" if model.plan != "none":
            desk.cancel()
            model.cancelled, model.next = True, ""
        case "resume":
            try:
                desk.resume()
            except NothingToResume:
                assert not model.cancelled
                assert not model.next
            model.cancelled, model.next = False, ""
        case _:
            at += timedelta(hours=random.choice([7, 50, 24 * 9, 24 * 20]))
            at = at if at.day <= 28 else at.replace(day=1) + timedelta(days=32)
            at = at.replace(day=min(at.day, 28))
            if model.plan != "none" and at > model.ends and random.random() < 0.5:
                at = model.ends + timedelta(minutes=random.choice([0, 20, 59]))
            return wait(desk, model, at)
    return at


def wait(desk: ChangingDesk, model: Model, at: datetime) -> datetime:
    """To that instant, sometimes in the hour in which a period's invoice is a draft."""
    desk.go_to(text(at))
    desk.renew()
    desk.settle_renewals()
    model.go(at)
    return at


@pytest.mark.parametrize("seed", range(16))
def test_gc_05_gc_07_gc_21_gc_22_is_58_random_months_come_to_what_a_simple_calculation_says(seed: int) -> None:
    random, at = Random(seed), datetime(2027, 1, 5, 12, tzinfo=UTC)
    desk, model = subscriber("starter", "gocontent", at=text(at)), Model(at)
    desk.top_up(15)
    model.bought += 15
    for number in range(STEPS):
        at += timedelta(seconds=1)
        desk.go_to(text(at))
        model.go(at)
        at = step(desk, model, random, at)
        desk.settle_renewals()
        assert (desk.plan, has(desk), desk.charged()) == (model.plan, model.credits, model.charged), (seed, number)
