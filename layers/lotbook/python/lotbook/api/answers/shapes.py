"""What answers look like: the contract's JSON shapes as types. `render.py` builds them, `openapi.py` describes them.

Standard library only. Credits and `*_minor` are integers, unit prices and rates decimal strings, instants RFC 3339 UTC.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypedDict

from lotbook.api.answers.shapes_auto import AutoTopUp
from lotbook.api.answers.shapes_burning import Draw, EntryLine, RatedPart, Rating
from lotbook.api.answers.shapes_items import Item
from lotbook.api.answers.shapes_parts import ConsentGiven, Dispute, Failure, GatewayRefs, Instant
from lotbook.api.answers.shapes_plans import NextPlan, PlanOffer, PlanPart, SupportContact
from lotbook.domain.accounts.account import AccountState
from lotbook.domain.accounts.notifications import MailKind, WhyUnreachable
from lotbook.domain.accounts.plan_states import PlanState
from lotbook.domain.accounts.terms import PlanBilling
from lotbook.domain.credits.lots import LotKind

DecimalText = Annotated[str, "decimal"]
Url = Annotated[str, "uri"]

OpenApi = dict[str, Any]
Csv = str  # RFC 4180, UTF-8, one header row
PolicyDocument = dict[str, Any]
EntryKind = Literal[
    "granted", "consumed", "held", "captured", "released", "expired", "clawed_back", "frozen", "unfrozen", "adjusted"
]
PurchaseState = Literal[
    "pending", "processing", "completed", "failed", "abandoned", "partially_refunded", "refunded", "disputed"
]


class Period(TypedDict):
    """Half-open: `start` belongs to it, `end` does not."""

    start: Instant
    end: Instant


class Unreachable(TypedDict):
    """The account's address takes no mail: it is not mailed again until it is another one."""

    reason: WhyUnreachable
    at: Instant


class Notifications(TypedDict):
    """What the account is mailed about: everything but `off`, in English where `locale` is null."""

    locale: str | None
    off: list[MailKind]
    unreachable: Unreachable | None


class Account(TypedDict):
    """An account. `period` is the billing period, null where nothing is billed; `plan_ends_at` the end of a plan that does end.

    `plan_ends_soon`: within the days that the policy names. `cancel_at`: when a plan ends because the buyer cancelled it.
    `email`, `external_id` and `metadata` are shown to service keys alone. `grace_ends_at`: until when the credits of an unpaid period can be spent. `entitlements`: what the plan unlocks.
    """

    account_id: str
    policy_id: str
    policy_version: int
    plan_id: str
    plan_billing: PlanBilling
    plan_state: PlanState
    cancel_at: Instant | None
    next_plan: NextPlan | None
    grace_ends_at: Instant | None
    plan_ends_at: Instant | None
    plan_ends_soon: bool
    entitlements: list[str]
    created_at: Instant
    email: str | None
    external_id: str | None
    metadata: dict[str, str] | None
    region: str
    currency: str
    time_zone: str
    state: AccountState
    pause_reason: str | None
    pause_reasons: list[str]
    closed_at: Instant | None
    erased_at: Instant | None
    period: Period | None
    credits_reset_at: Instant | None
    auto_top_up: AutoTopUp
    notifications: Notifications


class Accounts(TypedDict):
    """A page of accounts, newest first. It may be short and not the last."""

    accounts: list[Account]
    next_cursor: str | None


class Lot(TypedDict):
    """A lot; `remaining` leaves out what is held."""

    lot_id: str
    unit: str
    kind: LotKind
    granted: int
    remaining: int
    held: int
    effective_at: Instant
    expires_at: Instant | None
    state: Literal["open", "provisional", "frozen"]
    purchase_id: str | None


class Balance(TypedDict):
    """One consistent moment; `lots` in burn order. available + held + frozen + waiting - shortfall is the sum of all entries.

    `waiting` are credits of lots that are not effective yet.
    """

    account_id: str
    unit: str
    as_of: Instant
    available: int
    held: int
    frozen: int
    waiting: int
    shortfall: int
    lots: list[Lot]


