"""What Lotbook answers: shared. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from lotbook_client.answers import Answer, UnknownKind

AccountPlanBilling = Literal[
    "none",
    "external",
    "stripe",
]
AccountPlanState = Literal[
    "active",
    "past_due",
    "canceling",
    "ended",
]
AccountState = Literal[
    "active",
    "paused",
    "closed",
]
AutoFailureCode = Literal[
    "declined",
    "authentication_required",
]
AutoTopUpState = Literal[
    "ready",
    "charging",
    "suspended",
]
AutoTopUpOffReason = Literal[
    "by_hand",
    "no_card",
    "closed",
    "payment_mismatch",
]
DisputeState = Literal[
    "open",
    "won",
    "lost",
]
NotificationsOff = Literal[
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
PurchaseState = Literal[
    "pending",
    "processing",
    "completed",
    "failed",
    "abandoned",
    "partially_refunded",
    "refunded",
    "disputed",
]
PurchaseInvoiceState = Literal[
    "none",
    "waiting_for_billing",
    "available",
]
RatingRounding = Literal[
    "half_up",
    "up",
    "down",
]
UnreachableReason = Literal[
    "bounce",
    "complaint",
]


@dataclass(frozen=True, kw_only=True)
class Account(Answer):
    """An account.

    `period` is the billing period, null where nothing is billed; `plan_ends_at` the end of a plan that does end.
    `plan_ends_soon`: within the days that the policy names. `cancel_at`: when a plan ends because the buyer cancelled
    it. `email`, `external_id` and `metadata` are shown to service keys alone. `grace_ends_at`: until when the credits
    of an unpaid period can be spent. `entitlements`: what the plan unlocks.
    """

    account_id: str
    policy_id: str
    policy_version: int
    plan_id: str
    plan_billing: AccountPlanBilling | str
    plan_state: AccountPlanState | str
    cancel_at: datetime | None
    next_plan: NextPlan | None
    grace_ends_at: datetime | None
    plan_ends_at: datetime | None
    plan_ends_soon: bool
    entitlements: list[str]
    created_at: datetime
    email: str | None
    external_id: str | None
    metadata: dict[str, str] | None
    region: str
    currency: str
    time_zone: str
    state: AccountState | str
    pause_reason: str | None
    pause_reasons: list[str]
    closed_at: datetime | None
    erased_at: datetime | None
    period: Period | None
    credits_reset_at: datetime | None
    auto_top_up: AutoTopUp
    notifications: Notifications


@dataclass(frozen=True, kw_only=True)
class Address(Answer):
    """A postal address."""

    line1: str
    line2: str | None
    city: str
    state: str | None
    postal_code: str
    country: str


@dataclass(frozen=True, kw_only=True)
class AutoFailure(Answer):
    """Why nothing more is charged: the card was declined, or its bank wants its owner, who goes to `page_url` where
    there is one.
    """

    code: AutoFailureCode | str
    decline_code: str | None
    at: datetime
    purchase_id: str
    page_url: str | None


@dataclass(frozen=True, kw_only=True)
class AutoTopUp(Answer):
    """Automatic purchase as the policy has it and the account uses it.

    Money with tax, of one unit of `credits`. It buys once fewer than `below` credits are left; with `up_to`, as many
    units as fill the account up to that. What is under way counts in `used_this_period` and `spent_this_period_minor`;
    both begin anew with each credit period. `payment_method` null: the default card. `off_reason`: why it is off, once
    it was ever on.
    """

    enabled: bool
    credits: int | None
    below: int | None
    up_to: int | None
    surcharge: Decimal | None
    unit_price: Decimal | None
    next_charge_minor: int | None
    currency: str
    used_this_period: int
    cap_this_period: int
    limit_minor: int | None
    spent_this_period_minor: int
    state: AutoTopUpState | str
    last_failure: AutoFailure | None
    payment_method: str | None
    off_reason: AutoTopUpOffReason | str | None


@dataclass(frozen=True, kw_only=True)
class AutoTopUpItem(Answer):
    """Credits that automatic purchase ordered."""

    kind: Literal["auto_top_up"]
    credits: int


@dataclass(frozen=True, kw_only=True)
class BillingDetails(Answer):
    """To whom invoices are made out; `shipping` is the billing address unless another was given."""

    name: str
    email: str
    phone: str | None
    address: Address
    tax_id: str | None
    purchase_order: str | None
    receipt_email: str | None
    shipping: Address


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Answer):
    """What the buyer accepted, and when."""

    kind: str
    refund_policy_version: str
    accepted_at: datetime
    actor: str


@dataclass(frozen=True, kw_only=True)
class CustomPaymentItem(Answer):
    """A payment that adds no credits."""

    kind: Literal["custom_payment"]
    amount_minor: int
    remark: str


@dataclass(frozen=True, kw_only=True)
class Dispute(Answer):
    """The bank's dispute about a purchase."""

    state: DisputeState | str


