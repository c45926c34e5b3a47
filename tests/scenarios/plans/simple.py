"""A second calculation of what an account may spend and has been charged: another way, from the vendors' rules alone.

It looks at nothing of the product. One account, cards that pay, everything in UTC; time is told to it step by step.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass, field, replace
from datetime import datetime
from fractions import Fraction

LEAST_CHARGE = 50
ORDER = ("free", "plan", "purchased")


@dataclass
class Sold:
    """A plan: price in minor units for `months`, credits a month."""

    price: int
    credits: int
    level: int
    months: int = 1
    extras_end_monthly: bool = False


@dataclass
class Vendor:
    """`upgrade`: forfeit, carry or convert; `downgrade_now`: with all credits, or else at the period's end."""

    plans: dict[str, Sold]
    start: str
    upgrade: str
    free: int = 0
    downgrade_now: bool = False
    unit_price: Fraction | None = None  # None: the plan's own
    extras: str = "never"  # or year, period


VENDORS = {
    "insurestack": Vendor(
        {"payg": Sold(0, 0, 0), "plus": Sold(2_900, 30, 1), "pro": Sold(20_000, 350, 2), "team": Sold(99_900, 2_000, 3)},
        start="payg", upgrade="forfeit", free=10, unit_price=Fraction(100), extras="year",
    ),
    "make": Vendor(
        {
            "free": Sold(0, 1_000, 0),
            "core-10k": Sold(900, 10_000, 10),
            "core-10k-annual": Sold(10_800, 10_000, 11, 12, extras_end_monthly=True),
            "pro-40k": Sold(6_400, 40_000, 20),
            "pro-40k-annual": Sold(76_800, 40_000, 21, 12),
            "pro-80k": Sold(12_000, 80_000, 22),
            "teams-40k": Sold(9_600, 40_000, 30),
            "teams-80k": Sold(18_400, 80_000, 31),
            "teams-80k-annual": Sold(220_800, 80_000, 32, 12),
        },
        start="free", upgrade="convert", downgrade_now=True, extras="period",
    ),
    "gocontent": Vendor(
        {"none": Sold(0, 0, 0), "starter": Sold(4_000, 40, 1), "growth": Sold(9_000, 100, 2), "agency": Sold(24_000, 300, 3)},
        start="none", upgrade="carry", unit_price=Fraction(125),
    ),
    "diaflow": Vendor(
        {"free": Sold(0, 100, 0), "starter": Sold(2_000, 3_000, 1), "growth": Sold(10_000, 20_000, 2), "business": Sold(50_000, 120_000, 3)},
        start="free", upgrade="carry", unit_price=Fraction(1, 2),
    ),
}  # fmt: skip
# Make, if it let downgrades wait: the only sample with plans by the year.
VENDORS["make-later"] = replace(VENDORS["make"], downgrade_now=False)


def months_on(anchor: datetime, count: int) -> datetime:
    """The same day and time so many months later; the month's last day where it is shorter."""
    years, month = divmod(anchor.month - 1 + count, 12)
    year = anchor.year + years
    day = min(anchor.day, calendar.monthrange(year, month + 1)[1])
    return anchor.replace(year=year, month=month + 1, day=day)


def half_up(amount: Fraction) -> int:
    return int(amount + Fraction(1, 2))


@dataclass
class Lot:
    kind: str
    left: int
    ends: datetime | None


