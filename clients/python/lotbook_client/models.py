"""What Lotbook answers. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from lotbook_client.answers import Answer, KeyedAnswer, UnknownKind

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
AdviceCode = Literal[
    "planned_peak",
    "event_size",
    "event_buffer",
    "steady_use",
    "running_short",
    "before_reset",
    "frequent_purchases",
]
AdviceAction = Literal[
    "buy",
    "upgrade",
    "review_plan",
]
AutoEventOutcome = Literal[
    "bought",
    "not_bought",
]
AutoEventReason = Literal[
    "bought",
    "cap_reached",
    "limit_reached",
    "disabled",
    "suspended",
    "no_card",
    "plan_not_eligible",
    "shortfall_too_large",
    "paused",
    "past_due",
    "charging",
    "declined",
    "authentication_required",
    "unknown_outcome",
    "switched_off_everywhere",
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
BatchResultStatus = Literal[
    "consumed",
    "replayed",
    "refused",
]
ChangeOfLotKind = Literal[
    "expired",
    "clawed_back",
    "adjusted",
    "frozen",
    "unfrozen",
]
CheckedReason = Literal[
    "insufficient_credits",
    "top_up_pending",
    "account_paused",
    "account_closed",
]
DeliveryAttemptResult = Literal[
    "ok",
    "status",
    "redirect",
    "gone",
    "not_public",
    "unresolved",
    "connect",
    "tls",
    "timeout",
    "no_answer",
]
DifferenceLineWhat = Literal[
    "charged",
    "money_back",
]
DifferenceLineReason = Literal[
    "not_booked",
    "not_in_balance",
    "not_through_gateway",
    "dispute",
    "amount",
    "other_month",
]
DisputeState = Literal[
    "open",
    "won",
    "lost",
]
EndpointState = Literal[
    "enabled",
    "disabled",
]
EndpointDisabledReason = Literal[
    "failing",
    "gone",
    "by_hand",
]
EndpointDeliveryState = Literal[
    "pending",
    "delivered",
    "failed",
]
EndpointDeliveryReason = Literal[
    "tries",
    "endpoint_disabled",
    "endpoint_deleted",
    "sent_once",
    "gone",
]
EntryKind = Literal[
    "granted",
    "consumed",
    "held",
    "captured",
    "released",
    "expired",
    "clawed_back",
    "frozen",
    "unfrozen",
    "adjusted",
]
EvidenceState = Literal[
    "pending",
    "processing",
    "completed",
    "failed",
    "abandoned",
    "partially_refunded",
    "refunded",
    "disputed",
]
LotKind = Literal[
    "free",
    "plan",
    "purchased",
    "promotional",
]
LotState = Literal[
    "open",
    "provisional",
    "frozen",
]
NewEndpointState = Literal[
    "enabled",
    "disabled",
]
NewEndpointDisabledReason = Literal[
    "failing",
    "gone",
    "by_hand",
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
OneHoldState = Literal[
    "open",
    "captured",
    "released",
    "lapsed",
]
OneLotKind = Literal[
    "free",
    "plan",
    "purchased",
    "promotional",
]
OneLotState = Literal[
    "open",
    "provisional",
    "frozen",
    "used_up",
    "expired",
    "void",
]
PlanChangedEffect = Literal[
    "now",
    "period_end",
]
PlanOfferInterval = Literal[
    "month",
    "year",
    "term",
    "none",
]
PlanOfferChange = Literal[
    "current",
    "upgrade",
    "downgrade",
    "contact",
]
PolicyReachBy = Literal[
    "plan",
    "policy",
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
ReportReport = Literal[
    "liability",
    "recognition",
    "roll-forward",
    "tax",
    "balance",
    "differences",
]
ReportState = Literal[
    "open",
    "closed",
]
TaxReportLineType = Literal[
    "sale",
    "refund",
]
TopUpOfferMode = Literal[
    "quantity",
    "packs",
    "none",
]
UnreachableReason = Literal[
    "bounce",
    "complaint",
]
UseOfLotKind = Literal[
    "consumed",
    "captured",
    "released",
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
class Accounts(Answer):
    """A page of accounts, newest first. It may be short and not the last."""

    accounts: list[Account]
    next_cursor: str | None


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
class Advice(Answer):
    """What to do, and why in words. `credits` with `buy`; `plan_id`, where one is known, with plans."""

    code: AdviceCode | str
    action: AdviceAction | str
    credits: int | None
    plan_id: str | None
    reason: str


@dataclass(frozen=True, kw_only=True)
class AutoEvent(Answer):
    """What was bought, or was not and why.

    `credits` and `amount_minor` are of the purchase; 0 where none was worked out.
    """

    at: datetime
    outcome: AutoEventOutcome | str
    reason: AutoEventReason | str
    purchase_id: str | None
    credits: int
    amount_minor: int


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
class AutoTopUpHistory(Answer):
    """Events of automatic purchase, newest first: one a cause, however many burns were refused for it."""

    events: list[AutoEvent]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class AutoTopUpItem(Answer):
    """Credits that automatic purchase ordered."""

    kind: Literal["auto_top_up"]
    credits: int


@dataclass(frozen=True, kw_only=True)
class Balance(Answer):
    """One consistent moment; `lots` in burn order.

    available + held + frozen + waiting - shortfall is the sum of all entries. `waiting` are credits of lots that are
    not effective yet.
    """

    account_id: str
    unit: str
    as_of: datetime
    available: int
    held: int
    frozen: int
    waiting: int
    shortfall: int
    lots: list[Lot]


@dataclass(frozen=True, kw_only=True)
class BalanceLine(Answer):
    """What moved the gateway's balance in the month, by the currency that it settles in and by its category of
    reporting. `of_purchases_minor`: of the gross, what belongs to purchases here; the rest is payouts, fees, and what
    others sold.
    """

    kind: Literal["balance"]
    currency: str
    category: str
    transactions: int
    gross_minor: int
    fee_minor: int
    net_minor: int
    of_purchases_minor: int


@dataclass(frozen=True, kw_only=True)
class BatchResult(Answer):
    """One item's answer; `code` and `detail` are the refusal's.

    `credits` and how they were rated: of an item by usage that was burned.
    """

    idempotency_key: str
    status: BatchResultStatus | str
    entry_id: str | None
    code: str | None
    detail: str | None
    rated: list[RatedPart] | None = None
    rating: Rating | None = None
    credits: int | None = None


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
class BurnedLine(Answer):
    """One line of a batch under one key, in the order sent. The lines sum to what was burned."""

    credits: int
    reference: str | None
    rated: list[RatedPart] | None = None
    rating: Rating | None = None


@dataclass(frozen=True, kw_only=True)
class ChangeOfLot(Answer):
    """What else happened to the lot; `credits` is positive, the kind tells the direction."""

    entry_id: str
    at: datetime
    kind: ChangeOfLotKind | str
    credits: int
    reason: str | None
    reference: str | None


@dataclass(frozen=True, kw_only=True)
class Checked(Answer):
    """What a consume would answer now. `reason`: the code of its refusal; `available`: what can be spent before it."""

    allowed: bool
    requested: int
    available: int
    reason: CheckedReason | str | None
    pause_reason: str | None
    draws: list[CheckedDraw]
    rated: list[RatedPart] | None = None
    rating: Rating | None = None


@dataclass(frozen=True, kw_only=True)
class CheckedDraw(Answer):
    """What a consume would take from one lot; null for a lot that an automatic purchase would bring, which does not
    exist yet.
    """

    lot_id: str | None
    credits: int


@dataclass(frozen=True, kw_only=True)
class ConsentAsked(Answer):
    """What has to be accepted anew for every purchase."""

    kind: Literal["refund_policy"]
    version: str
    url: str


@dataclass(frozen=True, kw_only=True)
class ConsentEvidence(Answer):
    """The acceptance with where it came from."""

    kind: str
    refund_policy_version: str
    accepted_at: datetime
    actor: str
    url: str | None
    source_ip: str | None
    user_agent: str | None


@dataclass(frozen=True, kw_only=True)
class ConsentGiven(Answer):
    """What the buyer accepted, and when."""

    kind: str
    refund_policy_version: str
    accepted_at: datetime
    actor: str


@dataclass(frozen=True, kw_only=True)
class Consumed(KeyedAnswer):
    """A burn; `rated` and `rating` where it was one by usage."""

    entry_id: str
    credits: int
    draws: list[Draw]
    available: int
    at: datetime
    rated: list[RatedPart] | None = None
    rating: Rating | None = None


@dataclass(frozen=True, kw_only=True)
class ConsumedBatch(KeyedAnswer):
    """A batch's answer; `available` is what can be spent after it.

    Without the header `Idempotency-Key`: `results` in order, and the `unit` that `available` is of, the items' or the
    first if they differ. With it the batch is one burn: its entry, its `credits` with the `lines` that sum to them, and
    its `draws`.
    """

    available: int
    results: list[BatchResult] | None = None
    unit: str | None = None
    entry_id: str | None = None
    credits: int | None = None
    lines: list[BurnedLine] | None = None
    draws: list[Draw] | None = None
    at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class CustomPaymentItem(Answer):
    """A payment that adds no credits."""

    kind: Literal["custom_payment"]
    amount_minor: int
    remark: str


@dataclass(frozen=True, kw_only=True)
class DeliveryAttempt(Answer):
    """One try. Nothing that the endpoint said is kept but its status."""

    at: datetime
    result: DeliveryAttemptResult | str
    status: int | None
    took_ms: int


@dataclass(frozen=True, kw_only=True)
class DeliveryEvidence(Answer):
    """One lot as it was credited; the first is the bought one, the others are its companions in other units."""

    lot_id: str
    unit: str
    entry_id: str
    at: datetime
    credits: int
    paid_to_shortfall: int
    effective_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class DifferenceLine(Answer):
    """A payment that the books and the gateway's balance do not have alike in the month.

    `difference_minor`: the gateway's less the books'. `other_month`: with that month both come to the same.
    """

    kind: Literal["differences"]
    account_id: str | None
    purchase_id: str | None
    payment: str
    what: DifferenceLineWhat | str
    currency: str
    booked_minor: int
    gateway_minor: int
    difference_minor: int
    reason: DifferenceLineReason | str
    other_month: str | None
    transactions: list[str]


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
class Endpoint(Answer):
    """One endpoint.

    `previous_secrets_end_at`: until when the secrets before the newest sign as well, the newest first.
    """

    endpoint_id: str
    url: str
    types: list[str]
    email: str | None
    state: EndpointState | str
    disabled_reason: EndpointDisabledReason | str | None
    disabled_at: datetime | None
    failing_since: datetime | None
    previous_secrets_end_at: list[datetime]
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class EndpointDeleted(Answer):
    """It is gone."""

    endpoint_id: str
    deleted: bool


@dataclass(frozen=True, kw_only=True)
class EndpointDeliveries(Answer):
    """A page, newest event first; with a filter it may be short and not the last."""

    deliveries: list[EndpointDelivery]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class EndpointDelivery(Answer):
    """One event for one endpoint; `event_id` is its `webhook-id`. The newest attempt comes first."""

    delivery_id: str
    endpoint_id: str
    event_id: str
    type: str
    event_at: datetime
    state: EndpointDeliveryState | str
    reason: EndpointDeliveryReason | str | None
    next_attempt_at: datetime | None
    attempts: list[DeliveryAttempt]
    created_at: datetime


@dataclass(frozen=True, kw_only=True)
class Endpoints(Answer):
    """All endpoints, the oldest first."""

    endpoints: list[Endpoint]


@dataclass(frozen=True, kw_only=True)
class Entries(Answer):
    """A page of the statement, newest first."""

    entries: list[Entry]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Entry(Answer):
    """One line of the statement; `credits` is the signed change of what the account owns.

    `reason` is why it was made, as a grant or a correction said; `metadata` is what a consume or a grant said. `rated`
    and `rating` are how the credits were calculated, where they were burned or held by usage. `lines` are the parts of
    a batch under one key. `hold_id` names the hold that the entry placed or ended.
    """

    entry_id: str
    at: datetime
    kind: EntryKind | str
    unit: str
    credits: int
    draws: list[Draw]
    available_after: int
    reference: str | None
    actor: str
    purchase_id: str | None
    reason: str | None
    metadata: dict[str, str] | None
    rated: list[RatedPart] | None
    rating: Rating | None
    lines: list[EntryLine] | None
    hold_id: str | None


@dataclass(frozen=True, kw_only=True)
class EntryLine(Answer):
    """One part of a burn of many lines, and what it drew; lines draw one after the other, in burn order."""

    credits: int
    reference: str | None
    draws: list[Draw]
    metadata: dict[str, str] | None
    rated: list[RatedPart] | None
    rating: Rating | None


@dataclass(frozen=True, kw_only=True)
class Evidence(Answer):
    """What answers a chargeback of one purchase."""

    account_id: str
    purchase_id: str
    as_of: datetime
    state: EvidenceState | str
    type: str
    ordered_at: datetime
    completed_at: datetime | None
    actor: str
    gateway: str
    gateway_refs: GatewayRefs
    consent: ConsentEvidence | None
    order: OrderEvidence
    billing_details: BillingDetails | None
    delivery: list[DeliveryEvidence]
    plan_delivery: PlanEvidence | None
    use: UseEvidence
    changes: list[ChangeOfLot]
    refunded_minor: int
    dispute: Dispute | None


@dataclass(frozen=True, kw_only=True)
class Expires(Answer):
    """When credits bought now would expire."""

    rule: str
    at: datetime | None


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
class Granted(KeyedAnswer):
    """A grant, with the times at which its credits can be burned."""

    lot_id: str
    entry_id: str
    effective_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Held(KeyedAnswer):
    """A hold; from `expires_at` on it has lapsed. `rated` and `rating` where it was one by usage."""

    hold_id: str
    credits: int
    expires_at: datetime
    available: int
    rated: list[RatedPart] | None = None
    rating: Rating | None = None


@dataclass(frozen=True, kw_only=True)
class Holds(Answer):
    """A page of holds, newest first.

    Without a state, or of one that is not `open`, it may be short and not the last.
    """

    holds: list[OneHold]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Invoice(Answer):
    """The gateway's invoice, and the billing details that it keeps."""

    number: str | None
    hosted_url: str | None
    pdf_url: str | None
    billing_details: BillingDetails | None