@dataclass(frozen=True, kw_only=True)
class Draw(Answer):
    """What one operation took from, or gave to, one lot."""

    lot_id: str
    credits: int


@dataclass(frozen=True, kw_only=True)
class Failure(Answer):
    """Why a purchase is not completed."""

    code: str
    message: str


@dataclass(frozen=True, kw_only=True)
class GatewayRefs(Answer):
    """The gateway's ids, null until known."""

    checkout_session: str | None
    payment_intent: str | None
    invoice: str | None
    subscription: str | None


@dataclass(frozen=True, kw_only=True)
class Line(Answer):
    """A line of the order summary."""

    description: str
    quantity: int
    unit_price: Decimal
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class NextPlan(Answer):
    """The plan that a scheduled change brings, and when: at the end of the running period."""

    plan_id: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Notifications(Answer):
    """What the account is mailed about: everything but `off`, in English where `locale` is null."""

    locale: str | None
    off: list[NotificationsOff | str]
    unreachable: Unreachable | None


@dataclass(frozen=True, kw_only=True)
class Period(Answer):
    """Half-open: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class PlanItem(Answer):
    """A move to another plan; with `credits` or `pack_id` when extra credits are in the same order."""

    kind: Literal["plan"]
    plan_id: str
    credits: int | None = None
    pack_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlanPart(Answer):
    """The plan in an order: its own credits of one credit period, and for how many days of 24 hours it is bought."""

    plan_id: str
    credits: int
    term_days: int | None


@dataclass(frozen=True, kw_only=True)
class PlanRenewalItem(Answer):
    """A plan's next period, which the gateway charges."""

    kind: Literal["plan_renewal"]
    plan_id: str


@dataclass(frozen=True, kw_only=True)
class Purchase(Answer):
    """A purchase.

    `period`: what a plan's payment is for; `effective_at`: when a change that waits takes effect, else null.
    """

    item: Item
    lines: list[Line]
    credits: int
    subtotal_minor: int
    tax: Tax | None
    total_minor: int
    currency: str
    plan: PlanPart | None
    purchase_id: str
    state: PurchaseState | str
    period: Period | None
    effective_at: datetime | None
    lot_id: str | None
    gateway: str
    gateway_ref: str | None
    gateway_refs: GatewayRefs
    checkout_url: str | None
    consent: ConsentGiven | None
    created_at: datetime
    completed_at: datetime | None
    failure: Failure | None
    dispute: Dispute | None
    policy_version: int
    type: str
    payment_id: str | None
    actor: str
    refunded_minor: int
    recheck_offered: bool
    invoice_offered: bool
    invoice_state: PurchaseInvoiceState | str


@dataclass(frozen=True, kw_only=True)
class RatedPart(Answer):
    """`count` of a quantity at its rate; a null quantity is the flat part.

    Credits are whole and sum to what was burned.
    """

    quantity: str | None
    count: int
    rate: Decimal
    credits: int


@dataclass(frozen=True, kw_only=True)
class Rating(Answer):
    """By what the parts were rated: `exact` is their sum before it was rounded once; `minimum` counts where it is not
    0.
    """

    action: str
    policy_version: int
    exact: Decimal
    rounding: RatingRounding | str
    minimum: int


@dataclass(frozen=True, kw_only=True)
class Tax(Answer):
    """A tax on the rounded subtotal."""

    name: str
    rate: Decimal
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class TopUpItem(Answer):
    """Credits, as they were asked for: `credits` or `pack_id`."""

    kind: Literal["top_up"]
    credits: int | None = None
    pack_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class Unreachable(Answer):
    """The account's address takes no mail: it is not mailed again until it is another one."""

    reason: UnreachableReason | str
    at: datetime


Item = TopUpItem | PlanItem | PlanRenewalItem | AutoTopUpItem | CustomPaymentItem | UnknownKind
# One of them; `kind` says which. `UnknownKind`: one that only a newer server has.
