"""What Lotbook answers: purchases. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from lotbook_client.answers import Answer, KeyedAnswer
from lotbook_client.models.shared import BillingDetails, Dispute, GatewayRefs, Item, Line, PlanPart, Purchase, Tax

ChangeOfLotKind = Literal[
    "expired",
    "clawed_back",
    "adjusted",
    "frozen",
    "unfrozen",
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
UseOfLotKind = Literal[
    "consumed",
    "captured",
    "released",
]


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
class Invoice(Answer):
    """The gateway's invoice, and the billing details that it keeps."""

    number: str | None
    hosted_url: str | None
    pdf_url: str | None
    billing_details: BillingDetails | None


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
class PlanEvidence(Answer):
    """The plan as it was delivered, from the settlement on. `ended`: all its money went back, and the plan with it."""

    plan_id: str
    at: datetime
    ends_at: datetime
    ended: bool


@dataclass(frozen=True, kw_only=True)
class Purchases(Answer):
    """A page of purchases, newest first."""

    purchases: list[Purchase]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class Refunded(KeyedAnswer):
    """What a refund paid back: unused credits, and their share of what was charged."""

    purchase_id: str
    refund: str
    credits: int
    amount_minor: int
    currency: str


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