@dataclass(frozen=True, kw_only=True)
class LiabilityLine(Answer):
    """What is owed at the month's end: paid credits that are open, by currency, plan and days since they were paid for."""

    kind: Literal["liability"]
    currency: str
    plan_id: str
    age_days: str
    lots: int
    credits_left: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class Line(Answer):
    """A line of the order summary."""

    description: str
    quantity: int
    unit_price: Decimal
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class ListedPolicy(Answer):
    """A policy with its newest version, when that was published, and with which service key (as in its versions)."""

    policy_id: str
    title: str
    version: int
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, kw_only=True)
class ListedVersion(Answer):
    """A version, when it was published, and with which service key: null where an older release did not say.

    `published_by` is shown to service keys alone.
    """

    version: int
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, kw_only=True)
class Lot(Answer):
    """A lot; `remaining` leaves out what is held."""

    lot_id: str
    unit: str
    kind: LotKind | str
    granted: int
    remaining: int
    held: int
    effective_at: datetime
    expires_at: datetime | None
    state: LotState | str
    purchase_id: str | None


@dataclass(frozen=True, kw_only=True)
class NewEndpoint(Answer):
    """The same with its new secret, which no other answer shows."""

    endpoint_id: str
    url: str
    types: list[str]
    email: str | None
    state: NewEndpointState | str
    disabled_reason: NewEndpointDisabledReason | str | None
    disabled_at: datetime | None
    failing_since: datetime | None
    previous_secrets_end_at: list[datetime]
    created_at: datetime
    secret: str = field(repr=False)


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
class Offers(Answer):
    """What this account may buy now. `advice` refuses nothing."""

    currency: str
    payment_label: str
    plan: str
    free_credits: int
    top_up: TopUpOffer
    plans: list[PlanOffer]
    custom_payment: bool
    consent: ConsentAsked | None
    support: SupportContact | None
    advice: list[Advice]


