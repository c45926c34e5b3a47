"""Random months of Make beside a second, simple calculation: the same credits, the same data transfer, the same money (D28).

The model knows lots as numbers and nothing of orders, moves or ledgers. What it and the product agree on is worked out twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from random import Random

import pytest

from lotbook.domain.credits.requests import BurnRequest
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from tests.fakes.changing import ChangingDesk, subscriber

DATA = "data_transfer_mb"
# plan: level, tier, price in cents, credits
PLANS = {
    "core-10k": (1, 10_000, 900, 10_000),
    "pro-40k": (2, 40_000, 6_400, 40_000),
    "pro-80k": (2, 80_000, 12_000, 80_000),
    "teams-40k": (3, 40_000, 9_600, 40_000),
    "teams-80k": (3, 80_000, 18_400, 80_000),
}
LEAST = 50
STEPS = 30


@dataclass
class Pool:
    """Credits of one origin."""

    is_bought: bool
    credits: int
    data: int
    ends: datetime


def month_after(at: datetime) -> datetime:
    """Days past the 28th do not happen here."""
    return at.replace(year=at.year + at.month // 12, month=at.month % 12 + 1)


def half_up(value: Fraction) -> int:
    return int(value + Fraction(1, 2))


class Model:
    """An account as a list of pools."""

    def __init__(self, at: datetime) -> None:
        self.now, self.plan, self.ends, self.charged = at, "core-10k", month_after(at), 900
        self.began = at - timedelta(hours=2)  # of the running period, where it came by itself
        self.pools = [Pool(False, 10_000, 0, self.ends)]
        self.owed = 0
        self.awaited: Pool | None = None  # of a period whose invoice is a draft still

    @property
    def in_order(self) -> list[Pool]:
        """As they burn: the plan's before bought ones, what ends sooner before."""
        return sorted(self.pools, key=lambda pool: (pool.is_bought, pool.ends))

    @property
    def credits(self) -> int:
        return sum(pool.credits for pool in self.pools)

    @property
    def data(self) -> int:
        return sum(pool.data for pool in self.pools)

    def go(self, at: datetime) -> None:
        """What ends, ends; what begins is paid for an hour later."""
        self._paid(at)
        while self.ends <= at:
            self.pools = [pool for pool in self.pools if pool.ends > self.ends]
            self.began, self.ends = self.ends, month_after(self.ends)
            self.awaited = self.granted(Pool(False, PLANS[self.plan][3], 0, self.ends))
            self._paid(at)
        self.pools = [pool for pool in self.pools if pool.ends > at]
        self.now = at

    def _paid(self, at: datetime) -> None:
        if self.awaited is not None and at - self.began > timedelta(hours=1):
            self.awaited, self.charged = None, self.charged + PLANS[self.plan][2]

    def granted(self, pool: Pool) -> Pool:
        """One more pool; what is owed is paid first."""
        self.pools.append(pool)
        self.pay(pool)
        return pool

    def pay(self, pool: Pool) -> None:
        paid = min(self.owed, pool.credits)
        pool.credits, self.owed = pool.credits - paid, self.owed - paid

    def top_up(self, credits: int) -> None:
        self.granted(Pool(True, credits, credits // 2, self.ends))

    def use(self, credits: int) -> None:
        for pool in self.in_order:
            taken = min(pool.credits, credits)
            pool.credits, credits = pool.credits - taken, credits - taken

    def change(self, wanted: str) -> None:
        price = PLANS[wanted][2]
        if self.awaited is not None:  # replaced and never charged; what was burned of it is owed
            self.owed += PLANS[self.plan][3] - self.awaited.credits
            self.pools.remove(self.awaited)
            self.awaited = None
        is_down = PLANS[wanted][:2] < PLANS[self.plan][:2]
        if not is_down:
            self.charged += price - self.converted(price)
            ends = month_after(self.now)
        else:
            self.charged += price
            ends = month_after(self.now)
            for pool in self.pools:  # data transfer whose credits are used up has nothing to go along with
                pool.ends = ends if pool.credits else pool.ends
        self.plan, self.ends = wanted, ends
        self.granted(Pool(False, PLANS[wanted][3], 0, ends))
        for pool in self.in_order if is_down else ():  # what goes on is granted anew, and pays as well
            self.pay(pool)

    def converted(self, price: int) -> int:
        """Credits become money, one after the other, until the price needs no more."""
        _, _, present, credits = PLANS[self.plan]
        each = Fraction(present, credits)
        off = half_up(self.credits * each)
        count = self.credits
        if price - off < LEAST:
            off = price if off >= price else price - LEAST
            count = min(int(off / each), self.credits)
            count += half_up(count * each) < off
        for pool in self.in_order:
            taken = min(pool.credits, count)
            if taken:
                pool.data = pool.data * (pool.credits - taken) // pool.credits
            pool.credits, count = pool.credits - taken, count - taken
        return off


def text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S")


def has(desk: ChangingDesk, unit: str = "credits") -> int:
    return read_balance("acme", unit, desk=desk.sales.credits).available


def data_of(desk: ChangingDesk) -> int:
    return has(desk, DATA) if ("acme", DATA) in desk.books.books else 0


def wait(desk: ChangingDesk, model: Model, at: datetime) -> datetime:
    """To that instant, sometimes in the hour in which a period's invoice is a draft."""
    desk.go_to(text(at))
    desk.renew()
    desk.settle_renewals()
    model.go(at)
    return at


def step(desk: ChangingDesk, model: Model, random: Random, at: datetime) -> datetime:
    """One thing that happens to both; when it is then."""
    likely = ["top_up", "use", "use", "change"]
    match random.choice(likely if model.awaited else [*likely, "wait", "wait"]):
        case "top_up":
            credits = random.choice([1_000, 2_000, 3_000, 50_000])
            desk.top_up(credits)
            model.top_up(credits)
        case "use" if model.credits:
            credits = random.randint(1, model.credits)
            consume("acme", f"use-{text(at)}", BurnRequest(credits), desk=desk.sales.credits)
            model.use(credits)
        case "change":
            wanted = random.choice([plan for plan in PLANS if plan != model.plan])
            desk.change(wanted)
            model.change(wanted)
        case _:
            at = at + timedelta(hours=random.choice([7, 50, 24 * 9]))
            at = at if at.day <= 28 else at.replace(day=1) + timedelta(days=32)
            at = at.replace(day=min(at.day, 28))
            if at > model.ends and random.random() < 0.6:
                at = model.ends + timedelta(minutes=random.choice([0, 20, 55]))
            return wait(desk, model, at)
    return at


@pytest.mark.parametrize("seed", [*range(12), 25])
def test_d28_mk_01_mk_40_mk_41_random_months_come_to_what_a_simple_calculation_says(seed: int) -> None:
    random, at = Random(seed), datetime(2027, 1, 5, 12, tzinfo=UTC)
    desk, model = subscriber("core-10k", "make", at=text(at)), Model(at)
    for number in range(STEPS):
        at += timedelta(seconds=1)
        desk.go_to(text(at))
        model.go(at)
        at = step(desk, model, random, at)
        desk.settle_renewals()
        assert (has(desk), data_of(desk), desk.charged()) == (model.credits, model.data, model.charged), (seed, number)
