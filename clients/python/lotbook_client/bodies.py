"""What requests are made of, as plain dicts; only types are here.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal, TypedDict

NotificationsBodyOff = Literal[
    "purchase_completed",
    "payment_failed",
    "card_action_required",
    "auto_top_up_suspended",
    "account_paused",
    "credits_low",
    "credits_exhausted",
    "credits_expiring",
    "plan_renewed",
    "plan_changed",
    "plan_ending",
    "plan_ended",
    "refunded",
    "paid_twice",
    "endpoint_disabled",
]


class _AddressBody(TypedDict):
    line1: str
    city: str
    postal_code: str
    country: str


class AddressBody(_AddressBody, total=False):
    """A postal address; `country` is ISO 3166."""

    line2: str | None
    state: str | None


class BatchItemBody(TypedDict, total=False):
    """One item of a batch: with its own idempotency key, in one key space with consume and holds, or a line under the
    batch's key.
    """

    credits: int
    usage: UsageBody
    idempotency_key: str
    unit: str | None
    reference: str | None
    metadata: Mapping[str, str] | None


class Consent(TypedDict, total=False):
    """The buyer's acceptance of this very version of the refund policy, for this purchase only.

    As offers and a refusal hand it out: `kind`, `version`, `url`. The version may be called `refund_policy_version`,
    too.
    """

    kind: Literal["refund_policy"]
    version: str | None
    refund_policy_version: str | None
    url: str | None


class CustomPayment(TypedDict):
    """A payment that adds no credits; which amounts can be charged is the gateway's rule."""

    kind: Literal["custom_payment"]
    amount_minor: int
    remark: str


class NotificationsBody(TypedDict, total=False):
    """Which mails an account gets. What is left out stays as it is. `off`: all kinds that are not wanted."""

    locale: str | None
    off: Sequence[NotificationsBodyOff] | None


class _PlanChange(TypedDict):
    kind: Literal["plan"]
    plan_id: str


class PlanChange(_PlanChange, total=False):
    """A move to another plan; extra credits in the same order by number or as a pack, by the rules of a top-up."""

    credits: int | None
    pack_id: str | None


class PolicyAdviceRules(TypedDict, total=False):
    """Figures of the advice that the product gives; null or empty: it does not give that advice."""

    buffer_percent: int | None
    sizes: Sequence[PolicyEventSize]
    beyond_sizes_plan_id: str | None
    steady_use_percent: int | None
    steady_periods: int
    occasional_periods: int
    bridge_days: int | None
    frequent_purchases: int | None


class PolicyAlerts(TypedDict, total=False):
    """When the holder hears about it before it hurts."""

    purchased_used_percent: Sequence[int]
    term_ends_within_days: int | None


class PolicyAmount(TypedDict, total=False):
    """How much one automatic purchase is: a fixed quantity of `credits`, or as many as fill the account `up_to` a
    number.
    """

    credits: int | None
    up_to: int | None


class PolicyAssumption(TypedDict):
    """A value that the vendor's page does not give."""

    path: str
    why: str


class PolicyAutoTopUp(TypedDict, total=False):
    """Automatic purchase.

    On which plans: `Plan.auto_top_up_allowed`. `credits` is short for `amount: {credits}`.
    """

    credits: int | None
    amount: PolicyAmount | None
    trigger: PolicyTrigger
    surcharge_rate: str
    while_charging: Literal["advance", "wait"]
    on_failure: Literal["pause", "stop"]


class PolicyCancellation(TypedDict, total=False):
    """The end of a paid plan; the account returns to the starting plan.

    Nothing is collected for the plan any more after it: an invoice that is still open is always void then.
    """

    when: Literal["now", "period_end", "never"]
    resumable: bool


class PolicyCheckoutFlow(TypedDict, total=False):
    """How the billing page leads to a payment. `plan_step`: by way of choosing a plan first."""

    plan_step: bool


class PolicyCompanion(TypedDict):
    """Credits of another unit that come with each credit bought, with the same validity."""

    unit: str
    per_credit: str


