"""A policy: everything that differs between two products that sell credits, as frozen data.

`api/requests/policy_document.py` reads it from a document, `checks.py` holds what must be true across fields,
`samplefiles/policies/README.md` describes every field. New fields get a default: stored versions must stay readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, TypeVar

from lotbook.domain.credits.lots import DEFAULT_BURN_ORDER, DEFAULT_UNIT, LotKind
from lotbook.domain.policy.plans import Plan, PlanChange, Validity
from lotbook.domain.policy.top_ups import AutoTopUp, TopUp
from lotbook.domain.values.access import Role
from lotbook.domain.values.errors import UnknownPlan


@dataclass(frozen=True, slots=True, kw_only=True)
class Currencies:
    """The currency follows from the account's region, nobody chooses it (NP-17)."""

    default: str  # ISO 4217, lower case
    by_region: Mapping[str, str] = field(default_factory=dict)  # ISO 3166, upper case -> currency


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxRule:
    """A tax on the rounded subtotal (NP-18, NP-49, X-16). None matches everything; the first rule that matches counts."""

    name: str
    rate: Decimal  # 0.18 is 18 %
    region: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentRule:
    """Which gateway takes the money, and what its button says (NP-22, X-13). The first rule that matches counts."""

    label: str
    gateway: Literal["stripe"] = "stripe"
    region: str | None = None
    currency: str | None = None


_Rule = TypeVar("_Rule", TaxRule, PaymentRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the buyer accepts anew for every purchase (NP-20, NP-21)."""

    version: str
    url: str
    kind: Literal["refund_policy"] = "refund_policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Refunds:
    """Whether the product's own refund call gives money back for unused credits (IS-27, NP-32, MK-42, X-18, X-31).

    `case_by_case`: the seller decides, so only a service key may call it; `unused`: buyers may, within so many days.
    """

    refundable: Literal["never", "case_by_case", "unused"] = "never"
    within_days: int | None = None  # of 24 hours from the payment, for buyers; None: at any time


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoices:
    """`required`: an invoice waits until the buyer has filled in billing details (NP-46)."""

    billing_details: Literal["optional", "required"] = "optional"


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutFlow:
    """How the billing page leads to a payment. `plan_step`: by way of choosing a plan first (NP-07, NP-08)."""

    plan_step: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Support:
    """Whom to ask when a checkout goes wrong (DF-07)."""

    email: str
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Alerts:
    """When the holder hears about it before it hurts."""

    purchased_used_percent: tuple[int, ...] = ()  # of purchased credits (MK-44)
    term_ends_within_days: int | None = None  # NP-53


@dataclass(frozen=True, slots=True, kw_only=True)
class EventSize:
    """For a need up to `up_to` credits, buy `credits` (NP-15)."""

    up_to: int
    credits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AdviceRules:
    """Figures of the advice that the product gives; None or empty: it does not give that advice."""

    buffer_percent: int | None = None  # NP-03
    sizes: tuple[EventSize, ...] = ()  # NP-15, ascending
    beyond_sizes_plan_id: str | None = None  # NP-15: past the last size, look at this plan
    steady_use_percent: int | None = None  # IS-19: used at least so much of the plan's credits ...
    steady_periods: int = 3  # ... in so many credit periods in a row
    occasional_periods: int = 2  # IS-13: a need for at most so many periods is occasional
    bridge_days: int | None = None  # IS-14: so near the reset, buy only what bridges it
    frequent_purchases: int | None = None  # DF-06: so many top-ups in a credit period are too many


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What one action burns: `flat` + the sum of rate x quantity, rounded once (NP-58, DF-24..27)."""

    action: str
    flat: Decimal = Decimal(0)
    rates: Mapping[str, Decimal] = field(default_factory=dict)  # credits for one of what is counted
    rounding: Literal["half_up", "up", "down"] = "half_up"
    min: int = 0  # where it costs anything at all (DF-26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumption:
    """A value that the vendor's page does not give."""

    path: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules under which one product sells credits."""

    policy_id: str
    title: str
    starting_plan_id: str
    currencies: Currencies
    payment: tuple[PaymentRule, ...]
    plans: tuple[Plan, ...]
    top_up: TopUp
    plan_change: PlanChange
    units: tuple[str, ...] = (DEFAULT_UNIT,)  # the first is the one sold; others come as companions
    burn_order: tuple[LotKind, ...] = DEFAULT_BURN_ORDER
    free_credits: int = 0  # on every plan, each credit period (IS-41)
    taxes: tuple[TaxRule, ...] = ()
    buyers: tuple[Role, ...] = ("owner", "admin", "billing")
    payment_methods: tuple[Literal["card"], ...] = ("card",)  # MK-14
    consent: Consent | None = None
    refunds: Refunds = field(default_factory=Refunds)
    shortfall_pauses: bool = False  # a shortfall after a claw-back pauses the account
    auto_top_up: AutoTopUp | None = None
    custom_payment: bool = False  # NP-11
    checkout_ttl_minutes: int = 60
    recheck_after_minutes: int = 15  # NP-43
    alerts: Alerts = field(default_factory=Alerts)
    support: Support | None = None
    checkout_flow: CheckoutFlow = field(default_factory=CheckoutFlow)
    invoices: Invoices = field(default_factory=Invoices)
    advice: AdviceRules = field(default_factory=AdviceRules)
    costs: tuple[Cost, ...] = ()
    assumptions: tuple[Assumption, ...] = ()

    def plan(self, plan_id: str) -> Plan:
        """The plan of that id; raises UnknownPlan with those that exist."""
        for plan in self.plans:
            if plan.plan_id == plan_id:
                return plan
        raise UnknownPlan(plans=[plan.plan_id for plan in self.plans if plan.offered])

    def rank(self, kind: LotKind) -> int:
        """The place of a kind of lot in the burn order; 0 burns first (IS-46, MK-09)."""
        return self.burn_order.index(kind)

    def currency_for(self, region: str) -> str:
        """The currency of a region (NP-17)."""
        return self.currencies.by_region.get(region, self.currencies.default)

    def tax_for(self, region: str, currency: str) -> TaxRule | None:
        """The tax of an account's region and currency, if any (NP-18)."""
        return _first_match(self.taxes, region, currency)

    def payment_for(self, region: str, currency: str) -> PaymentRule:
        """Gateway and button label; the checks see to it that the last rule matches everything (NP-22)."""
        return _first_match(self.payment, region, currency) or self.payment[-1]

    def validity_of(self, plan: Plan) -> Validity:
        """The validity of credits bought on this plan (MK-04)."""
        return plan.top_up_validity or self.top_up.validity


@dataclass(frozen=True, slots=True)
class Publication:
    """When a version was published, in milliseconds UTC, and by whom: the name of a service key."""

    at: int
    by: str


@dataclass(frozen=True, slots=True)
class PublishedPolicy:
    """One immutable version of a policy, with the document it was read from. Versions of older releases do not say when."""

    policy_id: str
    version: int  # 1 is the first
    policy: Policy
    document: Mapping[str, object]
    publication: Publication | None = None


def _first_match(rules: tuple[_Rule, ...], region: str, currency: str) -> _Rule | None:
    for rule in rules:
        if rule.region in (None, region) and rule.currency in (None, currency):
            return rule
    return None