@dataclass(frozen=True, kw_only=True)
class OneHold(Answer):
    """A hold.

    `draws` is all that it set aside, in burn order: a capture burns the first of them, and gives the rest back.
    `captured` and `released` are 0 while it is open; it lapses at `expires_at`. `closed_at` is null while it is open.
    """

    hold_id: str
    entry_id: str
    unit: str
    state: OneHoldState | str
    credits: int
    captured: int
    released: int
    draws: list[Draw]
    placed_at: datetime
    expires_at: datetime
    closed_at: datetime | None
    reference: str | None
    actor: str
    rated: list[RatedPart] | None
    rating: Rating | None


@dataclass(frozen=True, kw_only=True)
class OneLot(Answer):
    """A lot with all that became of its credits: granted = remaining + held + used + expired + taken_back.

    `used` was burned, or paid a shortfall; `taken_back`: for a refund or a dispute, for another plan, or by a void.
    """

    lot_id: str
    unit: str
    kind: OneLotKind | str
    granted: int
    remaining: int
    held: int
    used: int
    expired: int
    taken_back: int
    granted_at: datetime
    effective_at: datetime
    expires_at: datetime | None
    state: OneLotState | str
    purchase_id: str | None
    reason: str | None
    metadata: dict[str, str] | None
    actor: str