class _PolicyConsent(TypedDict):
    version: str
    url: str


class PolicyConsent(_PolicyConsent, total=False):
    """What the buyer accepts anew for every purchase."""

    kind: Literal["refund_policy"]


class PolicyConvert(TypedDict, total=False):
    """Unused credits become money off the new plan's first payment."""

    price: Literal["plan", "lower_of_paid_and_plan"]
    at_most: Literal["new_price"]
    rest: Literal["keep", "forfeit"]


class _PolicyCost(TypedDict):
    action: str


class PolicyCost(_PolicyCost, total=False):
    """What one action burns: `flat` + the sum of rate x quantity, rounded once."""

    flat: str
    rates: Mapping[str, str]
    rounding: Literal["half_up", "up", "down"]
    min: int


class _PolicyCurrencies(TypedDict):
    default: str


class PolicyCurrencies(_PolicyCurrencies, total=False):
    """The currency follows from the account's region, nobody chooses it."""

    by_region: Mapping[str, str]


class _PolicyDocument(TypedDict):
    title: str
    starting_plan_id: str
    currencies: PolicyCurrencies
    payment: Sequence[PolicyPaymentRule]
    plans: Sequence[PolicyPlan]
    top_up: PolicyTopUp
    plan_change: PolicyPlanChange


class PolicyDocument(_PolicyDocument, total=False):
    """The rules under which one product sells credits."""

    policy_id: str
    units: Sequence[str]
    burn_order: Sequence[Literal["free", "plan", "purchased", "promotional"]]
    free_credits: int
    taxes: Sequence[PolicyTaxRule]
    buyers: Sequence[Literal["owner", "admin", "billing", "operator", "member"]]
    payment_methods: Sequence[Literal["card"]]
    consent: PolicyConsent | None
    refunds: PolicyRefunds
    shortfall_pauses: bool
    auto_top_up: PolicyAutoTopUp | None
    custom_payment: bool
    checkout_ttl_minutes: int
    recheck_after_minutes: int
    alerts: PolicyAlerts
    support: PolicySupport | None
    checkout_flow: PolicyCheckoutFlow
    invoices: PolicyInvoices
    advice: PolicyAdviceRules
    costs: Sequence[PolicyCost]
    assumptions: Sequence[PolicyAssumption]


class _PolicyDowngrade(TypedDict):
    when: Literal["now", "period_end", "never"]


class PolicyDowngrade(_PolicyDowngrade, total=False):
    """A move to a lower plan.

    `never`: not by self-service. `purchased_credits: carry` makes bought credits end with the plan's, at
    `carried_until`.
    """

    plan_credits: Literal["forfeit", "carry"]
    purchased_credits: Literal["keep", "carry"]
    unused_of: Literal["credit_period", "billing_period"]
    carried_until: Literal["credit_period_end", "billing_period_end"]
    companions: Literal["follow", "end", "keep"]
    to_free_when: Literal["now", "period_end", "never"]


class PolicyDunning(TypedDict, total=False):
    """What happens while a renewal is not paid. Days are of 24 hours, from the unpaid period's first instant."""

    grace_days: int
    during_grace: Literal["spend", "freeze"]
    after_grace: Literal["pause", "starting_plan"]
    ends_after_days: int


class PolicyEventSize(TypedDict):
    """For a need up to `up_to` credits, buy `credits`."""

    up_to: int
    credits: int


class PolicyInvoices(TypedDict, total=False):
    """`required`: an invoice waits until the buyer has filled in billing details."""

    billing_details: Literal["optional", "required"]


class PolicyPack(TypedDict):
    """A fixed quantity at a fixed price before tax."""

    pack_id: str
    credits: int
    prices_minor: Mapping[str, int]


class _PolicyPaymentRule(TypedDict):
    label: str


class PolicyPaymentRule(_PolicyPaymentRule, total=False):
    """Which gateway takes the money, and what its button says. The first rule that matches counts."""

    gateway: Literal["stripe"]
    region: str | None
    currency: str | None


class _PolicyPlan(TypedDict):
    plan_id: str
    title: str
    level: int


