"""What Lotbook answers: buying. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

from lotbook_client.answers import Answer, KeyedAnswer
from lotbook_client.models.shared import Item, Line, PlanPart, Tax

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
TopUpOfferMode = Literal[
    "quantity",
    "packs",
    "none",
]


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
class AutoTopUpHistory(Answer):
    """Events of automatic purchase, newest first: one a cause, however many burns were refused for it."""

    events: list[AutoEvent]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class ConsentAsked(Answer):
    """What has to be accepted anew for every purchase."""

    kind: Literal["refund_policy"]
    version: str
    url: str


@dataclass(frozen=True, kw_only=True)
class Expires(Answer):
    """When credits bought now would expire."""

    rule: str
    at: datetime | None


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
class SupportContact(Answer):
    """Whom to ask when a checkout goes wrong."""

    email: str
    url: str | None


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
