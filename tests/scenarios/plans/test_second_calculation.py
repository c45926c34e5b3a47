"""Random lives of an account against the second calculation, read one second before, at and after each boundary."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from tests.scenarios.plans.customer import Customer
from tests.scenarios.plans.simple import VENDORS, Simple
from tests.scenarios.plans.test_story_intervals import LATER
from tests.scenarios.plans.world import HOUR, SECOND, moment, words

PACKS = (2_000, 4_000, 6_000)
VENDORS_THAT_RENEW = ("insurestack", "make", "make-later", "gocontent", "diaflow")


class Life:
    """The account and its second calculation, told the same."""

    def __init__(self, shop: Any, vendor: str, seed: int) -> None:
        self.dice = random.Random(f"{vendor} {seed}")
        begin = moment(f"2027-01-{self.dice.choice((1, 15, 28, 29, 30, 31)):02} 12:00")
        self.vendor, self.told = VENDORS[vendor], [f"{vendor} from {begin}"]
        self.acme: Customer = shop(vendor.removesuffix("-later"), begin, LATER if vendor == "make-later" else None)
        self.simple = Simple(self.vendor, begin)
        plan = self.dice.choice([name for name in self.vendor.plans if name != self.vendor.start])
        self.acme.subscribe(plan)
        self.simple.change(plan)
        self.read(f"subscribe {plan}")
        self.go(begin + HOUR, "an hour")

    def read(self, what: str) -> None:
        self.told.append(f"{self.simple.now} {what}")
        assert self.acme.available == self.simple.available, self.told
        shown = self.acme.get()
        assert shown["plan_id"] == self.simple.plan, self.told
        assert shown["credits_reset_at"] in (None, words(self.simple.next_boundary)), (shown, self.told)

    def charged(self) -> None:
        assert sorted(self.acme.paid()) == sorted(self.simple.charges), self.told
        assert {row["state"] for row in self.acme.rows("plan_renewal")} <= {"completed"}, self.told

    def go(self, at: Any, what: str) -> None:
        self.acme.world.go(at)
        self.simple.advance(at)
        self.read(what)

    def month(self) -> None:
        """Something or nothing inside the period, then its end."""
        boundary = self.simple.next_boundary
        inside = self.simple.now + (boundary - self.simple.now) * self.dice.random() * 0.95
        inside = inside.replace(minute=0, second=0, microsecond=0)
        if inside > self.simple.now:
            self.go(inside, "wait")
        for _ in range(self.dice.randrange(3)):
            self.act()
            if self.simple.now + HOUR < self.simple.next_boundary:
                self.go(self.simple.now + HOUR, "an hour")
        boundary = self.simple.next_boundary
        if boundary - SECOND > self.simple.now:
            self.go(boundary - SECOND, "before")
        self.go(boundary, "at")
        self.go(boundary + HOUR, "after")
        self.acme.world.boundaries += 1
        self.charged()

    def act(self) -> None:
        plans = [name for name in self.vendor.plans if name not in (self.simple.plan, self.vendor.start)]
        subscribed = self.simple.plan != self.vendor.start
        what = self.dice.choice(["use", "use", "buy", "change", "change", "cancel", "resume"])
        if what == "use" and self.simple.available:
            credits = self.dice.randint(1, self.simple.available)
            self.acme.use(credits)
            self.simple.consume(credits)
        elif what == "buy" and (subscribed or "make" not in self.told[0]):
            self.buy()
        elif what == "change":
            self.change(self.dice.choice(plans))
        elif what == "cancel" and subscribed:
            self.acme.plan(self.vendor.start).ok()
            self.simple.cancel()
        elif what == "resume" and subscribed and self.simple.ending and "gocontent" not in self.told[0]:
            self.acme.plan(self.simple.plan).problem(409, "nothing_to_resume")  # resumable: false
        elif what == "resume" and subscribed and (self.simple.ending or self.simple.following):
            self.acme.plan(self.simple.plan).ok()
            self.simple.resume()
        self.read(what)

    def buy(self) -> None:
        if "diaflow" in self.told[0]:
            credits = self.dice.choice(PACKS)
            self.acme.bought({"kind": "top_up", "pack_id": f"credits-{credits}"})
        else:
            credits = self.dice.randint(1, 9) * 1_000
            self.acme.top_up(credits)
        self.simple.buy(credits)

    def change(self, plan: str) -> None:
        answer = self.acme.plan(plan).ok()
        before = len(self.simple.charges)
        effect = self.simple.change(plan)
        charged = sum(self.simple.charges[before:])
        assert (answer["effect"], answer["charge_minor"]) == (effect, charged), (plan, answer, self.told)


def lived(shop: Any, vendor: str, seed: int, months: int) -> None:
    life = Life(shop, vendor, seed)
    for _ in range(months):
        life.month()


def calculated(vendor: str, at: str, plan: str) -> Simple:
    simple = Simple(VENDORS[vendor], moment(at))
    simple.change(plan)
    return simple


def test_the_second_calculation_says_what_story_a_says() -> None:
    simple = Simple(VENDORS["insurestack"], moment("2027-01-10 09:00"))
    figures = [simple.available]

    def to(at: str) -> None:
        simple.advance(moment(at))

    to("2027-01-20 09:00")
    simple.buy(50)
    to("2027-01-31 09:00")
    simple.change("plus")
    figures.append(simple.available)
    simple.consume(25)
    to("2027-02-28 08:59:59")
    figures.append(simple.available)
    to("2027-03-15 09:00")
    figures.append(simple.available)
    simple.consume(25)
    simple.change("pro")
    to("2027-04-20 09:00")
    figures.append(simple.available)
    simple.change("plus")
    to("2027-05-15 09:00")
    figures.append(simple.available)
    simple.cancel()
    to("2028-01-20 08:59:59")
    figures.append(simple.available)
    to("2029-01-15 09:00")
    assert [*figures, simple.available] == [10, 90, 65, 90, 410, 90, 60, 10]
    assert (sum(simple.charges), simple.plan) == (53_700, "payg")


def test_the_second_calculation_says_what_is_written_of_make() -> None:
    """W5, W6, W7, W10, W11, W12."""
    simple = calculated("make", "2027-01-30 12:00", "core-10k")
    simple.buy(2_000)
    simple.consume(6_300)
    simple.advance(moment("2027-02-10 12:00"))
    simple.change("pro-40k")
    assert (simple.charges, simple.available) == ([900, 180, 5_887], 40_000)
    simple.consume(28_000)
    simple.buy(3_000)
    simple.change("core-10k")
    assert (simple.charges[-1], simple.available) == (900, 25_000)
    for left, discount in ((5_555, 500), (6, 1), (5, 0)):
        simple = calculated("make", "2027-01-30 12:00", "core-10k")
        simple.consume(10_000 - left)
        simple.change("pro-40k")
        assert simple.charges[-1] == 6_400 - discount
    simple = calculated("make", "2027-01-30 12:00", "core-10k")
    simple.buy(80_000)
    simple.change("pro-40k")
    assert (simple.charges[-1], simple.available) == (0, 40_000 + 18_889)
    simple = calculated("make", "2027-01-15 12:00", "core-10k-annual")
    simple.advance(moment("2027-03-20 12:00"))
    simple.change("pro-40k-annual")
    assert simple.charges[-1] == 67_800
    simple = calculated("make", "2027-01-15 12:00", "pro-40k")
    simple.consume(28_000)
    simple.change("pro-40k-annual")
    assert simple.charges[-1] == 74_880


def test_the_second_calculation_says_what_story_f_says() -> None:
    simple = calculated("gocontent", "2027-01-31 12:00", "starter")
    simple.buy(15)
    simple.advance(moment("2027-02-20 12:00"))
    simple.change("growth")
    figures = [simple.available]
    for at in ("2027-03-20 11:59:59", "2027-03-20 12:00", "2027-05-01 12:00"):
        simple.advance(moment(at))
        figures.append(simple.available)
    simple.cancel()
    simple.advance(moment("2027-08-20 12:00"))
    assert ([*figures, simple.available], simple.plan, sum(simple.charges)) == (
        [155, 155, 115, 115, 15],
        "none",
        32_875,
    )


@pytest.mark.parametrize("vendor", VENDORS_THAT_RENEW)
def test_a_life_of_some_months_is_as_the_second_calculation_says(shop: Any, vendor: str) -> None:
    lived(shop, vendor, 1, 8)


@pytest.mark.soak
@pytest.mark.parametrize(
    "world", [None, timedelta(0), timedelta(hours=6)], ids=["never", "on_time", "late"], indirect=True
)
@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize("vendor", VENDORS_THAT_RENEW)
def test_lives_of_two_years_are_as_the_second_calculation_says(shop: Any, vendor: str, seed: int) -> None:
    lived(shop, vendor, seed, 24)
