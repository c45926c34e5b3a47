"""A policy: everything that differs between two products that sell credits, as frozen data.

`api/requests/policy_document.py` reads it from a document, `checks.py` holds what must be true across fields,
`samplefiles/policies/README.md` describes every field, and the text under a field is what editors show of it. New fields get a
default: stored versions must stay readable.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeVar

from lotbook.domain.credits.lots import DEFAULT_BURN_ORDER, DEFAULT_UNIT, LotKind
from lotbook.domain.policy.parts import (
    AdviceRules,
    Alerts,
    Assumption,
    CheckoutFlow,
    Consent,
    Cost,
    Currencies,
    Invoices,
    PaymentRule,
    Refunds,
    Support,
    TaxRule,
)
from lotbook.domain.policy.plans import Plan, PlanChange, Validity
from lotbook.domain.policy.top_ups import AutoTopUp, TopUp
from lotbook.domain.values.access import Role
from lotbook.domain.values.errors import UnknownPlan

_Rule = TypeVar("_Rule", TaxRule, PaymentRule)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """The rules under which one product sells credits."""

    policy_id: str
    """The id in the address, and in each account: letters, digits, `_` and `-`, at most 64."""
    title: str
    """The name that people read."""
    starting_plan_id: str
    """The plan of a new account, and of one whose plan was cancelled or is over (IS-06)."""
    currencies: Currencies
    """In which currency an account pays."""
    payment: tuple[PaymentRule, ...]
    """Who takes the money, by region and currency: the first rule that matches counts, and the last must match everything."""
    plans: tuple[Plan, ...]
    """At least one. A plan is never left out again: `offered: false` retires it."""
    top_up: TopUp
    """Credits that are bought by hand."""
    plan_change: PlanChange
    """What becomes of credits when the plan changes, and of a plan that is not paid."""
    units: tuple[str, ...] = (DEFAULT_UNIT,)
    """What is counted. The first is the one that is sold; others come as companions (X-04)."""
    burn_order: tuple[LotKind, ...] = DEFAULT_BURN_ORDER
    """Which kinds of lots burn first: each of them once (IS-43, IS-46, MK-09)."""
    free_credits: int = 0
    """On every plan, each credit period; what is left ends with it (IS-41, IS-42)."""
    taxes: tuple[TaxRule, ...] = ()
    """The first rule that matches is added to the rounded subtotal; none: no tax (NP-18, NP-49, X-16)."""
    buyers: tuple[Role, ...] = ("owner", "admin", "billing")
    """Roles that may buy (IS-31, NP-01)."""
    payment_methods: tuple[Literal["card"], ...] = ("card",)
    """What can be paid with (MK-14, MK-25)."""
    consent: Consent | None = None
    """What the buyer accepts anew with every purchase; None: nothing (NP-20, NP-21)."""
    refunds: Refunds = field(default_factory=Refunds)
    """When unused credits are paid back (IS-27, NP-32, MK-42, X-18)."""
    shortfall_pauses: bool = False
    """Whether a shortfall after a claw-back pauses the account."""
    auto_top_up: AutoTopUp | None = None
    """Automatic purchase when credits run out; None: there is none (MK-16 to MK-30)."""
    custom_payment: bool = False
    """Whether payments that add no credits are taken (NP-11, NP-56)."""
    checkout_ttl_minutes: int = 60
    """How long a checkout page stays open, 31 to 1439 minutes (NP-28)."""
    recheck_after_minutes: int = 15
    """When a pending purchase is asked about again (NP-43)."""
    alerts: Alerts = field(default_factory=Alerts)
    """What the holder is warned of, and when."""
    support: Support | None = None
    """Whom to ask when a checkout goes wrong (DF-07)."""
    checkout_flow: CheckoutFlow = field(default_factory=CheckoutFlow)
    """How the billing page leads to a payment."""
    invoices: Invoices = field(default_factory=Invoices)
    """What an invoice needs."""
    advice: AdviceRules = field(default_factory=AdviceRules)
    """Figures of the advice that the product gives."""
    costs: tuple[Cost, ...] = ()
    """What burns by `usage` come to, an action each (NP-58, DF-24 to DF-27)."""
    assumptions: tuple[Assumption, ...] = ()
    """Values that were chosen and not given: for readers, nothing decides by them."""

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