class Entry(TypedDict):
    """One line of the statement; `credits` is the signed change of what the account owns.

    `reason` is why it was made, as a grant or a correction said; `metadata` is what a consume or a grant said.
    `rated` and `rating` are how the credits were calculated, where they were burned or held by usage.
    `lines` are the parts of a batch under one key.
    `hold_id` names the hold that the entry placed or ended.
    """

    entry_id: str
    at: Instant
    kind: EntryKind
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


class Entries(TypedDict):
    """A page of the statement, newest first."""

    entries: list[Entry]
    next_cursor: str | None


class Granted(TypedDict):
    """A grant, with the times at which its credits can be burned."""

    lot_id: str
    entry_id: str
    effective_at: Instant
    expires_at: Instant | None


class Resolved(TypedDict):
    """What became of a hold: `captured` is burned, `released` went back."""

    hold_id: str
    captured: int
    released: int
    available: int


class PackOffer(TypedDict):
    """A pack and its price before tax."""

    pack_id: str
    credits: int
    amount_minor: int


class Expires(TypedDict):
    """When credits bought now would expire."""

    rule: str
    at: Instant | None


class TopUpOffer(TypedDict):
    """Buying credits by hand."""

    mode: Literal["quantity", "packs", "none"]
    min: int | None
    max: int | None
    step: int | None
    unit_price: DecimalText | None
    packs: list[PackOffer]
    expires: Expires
    allowed: bool
    reason: str | None


class ConsentAsked(TypedDict):
    """What has to be accepted anew for every purchase."""

    kind: Literal["refund_policy"]
    version: str
    url: Url


class Advice(TypedDict):
    """What to do, and why in words. `credits` with `buy`; `plan_id`, where one is known, with plans."""

    code: Literal[
        "planned_peak",
        "event_size",
        "event_buffer",
        "steady_use",
        "running_short",
        "before_reset",
        "frequent_purchases",
    ]
    action: Literal["buy", "upgrade", "review_plan"]
    credits: int | None
    plan_id: str | None
    reason: str


class Offers(TypedDict):
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


class Line(TypedDict):
    """A line of the order summary."""

    description: str
    quantity: int
    unit_price: DecimalText
    amount_minor: int


class Tax(TypedDict):
    """A tax on the rounded subtotal."""

    name: str
    rate: DecimalText
    amount_minor: int


class Order(TypedDict):
    """What quote, checkout and purchase share. `credits`: those that are bought, which the lot holds, and `plan.credits`."""

    item: Item
    lines: list[Line]
    credits: int
    subtotal_minor: int
    tax: Tax | None
    total_minor: int
    currency: str
    plan: PlanPart | None


class Quote(Order):
    """The order summary. `late_expires_at`: near the end of the credits' period, that of the next, where they would arrive in it."""

    expires_at: Instant | None
    late_expires_at: Instant | None
    consent_required: bool
    allowed: bool
    reason: str | None


class Ordered(Order):
    """An order whose checkout is open. `expires_at` and `late_expires_at` are those of the quote, frozen with the order."""

    expires_at: Instant | None
    late_expires_at: Instant | None
    consent_required: bool
    allowed: bool
    reason: str | None
    purchase_id: str
    state: Literal["pending"]
    checkout_url: Url


class Purchase(Order):
    """A purchase. `period`: what a plan's payment is for; `effective_at`: when a change that waits takes effect, else null."""

    purchase_id: str
    state: PurchaseState
    period: Period | None
    effective_at: Instant | None
    lot_id: str | None
    gateway: str
    gateway_ref: str | None
    gateway_refs: GatewayRefs
    checkout_url: str | None
    consent: ConsentGiven | None
    created_at: Instant
    completed_at: Instant | None
    failure: Failure | None
    dispute: Dispute | None
    policy_version: int
    type: str
    payment_id: str | None
    actor: str
    refunded_minor: int
    recheck_offered: bool
    invoice_offered: bool
    invoice_state: Literal["none", "waiting_for_billing", "available"]


class Purchases(TypedDict):
    """A page of purchases, newest first."""

    purchases: list[Purchase]
    next_cursor: str | None


class Received(TypedDict):
    """What became of the event; duplicates and what is not for us are outcomes too."""

    outcome: str
