"""Shapes around purchases: billing details, invoices, the evidence for a chargeback, cards on file. As `shapes.py`."""

from __future__ import annotations

from typing import Literal, TypedDict

from lotbook.api.answers.shapes import Order, PurchaseState, Url
from lotbook.api.answers.shapes_parts import ConsentGiven, Dispute, GatewayRefs, Instant
from lotbook.api.answers.shapes_plans import PlanEvidence


class Address(TypedDict):
    """A postal address."""

    line1: str
    line2: str | None
    city: str
    state: str | None
    postal_code: str
    country: str


class BillingDetails(TypedDict):
    """To whom invoices are made out; `shipping` is the billing address unless another was given."""

    name: str
    email: str
    phone: str | None
    address: Address
    tax_id: str | None
    purchase_order: str | None
    receipt_email: str | None
    shipping: Address


class Invoice(TypedDict):
    """The gateway's invoice, and the billing details that it keeps."""

    number: str | None
    hosted_url: str | None
    pdf_url: str | None
    billing_details: BillingDetails | None


class ConsentEvidence(ConsentGiven):
    """The acceptance with where it came from."""

    url: str | None
    source_ip: str | None
    user_agent: str | None


class OrderEvidence(Order):
    """The order summary as it was shown before the payment."""

    shown_expires_at: Instant | None
    policy_id: str
    policy_version: int
    plan_id: str


class DeliveryEvidence(TypedDict):
    """One lot as it was credited; the first is the bought one, the others are its companions in other units."""

    lot_id: str
    unit: str
    entry_id: str
    at: Instant
    credits: int
    paid_to_shortfall: int
    effective_at: Instant
    expires_at: Instant | None


class UseOfLot(TypedDict):
    """What one operation took of exactly this lot; `released`: a hold gave it back, and it went to a shortfall."""

    entry_id: str
    at: Instant
    kind: Literal["consumed", "captured", "released"]
    credits: int
    reference: str | None
    actor: str


class UseEvidence(TypedDict):
    """`credits` is all that was used of the lot; `entries` itemize it, newest first, as far as this page goes."""

    credits: int
    remaining: int
    held: int
    entries: list[UseOfLot]
    truncated: bool
    next_cursor: str | None


class ChangeOfLot(TypedDict):
    """What else happened to the lot; `credits` is positive, the kind tells the direction."""

    entry_id: str
    at: Instant
    kind: Literal["expired", "clawed_back", "adjusted", "frozen", "unfrozen"]
    credits: int
    reason: str | None
    reference: str | None


class Evidence(TypedDict):
    """What answers a chargeback of one purchase."""

    account_id: str
    purchase_id: str
    as_of: Instant
    state: PurchaseState
    type: str
    ordered_at: Instant
    completed_at: Instant | None
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


class Refunded(TypedDict):
    """What a refund paid back: unused credits, and their share of what was charged."""

    purchase_id: str
    refund: str
    credits: int
    amount_minor: int
    currency: str


class PaymentMethod(TypedDict):
    """A card on file. `expires`: the last month in which it is good, such as `2034-12`."""

    payment_method: str
    brand: str
    last4: str
    expires: str
    default: bool


class PaymentMethods(TypedDict):
    """The account's cards, newest first. Where there is any, exactly one is the default."""

    payment_methods: list[PaymentMethod]


class PortalLink(TypedDict):
    """A link that one person opens once, until `expires_at`; then the page is theirs for an hour."""

    url: Url
    expires_at: Instant


class PortalRevoked(TypedDict):
    """Nobody is signed in to the account's billing page any more."""

    account_id: str


class SetupStarted(TypedDict):
    """The gateway's page on which a card is added; once it is, it is the default."""

    setup_url: Url