class PolicyPlan(_PolicyPlan, total=False):
    """One plan. `level`, then `tier`, then the interval say which of two plans is the higher one."""

    tier: int
    interval: Literal["none", "month", "year", "term"]
    term_days: int | None
    prices_minor: Mapping[str, int]
    credits: int
    credit_period_months: int
    offered: bool
    contact_url: str | None
    entitlements: Sequence[str]
    top_up_allowed: bool
    auto_top_up_allowed: bool
    top_up_validity: PolicyValidity | None


class _PolicyPlanChange(TypedDict):
    upgrade: PolicyUpgrade
    downgrade: PolicyDowngrade


class PolicyPlanChange(_PolicyPlanChange, total=False):
    """What the policy does when an account changes its plan.

    Purchased lots keep their expiry unless converted or carried.
    """

    cancellation: PolicyCancellation
    renewal: PolicyDunning


class PolicyRefunds(TypedDict, total=False):
    """Whether the product's own refund call gives money back for unused credits.

    `case_by_case`: the seller decides, so only a service key may call it; `unused`: buyers may, within so many days.
    """

    refundable: Literal["never", "case_by_case", "unused"]
    within_days: int | None


class _PolicySupport(TypedDict):
    email: str


class PolicySupport(_PolicySupport, total=False):
    """Whom to ask when a checkout goes wrong."""

    url: str | None


class _PolicyTaxRule(TypedDict):
    name: str
    rate: str


class PolicyTaxRule(_PolicyTaxRule, total=False):
    """A tax on the rounded subtotal. null matches everything; the first rule that matches counts."""

    region: str | None
    currency: str | None


class _PolicyTopUp(TypedDict):
    mode: Literal["quantity", "packs", "none"]


class PolicyTopUp(_PolicyTopUp, total=False):
    """What an account may buy by hand. Quantities are integers; `max` null is no maximum."""

    validity: PolicyValidity
    min: int
    max: int | None
    step: int
    pricing: Literal["fixed", "plan"]
    unit_prices: Mapping[str, str]
    packs: Sequence[PolicyPack]
    companions: Sequence[PolicyCompanion]


class PolicyTrigger(TypedDict, total=False):
    """When an automatic purchase is due: fewer than `below` credits are left to spend. 1 is: all are used up."""

    below: int


class _PolicyUpgrade(TypedDict):
    plan_credits: Literal["forfeit", "carry", "convert"]


class PolicyUpgrade(_PolicyUpgrade, total=False):
    """A move to a higher plan: always at once after payment.

    `carried_until` says when carried credits end: with the new plan's first credit period or its first billing period.
    `companions` says what becomes of credits of other units that came with converted or carried ones: they follow in
    proportion, they end, or they stay as they are.
    """

    purchased_credits: Literal["keep", "convert"]
    resets_cycle: bool
    unused_of: Literal["credit_period", "billing_period"]
    convert: PolicyConvert
    carried_until: Literal["credit_period_end", "billing_period_end"]
    companions: Literal["follow", "end", "keep"]
    during_unpaid_renewal: Literal["replace", "refuse"]


class _PolicyValidity(TypedDict):
    rule: Literal["never", "after_purchase", "billing_period_end", "credit_reset"]


class PolicyValidity(_PolicyValidity, total=False):
    """How long bought credits live.

    `never`; `after_purchase`: `months` calendar months, 12 for a year; `billing_period_end`: end of the billing month
    or year; `credit_reset`: the next reset of plan credits, which on an annual plan is sooner.
    """

    months: int | None


class _TopUp(TypedDict):
    kind: Literal["top_up"]


class TopUp(_TopUp, total=False):
    """Credits by number or as a pack: exactly one of the two. Which numbers may be bought is the policy's rule."""

    credits: int | None
    pack_id: str | None


class _UsageBody(TypedDict):
    action: str


class UsageBody(_UsageBody, total=False):
    """What was used: the policy's `costs` say what it comes to. A quantity that is left out was not used."""

    quantities: Mapping[str, int]