@dataclass(frozen=True, kw_only=True)
class OrderEvidence(Answer):
    """The order summary as it was shown before the payment."""

    item: Item
    lines: list[Line]
    credits: int
    subtotal_minor: int
    tax: Tax | None
    total_minor: int
    currency: str
    plan: PlanPart | None
    shown_expires_at: datetime | None
    policy_id: str
    policy_version: int
    plan_id: str


@dataclass(frozen=True, kw_only=True)
class Ordered(KeyedAnswer):
    """An order whose checkout is open.

    `expires_at` and `late_expires_at` are those of the quote, frozen with the order.
    """

    item: Item
    lines: list[Line]
    credits: int
    subtotal_minor: int
    tax: Tax | None
    total_minor: int
    currency: str
    plan: PlanPart | None
    expires_at: datetime | None
    late_expires_at: datetime | None
    consent_required: bool
    allowed: bool
    reason: str | None
    purchase_id: str
    state: Literal["pending"] | str
    checkout_url: str


@dataclass(frozen=True, kw_only=True)
class PackOffer(Answer):
    """A pack and its price before tax."""

    pack_id: str
    credits: int
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class PaymentMethod(Answer):
    """A card on file. `expires`: the last month in which it is good, such as `2034-12`."""

    payment_method: str
    brand: str
    last4: str
    expires: str
    default: bool


