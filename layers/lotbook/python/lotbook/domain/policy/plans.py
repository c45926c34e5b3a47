"""Plans of a policy, and what a change of plan does to credits. Data only; who executes it are the use cases."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from lotbook.domain.values.calendar import MONTHS_A_YEAR

UnusedOf = Literal["credit_period", "billing_period"]
CarriedUntil = Literal["credit_period_end", "billing_period_end"]
CompanionRule = Literal["follow", "end", "keep"]
When = Literal["now", "period_end", "never"]
Interval = Literal["none", "month", "year", "term"]
ValidityRule = Literal["never", "after_purchase", "billing_period_end", "credit_reset"]

INTERVAL_MONTHS: Mapping[Interval, int] = {"none": 0, "month": 1, "year": MONTHS_A_YEAR, "term": 0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Validity:
    """How long bought credits live.

    `never` (NP-04, GC-04); `after_purchase`: `months` calendar months, 12 for a year (IS-02);
    `billing_period_end`: end of the billing month or year (MK-01, MK-03); `credit_reset`: the next reset of plan
    credits, which on an annual plan is sooner (MK-04).
    """

    rule: ValidityRule
    """`never`: for ever. `after_purchase`: so many `months` of the calendar. `billing_period_end`: the end of the
    billing month or year. `credit_reset`: the next reset of plan credits."""
    months: int | None = None
    """With `after_purchase` alone: 12 for a year (IS-02)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan. `level`, then `tier`, then the interval say which of two plans is the higher one (MK-43)."""

    plan_id: str
    """Its id: letters, digits, `_` and `-`, at most 64."""
    title: str
    """The name that people read."""
    level: int
    """Which of two plans is the higher one: level, then tier, then interval. No two are equal (MK-43)."""
    tier: int = 0
    """Tells plans of one level apart."""
    interval: Interval = "none"
    """How often it is paid: `none` is not billed, `term` is one payment without renewal (X-14)."""
    term_days: int | None = None
    """With `term` alone: so many days of 24 hours (NP-53)."""
    prices_minor: Mapping[str, int] = field(default_factory=dict)
    """What one interval costs before tax, by currency, in the currency's minor unit: `{usd: 900}` is nine dollars
    (IS-17, NP-50)."""
    credits: int = 0
    """Own credits of one credit period, beside the free ones; they end with it (IS-44, GC-05)."""
    credit_period_months: int = 1
    """Credits come anew every so many months from the account's anchor, on annual plans too (MK-04, MK-47)."""
    offered: bool = True
    """`false`: nobody moves to it any more; accounts on it stay."""
    contact_url: str | None = None
    """Sold by people only: where to reach them, https (NP-12)."""
    entitlements: tuple[str, ...] = ()
    """Flags for the application (IS-20, IS-21)."""
    top_up_allowed: bool = True
    """Whether credits may be bought by hand on it (IS-04, MK-07)."""
    auto_top_up_allowed: bool = False
    """Whether automatic purchase may be switched on (MK-46)."""
    top_up_validity: Validity | None = None
    """How long credits bought on it live, instead of `top_up.validity` (MK-04)."""

    @property
    def is_paid(self) -> bool:
        """Whether somebody pays for being on it, here or by contract."""
        return self.contact_url is not None or any(self.prices_minor.values())

    @property
    def renews(self) -> bool:
        """Whether one payment is followed by the next: a plan with a price for a month or a year."""
        return self.interval in ("month", "year") and any(self.prices_minor.values())

    @property
    def place(self) -> tuple[int, int, int]:
        """Its place among the plans, higher is better (MK-43)."""
        return (self.level, self.tier, INTERVAL_MONTHS[self.interval])

    def price_minor(self, currency: str) -> int | None:
        """What one interval costs, before tax; None when the plan has no price in that currency."""
        return self.prices_minor.get(currency)

    def credits_a_billing_period(self) -> int:
        """Own credits over one billing interval: what the price pays for (MK-12)."""
        return self.credits * max(1, INTERVAL_MONTHS[self.interval] // self.credit_period_months)


@dataclass(frozen=True, slots=True, kw_only=True)
class Convert:
    """Unused credits become money off the new plan's first payment (MK-40, X-20, X-21)."""

    price: Literal["plan", "lower_of_paid_and_plan"] = "plan"
    """What one credit is worth: the present plan's price by the credit, or what was paid for it where that is lower."""
    at_most: Literal["new_price"] = "new_price"
    """A discount is never more than the new price."""
    rest: Literal["keep", "forfeit"] = "keep"
    """What becomes of credits that the new price does not need."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dunning:
    """What happens while a renewal is not paid (X-10, X-26). Days are of 24 hours, from the unpaid period's first instant."""

    grace_days: int = 7
    """So many days of 24 hours from the unpaid period's first instant; at most `ends_after_days`."""
    during_grace: Literal["spend", "freeze"] = "spend"
    """Whether credits of the unpaid period may be spent meanwhile."""
    after_grace: Literal["pause", "starting_plan"] = "pause"
    """What happens then: the account is paused, or goes to the starting plan."""
    ends_after_days: int = 30
    """When the plan ends if it is still unpaid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """A move to a higher plan: always at once after payment (IS-18, IS-56, DF-20, GC-06).

    `carried_until` says when carried credits end: with the new plan's first credit period (X-11) or its first billing period.
    `companions` says what becomes of credits of other units that came with converted or carried ones (X-24): they follow in
    proportion, they end, or they stay as they are.
    """

    plan_credits: Literal["forfeit", "carry", "convert"]
    """What is left of the old plan's credits: gone, carried into the new plan, or a discount (IS-56, GC-07, MK-40)."""
    purchased_credits: Literal["keep", "convert"] = "keep"
    """What was bought: kept, or a discount (IS-26, GC-08, MK-40)."""
    resets_cycle: bool = True
    """The billing anchor becomes the instant of the change; `false` only in a policy without any price (GC-06, IS-56, D28)."""
    unused_of: UnusedOf = "credit_period"
    """On an annual plan: whether months still to come are unused, too (X-22)."""
    convert: Convert = field(default_factory=lambda: Convert())
    """How credits become a discount, where they do (X-20, X-21)."""
    carried_until: CarriedUntil = "credit_period_end"
    """When carried credits end: with the new plan's first credit period, or its first billing period (X-11, X-23)."""
    companions: CompanionRule = "follow"
    """What becomes of credits of other units that came with converted or carried ones: they follow in proportion, end,
    or stay (X-24)."""
    during_unpaid_renewal: Literal["replace", "refuse"] = "replace"
    """While the running period is unpaid: the upgrade replaces it, or is refused (X-25)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Downgrade:
    """A move to a lower plan (IS-58, DF-20; MK-41). `never`: not by self-service.

    `purchased_credits: carry` makes bought credits end with the plan's, at `carried_until` (MK-41, X-23).
    """

    when: When
    """When a lower plan begins; `never`: not by self-service (IS-58, DF-20, MK-41)."""
    plan_credits: Literal["forfeit", "carry"] = "forfeit"
    """What is left of the old plan's credits: gone, or carried with `when: now` (MK-41)."""
    purchased_credits: Literal["keep", "carry"] = "keep"
    """What was bought: kept, or ending with what is carried (MK-41, X-23)."""
    unused_of: UnusedOf = "credit_period"
    """On an annual plan: whether months still to come are unused, too (X-22)."""
    carried_until: CarriedUntil = "credit_period_end"
    """When carried credits end: with the new plan's first credit period, or its first billing period (X-23)."""
    companions: CompanionRule = "follow"
    """What becomes of credits of other units that came with carried ones: they follow in proportion, end, or stay (X-24)."""
    to_free_when: When = "period_end"
    """The same as `when`, for a move to a plan that costs nothing (MK-41)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The end of a paid plan; the account returns to the starting plan (IS-06, IS-48, GC-21, GC-22).

    Nothing is collected for the plan any more after it: an invoice that is still open is always void then (T13).
    """

    when: When = "period_end"
    """When a cancelled plan ends; `never`: not by self-service (IS-48, GC-21)."""
    resumable: bool = False
    """Whether a cancellation can be taken back until it counts (GC-22)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """What the policy does when an account changes its plan. Purchased lots keep their expiry unless converted or carried."""

    upgrade: Upgrade
    """A move to a higher plan: at once after payment."""
    downgrade: Downgrade
    """A move to a lower plan."""
    cancellation: Cancellation = field(default_factory=Cancellation)
    """The end of a paid plan: back to the starting plan."""
    renewal: Dunning = field(default_factory=Dunning)
    """What happens while a renewal is not paid (X-10, X-26)."""