@dataclass
class Simple:
    """One account."""

    vendor: Vendor
    now: datetime
    plan: str = ""
    lots: list[Lot] = field(default_factory=list)
    charges: list[int] = field(default_factory=list)
    ending: bool = False
    following: str | None = None

    def __post_init__(self) -> None:
        self._begin(self.plan or self.vendor.start)

    @property
    def sold(self) -> Sold:
        return self.vendor.plans[self.plan]

    @property
    def available(self) -> int:
        return sum(lot.left for lot in self.lots)

    @property
    def next_boundary(self) -> datetime:
        return months_on(self.anchor, self.month + 1)

    @property
    def billing_end(self) -> datetime:
        return months_on(self.anchor, (self.month // self.sold.months + 1) * self.sold.months)

    def _begin(self, plan: str) -> None:
        """A cycle of its own from now."""
        self.plan, self.anchor, self.month = plan, self.now, 0
        self.ending, self.following = False, None
        self._grant()

    def _grant(self) -> None:
        ends = self.next_boundary
        self.lots += [Lot("free", self.vendor.free, ends), Lot("plan", self.sold.credits, ends)]

    def advance(self, to: datetime) -> None:
        """Everything that ends and begins until then, the instant itself included."""
        while self.next_boundary <= to:
            self.now = self.next_boundary
            self._expire()
            self.month += 1
            if self.month % self.sold.months:
                self._grant()
                continue
            if self.ending:
                self._begin(self.vendor.start)
                continue
            if self.following:
                was, self.plan, self.following = self.sold, self.following, None
                if self.sold.months != was.months:
                    self.anchor, self.month = self.now, 0
            if self.sold.price:
                self.charges.append(self.sold.price)
            self._grant()
        self.now = to
        self._expire()

    def _expire(self) -> None:
        self.lots = [lot for lot in self.lots if lot.ends is None or lot.ends > self.now]

    def consume(self, credits: int) -> None:
        assert credits <= self.available
        for lot in self._in_order():
            taken = min(lot.left, credits)
            lot.left, credits = lot.left - taken, credits - taken

    def _in_order(self) -> list[Lot]:
        far = datetime.max.replace(tzinfo=self.now.tzinfo)
        return sorted(self.lots, key=lambda lot: (ORDER.index(lot.kind), lot.ends or far))

    def buy(self, credits: int) -> int:
        price = self.vendor.unit_price
        unit = Fraction(self.sold.price, self.sold.credits * self.sold.months) if price is None else price
        ends = {
            "never": None,
            "year": months_on(self.now, 12),
            "period": self.next_boundary if self.sold.extras_end_monthly else self.billing_end,
        }[self.vendor.extras]
        self.lots.append(Lot("purchased", credits, ends))
        self.charges.append(half_up(credits * unit))
        return self.charges[-1]

    def cancel(self) -> None:
        self.ending, self.following = True, None

    def resume(self) -> None:
        self.ending, self.following = False, None

    def change(self, plan: str) -> str:
        """`now` or `period_end`."""
        wanted = self.vendor.plans[plan]
        up = wanted.level > self.sold.level
        if plan == self.vendor.start:
            self.cancel()
            return "period_end"
        if not up and not self.vendor.downgrade_now:
            self.following, self.ending = plan, False
            return "period_end"
        self._now(plan, wanted, "carry all" if not up else self.vendor.upgrade)
        return "now"

    def _now(self, plan: str, wanted: Sold, rule: str) -> None:
        was = self.sold
        plans = sum(lot.left for lot in self.lots if lot.kind == "plan")
        to_come = was.credits * (was.months - 1 - self.month % was.months) if was.price else 0
        unused = plans + to_come + sum(lot.left for lot in self.lots if lot.kind == "purchased")
        discount, carried, rest = 0, list[int](), 0
        kept = [lot for lot in self.lots if lot.kind == "purchased"]
        if rule == "carry" and was.price:
            carried = [plans]
        elif rule == "carry all" and was.price:
            carried, kept = [unused], []
        elif rule == "convert" and was.price:
            unit = Fraction(was.price, was.credits * was.months)
            discount, converted = self._worth(unused, unit, wanted.price)
            kept = self._left_after(converted - plans - to_come, kept)
            rest = max(0, to_come - max(0, converted - plans))
            kept += self._left_after(converted, [lot for lot in self.lots if lot.kind == "plan"])
        self.lots = kept
        self.charges.append(wanted.price - discount)
        self._begin(plan)
        ends = self.billing_end if rule == "carry all" else self.next_boundary
        self.lots += [Lot("plan", credits, ends) for credits in carried]
        self.lots += [Lot("plan", rest, self.billing_end)] if rest else []

    @staticmethod
    def _worth(unused: int, unit: Fraction, price: int) -> tuple[int, int]:
        """Discount and the credits that are taken for it."""
        taken = min(unused, int(price / unit))
        discount = min(price, half_up(taken * unit))
        if 0 < price - discount < LEAST_CHARGE:
            discount = price - LEAST_CHARGE
            taken = min(taken, int(discount / unit))
        return discount, taken

    @staticmethod
    def _left_after(taken: int, lots: list[Lot]) -> list[Lot]:
        for lot in sorted(lots, key=lambda each: (each.ends is None, each.ends)):
            part = min(lot.left, max(0, taken))
            lot.left, taken = lot.left - part, taken - part
        return lots