@dataclass(frozen=True, kw_only=True)
class PaymentMethods(Answer):
    """The account's cards, newest first. Where there is any, exactly one is the default."""

    payment_methods: list[PaymentMethod]


@dataclass(frozen=True, kw_only=True)
class Period(Answer):
    """Half-open: `start` belongs to it, `end` does not."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class PlanChanged(KeyedAnswer):
    """A change of plan: made now, or to be made at `effective_at`, the end of the running period.

    `charge_minor` was charged with tax, after `discount_minor` for converted credits; both 0 where nothing is charged
    now. `credits` are the new plan's own of one credit period. `purchase_id`: the row of the change; null where there
    is none.
    """

    effect: PlanChangedEffect | str
    effective_at: datetime
    purchase_id: str | None
    charge_minor: int
    discount_minor: int
    currency: str
    credits: int


@dataclass(frozen=True, kw_only=True)
class PlanEvidence(Answer):
    """The plan as it was delivered, from the settlement on. `ended`: all its money went back, and the plan with it."""

    plan_id: str
    at: datetime
    ends_at: datetime
    ended: bool


@dataclass(frozen=True, kw_only=True)
class PlanItem(Answer):
    """A move to another plan; with `credits` or `pack_id` when extra credits are in the same order."""

    kind: Literal["plan"]
    plan_id: str
    credits: int | None = None
    pack_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class PlanOffer(Answer):
    """A plan as seen from the present one.

    `ends_at`: the end of the present plan's term; null for every other plan. `allowed`: whether a purchase of it would
    be taken now; if not, `reason` is the code that it would be refused with.
    """

    plan_id: str
    title: str
    amount_minor: int | None
    interval: PlanOfferInterval | str
    term_days: int | None
    credits: int
    free_credits: int
    change: PlanOfferChange | str
    contact_url: str | None
    entitlements: list[str]
    ends_at: datetime | None
    allowed: bool
    reason: str | None


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
class Policies(Answer):
    """A page of policies: the one that was first published last comes first."""

    policies: list[ListedPolicy]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class PolicyChange(Answer):
    """One place that changes: a plan is named by its id, `plans[pro].credits`. null: there is nothing."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class PolicyDryRun(Answer):
    """What publishing the document would do.

    `version`: the one that it would be; the newest one, where nothing changes. `affects` counts what is found among a
    thousand accounts; `next_cursor` counts on: the sums of all pages are the whole.
    """

    policy_id: str
    version: int
    changes: list[PolicyChange]
    affects: list[PolicyReach]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class PolicyReach(Answer):
    """Accounts on one plan, closed ones left out.

    `by`: the plan's own lines change, or something that all plans share. `accounts`: those that it reaches, from their
    next period or purchase on. `keeping`: those that it does not reach, because their plan stays as it was bought until
    they change it.
    """

    plan_id: str
    by: PolicyReachBy | str
    accounts: int
    keeping: int


