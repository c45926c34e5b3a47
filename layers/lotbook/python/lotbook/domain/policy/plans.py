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
    months: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One plan. `level`, then `tier`, then the interval say which of two plans is the higher one (MK-43)."""

    plan_id: str
    title: str
    level: int
    tier: int = 0
    interval: Interval = "none"
    term_days: int | None = None  # only with interval `term`: one payment, no renewal
    prices_minor: Mapping[str, int] = field(default_factory=dict)  # by currency, for one interval
    credits: int = 0  # own credits of one credit period, free ones apart
    credit_period_months: int = 1  # plan credits come anew every so many months from the anchor, also on annual plans
    offered: bool = True  # False: nobody moves to it any more, accounts on it stay
    contact_url: str | None = None  # sold by people only (NP-12)
    entitlements: tuple[str, ...] = ()  # flags for the application (IS-20, IS-21)
    top_up_allowed: bool = True  # MK-07
    auto_top_up_allowed: bool = False  # MK-46
    top_up_validity: Validity | None = None  # instead of the policy's (MK-04)

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

    price: Literal["plan", "lower_of_paid_and_plan"] = "plan"  # what one of them is worth
    at_most: Literal["new_price"] = "new_price"
    rest: Literal["keep", "forfeit"] = "keep"  # what the new price does not need


@dataclass(frozen=True, slots=True, kw_only=True)
class Dunning:
    """What happens while a renewal is not paid (X-10, X-26). Days are of 24 hours, from the unpaid period's first instant."""

    grace_days: int = 7
    during_grace: Literal["spend", "freeze"] = "spend"
    after_grace: Literal["pause", "starting_plan"] = "pause"
    ends_after_days: int = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Upgrade:
    """A move to a higher plan: always at once after payment (IS-18, IS-56, DF-20, GC-06).

    `carried_until` says when carried credits end: with the new plan's first credit period (X-11) or its first billing period.
    `companions` says what becomes of credits of other units that came with converted or carried ones (X-24): they follow in
    proportion, they end, or they stay as they are.
    """

    plan_credits: Literal["forfeit", "carry", "convert"]  # what is left of the old plan's (IS-56, GC-07, MK-40)
    purchased_credits: Literal["keep", "convert"] = "keep"  # IS-26, GC-08; MK-40
    resets_cycle: bool = True  # the billing anchor becomes the instant of the change
    unused_of: UnusedOf = "credit_period"  # on an annual plan, whether months still to come are unused, too
    convert: Convert = field(default_factory=lambda: Convert())  # where credits are converted
    carried_until: CarriedUntil = "credit_period_end"
    companions: CompanionRule = "follow"
    during_unpaid_renewal: Literal["replace", "refuse"] = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Downgrade:
    """A move to a lower plan (IS-58, DF-20; MK-41). `never`: not by self-service.

    `purchased_credits: carry` makes bought credits end with the plan's, at `carried_until` (MK-41, X-23).
    """

    when: When
    plan_credits: Literal["forfeit", "carry"] = "forfeit"
    purchased_credits: Literal["keep", "carry"] = "keep"
    unused_of: UnusedOf = "credit_period"
    carried_until: CarriedUntil = "credit_period_end"
    companions: CompanionRule = "follow"
    to_free_when: When = "period_end"  # MK-41's exception


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancellation:
    """The end of a paid plan; the account returns to the starting plan (IS-06, IS-48, GC-21, GC-22).

    Nothing is collected for the plan any more after it: an invoice that is still open is always void then (T13).
    """

    when: When = "period_end"
    resumable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanChange:
    """What the policy does when an account changes its plan. Purchased lots keep their expiry unless converted or carried."""

    upgrade: Upgrade
    downgrade: Downgrade
    cancellation: Cancellation = field(default_factory=Cancellation)
    renewal: Dunning = field(default_factory=Dunning)
