"""What a payment gateway tells us, as our own small models of the fields that we use. Nothing here is Stripe's type.

Money is in minor units, instants are milliseconds. A field that the gateway left out is None, never a guess.
"""

from __future__ import annotations

import re
from typing import Literal

from lotbook.domain.values.light_dataclasses import dataclass

APP = "lotbook"  # what a deployment that names no other is called at the gateway
GATEWAY = "stripe"

ACCOUNT_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
PURCHASE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")

CheckoutState = Literal["open", "complete", "expired"]
PaymentState = Literal["paid", "unpaid", "no_payment_required"]


class CustomerGone(Exception):
    """The gateway's `customer` was deleted there. No caller is told: the account gets another one, and goes on with it."""

    def __init__(self, customer: str) -> None:
        super().__init__(customer)
        self.customer = customer


@dataclass(frozen=True, slots=True)
class Deployment:
    """Which deployment this is: what others and test keys made on the same gateway account is not ours.

    `app` and `stage` together name it. They go into the metadata, the names and the idempotency keys of all that we create
    at the gateway. `live`: whether it moves real money.
    """

    stage: str
    live: bool
    app: str = APP

    @property
    def mode(self) -> Literal["live", "test"]:
        """The mode that the gateway's key must be of."""
        return "live" if self.live else "test"

    @property
    def mark(self) -> dict[str, str]:
        """What its objects at the gateway carry."""
        return {"app": self.app, "stage": self.stage}


@dataclass(frozen=True, slots=True)
class Tag:
    """Our metadata on a gateway object: whose it is. Absent keys are None."""

    app: str | None = None
    stage: str | None = None
    account_id: str | None = None
    purchase_id: str | None = None

    def is_of(self, deployment: Deployment) -> bool:
        """Whether an object with this tag was made by this deployment."""
        return (self.app, self.stage) == (deployment.app, deployment.stage)

    @property
    def names_account(self) -> bool:
        """Whether it names an account in a form that ours have."""
        return bool(ACCOUNT_ID.fullmatch(self.account_id or ""))

    @property
    def is_whole(self) -> bool:
        """Whether it names an account and a purchase in a form that ours have: anybody may edit metadata at the gateway."""
        return bool(ACCOUNT_ID.fullmatch(self.account_id or "") and PURCHASE_ID.fullmatch(self.purchase_id or ""))


@dataclass(frozen=True, slots=True)
class PaymentFacts:
    """A payment intent as it is now. `decline_code` is the error code of the last failed attempt, if there was one.

    `paid_at`: when its charge was made; None before, and where the gateway left it out.
    """

    payment_intent: str
    state: str  # requires_payment_method, requires_action, processing, succeeded, canceled, ...
    currency: str
    received_minor: int
    decline_code: str | None
    payment_method: str | None = None
    paid_at: int | None = None


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """An invoice as it is now; number and addresses are None until it is finalized."""

    invoice: str
    number: str | None
    hosted_url: str | None
    pdf_url: str | None


@dataclass(frozen=True, slots=True)
class CheckoutFacts:
    """A checkout session as it is now, with its payment and the id of its invoice."""

    session: str
    url: str | None
    state: CheckoutState
    payment_state: PaymentState
    mode: str
    livemode: bool
    tag: Tag
    reference: str | None  # client_reference_id
    customer: str | None
    currency: str
    subtotal_minor: int
    total_minor: int
    discount_minor: int
    tax_minor: int
    shipping_minor: int
    payment: PaymentFacts | None
    invoice: str | None
    subscription: str | None = None  # what a page of mode `subscription` has made
    invoice_number: str | None = None  # from its finalization on

    @property
    def is_money_there(self) -> bool:
        """Whether it was paid: the page says so, or the payment does. The page of one that came late may lag behind for ever."""
        came = self.payment is not None and self.payment.state == "succeeded"
        return came or (self.state == "complete" and self.payment_state == "paid")


@dataclass(frozen=True, slots=True)
class EventHint:
    """What an event is about. A hint only: handlers fetch the object and act on its present state.

    `account` is the connected account that the event came from; None for the gateway account itself. `mode`: what a
    checkout session is for, which never changes; None for any other object. `subscription`: the one that an invoice is of, or
    that the event is about; its mark stands in `tag`. `made_at`: when the gateway made the event (milliseconds), to the second.
    """

    event_id: str
    kind: str  # Stripe's event type
    livemode: bool
    account: str | None
    object_kind: str | None
    object_id: str | None
    payment_intent: str | None
    tag: Tag
    mode: str | None = None
    subscription: str | None = None
    made_at: int | None = None