@dataclass(frozen=True, kw_only=True)
class PolicyVersion(Answer):
    """A published version, and when it was published: null where an older release did not say."""

    policy_id: str
    version: int
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PolicyVersions(Answer):
    """A page of a policy's versions, newest first. It may be short and not the last."""

    policy_id: str
    versions: list[ListedVersion]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class PortalLink(Answer):
    """A link that one person opens once, until `expires_at`; then the page is theirs for an hour."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PortalRevoked(Answer):
    """Nobody is signed in to the account's billing page any more."""

    account_id: str


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
class Purchases(Answer):
    """A page of purchases, newest first."""

    purchases: list[Purchase]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Quote(Answer):
    """The order summary.

    `late_expires_at`: near the end of the credits' period, that of the next, where they would arrive in it.
    """

    item: Item
    lines: list[Line]
    credits: int
    subtotal_minor: int
    tax: Tax | None
    total_minor: int
    currency: str
    plan: PlanPart | None
    expires_at: datetime | None
    late_expires_at: datetime | None
    consent_required: bool
    allowed: bool
    reason: str | None


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
class RecognitionLine(Answer):
    """A paid lot in the month: `opening + sold + moved_in - used - expired - voided - moved_out - taken_back =
    closing`.
    """

    kind: Literal["recognition"]
    account_id: str
    purchase_id: str
    lot_id: str | None
    lot_kind: str
    plan_id: str
    currency: str
    sold_at: datetime
    credits: int
    credits_used: int
    credits_left: int
    opening_minor: int
    sold_minor: int
    moved_in_minor: int
    used_minor: int
    expired_minor: int
    voided_minor: int
    moved_out_minor: int
    taken_back_minor: int
    closing_minor: int
    refunded_minor: int
    recognized_minor: int


@dataclass(frozen=True, kw_only=True)
class Refunded(KeyedAnswer):
    """What a refund paid back: unused credits, and their share of what was charged."""

    purchase_id: str
    refund: str
    credits: int
    amount_minor: int
    currency: str


@dataclass(frozen=True, kw_only=True)
class Report(Answer):
    """A page of a report.

    `as_of` is null before the first round over all accounts. `gateway_as_of`: up to when the gateway's balance was read
    for it; null before, and in reports that have nothing of the gateway.
    """

    report: ReportReport | str
    month: str
    state: ReportState | str
    as_of: datetime | None
    gateway_as_of: datetime | None
    lines: list[ReportLine]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Resolved(KeyedAnswer):
    """What became of a hold: `captured` is burned, `released` went back."""

    hold_id: str
    captured: int
    released: int
    available: int


@dataclass(frozen=True, kw_only=True)
class RollForwardLine(Answer):
    """All lots of a currency in the month, and what was charged and paid back, tax included."""

    kind: Literal["roll-forward"]
    currency: str
    opening_minor: int
    sold_minor: int
    moved_in_minor: int
    used_minor: int
    expired_minor: int
    voided_minor: int
    moved_out_minor: int
    taken_back_minor: int
    closing_minor: int
    refunded_minor: int
    recognized_minor: int
    charged_minor: int
    charged_tax_minor: int
    not_for_credits_minor: int
    money_back_minor: int
    money_back_tax_minor: int
    gateway_charged_minor: int | None
    charged_difference_minor: int | None
    gateway_money_back_minor: int | None
    money_back_difference_minor: int | None


@dataclass(frozen=True, kw_only=True)
class SetupStarted(Answer):
    """The gateway's page on which a card is added; once it is, it is the default."""

    setup_url: str


@dataclass(frozen=True, kw_only=True)
class SupportContact(Answer):
    """Whom to ask when a checkout goes wrong."""

    email: str
    url: str | None


@dataclass(frozen=True, kw_only=True)
class Tax(Answer):
    """A tax on the rounded subtotal."""

    name: str
    rate: Decimal
    amount_minor: int


@dataclass(frozen=True, kw_only=True)
class TaxReportLine(Answer):
    """A payment, or money of one that went back, which is negative.

    `invoice_number`: as it stands on the invoice; null for purchases that were settled before it was kept. `invoice`:
    the gateway's id.
    """

    kind: Literal["tax"]
    account_id: str
    purchase_id: str
    at: datetime
    type: TaxReportLineType | str
    item_kind: str
    country: str
    tax_name: str | None
    rate: Decimal | None
    tax_id: str | None
    invoice_number: str | None
    invoice: str | None
    currency: str
    net_minor: int
    tax_minor: int
    total_minor: int


@dataclass(frozen=True, kw_only=True)
class TopUpItem(Answer):
    """Credits, as they were asked for: `credits` or `pack_id`."""

    kind: Literal["top_up"]
    credits: int | None = None
    pack_id: str | None = None


@dataclass(frozen=True, kw_only=True)
class TopUpOffer(Answer):
    """Buying credits by hand."""

    mode: TopUpOfferMode | str
    min: int | None
    max: int | None
    step: int | None
    unit_price: Decimal | None
    packs: list[PackOffer]
    expires: Expires
    allowed: bool
    reason: str | None


@dataclass(frozen=True, kw_only=True)
class Unreachable(Answer):
    """The account's address takes no mail: it is not mailed again until it is another one."""

    reason: UnreachableReason | str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class UseEvidence(Answer):
    """`credits` is all that was used of the lot; `entries` itemize it, newest first, as far as this page goes."""

    credits: int
    remaining: int
    held: int
    entries: list[UseOfLot]
    truncated: bool
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class UseOfLot(Answer):
    """What one operation took of exactly this lot; `released`: a hold gave it back, and it went to a shortfall."""

    entry_id: str
    at: datetime
    kind: UseOfLotKind | str
    credits: int
    reference: str | None
    actor: str


@dataclass(frozen=True, kw_only=True)
class Voided(KeyedAnswer):
    """What was taken back; at most what was asked for, and never what was burned or is held."""

    entry_id: str
    credits: int


Item = TopUpItem | PlanItem | PlanRenewalItem | AutoTopUpItem | CustomPaymentItem | UnknownKind
# One of them; `kind` says which. `UnknownKind`: one that only a newer server has.


ReportLine = (
    LiabilityLine | RecognitionLine | RollForwardLine | TaxReportLine | BalanceLine | DifferenceLine | UnknownKind
)
# One of them; `kind` says which. `UnknownKind`: one that only a newer server has.
