"""What the gateway tells us of subscriptions and their invoices, as our own models. Nothing here is Stripe's type.

Money is in minor units, instants are milliseconds. A field that the gateway left out is None, never a guess.
"""

from __future__ import annotations

from typing import Literal

from lotbook.domain.sales.gateway import PaymentFacts, Tag
from lotbook.domain.values.light_dataclasses import dataclass

InvoiceState = Literal["draft", "open", "paid", "void", "uncollectible"]


@dataclass(frozen=True, slots=True)
class InvoiceLine:
    """One line of an invoice. `price`: the gateway's; None for a line of another origin. `period` is `[start, end)`."""

    price: str | None
    amount_minor: int  # before tax
    is_proration: bool
    period: tuple[int, int]


@dataclass(frozen=True, slots=True)
class PlanInvoiceFacts:
    """An invoice of a subscription as it is now.

    `tag` is the subscription's mark when the invoice was made (a snapshot); `change` its note of a change of plan under way.
    `reason`: the gateway's `billing_reason`. `payment`: the payment that counts, None where nothing was to be collected or
    nothing was tried. `decline_code` is the issuer's reason of the last failed attempt (`insufficient_funds`), or the error's
    code where the issuer gave none; `generic_decline` for what a thief could learn from. `needs_buyer`: the bank wants the buyer.
    `is_parked`: a draft that nobody collects by itself, as those of an `unpaid` subscription, or an open one that was never tried.
    """

    invoice: str
    state: InvoiceState
    subscription: str
    reason: str
    customer: str | None
    currency: str
    livemode: bool
    tag: Tag
    change: str | None
    lines: tuple[InvoiceLine, ...]
    subtotal_minor: int
    tax_minor: int
    total_minor: int
    paid_minor: int
    created_at: int
    paid_at: int | None = None
    payment: PaymentFacts | None = None
    number: str | None = None
    hosted_url: str | None = None
    pdf_url: str | None = None
    attempts: int = 0
    decline_code: str | None = None
    needs_buyer: bool = False
    is_finalization_failed: bool = False
    is_parked: bool = False


@dataclass(frozen=True, slots=True)
class PendingChange:
    """A change that waits for its payment at the gateway: until then nothing of it is true."""

    price: str | None
    expires_at: int


@dataclass(frozen=True, slots=True)
class SubscriptionFacts:
    """A subscription as it is now. Its status says nothing about money (V8): nothing is granted for it.

    `period` is the running one of its only item. `cancel_at` is set whether the buyer cancelled here or at the gateway's portal.
    """

    subscription: str
    status: str  # incomplete, incomplete_expired, active, past_due, unpaid, canceled, ...
    customer: str | None
    livemode: bool
    tag: Tag
    change: str | None
    item: str
    price: str
    period: tuple[int, int]
    anchor: int
    created_at: int
    cancel_at: int | None = None
    ended_at: int | None = None
    payment_method: str | None = None
    latest_invoice: str | None = None
    pending: PendingChange | None = None

    @property
    def is_live(self) -> bool:
        """Whether it may still charge anybody."""
        return self.status not in ("canceled", "incomplete_expired")


@dataclass(frozen=True, slots=True)
class PlanCharge:
    """What became of a change that was to be paid at once.

    `paid`: `invoice` has the facts, also where nothing was to be collected. `declined`: nothing of it is left at the gateway.
    `buyer`: the bank wants the buyer; `page_url` is where, until `expires_at`; without a page nothing is left, and a checkout is
    the way on. `unsettled`: made, and the payment is under way. `ended`: the subscription is over, and nothing was charged.
    """

    outcome: Literal["paid", "declined", "buyer", "unsettled", "ended"]
    subscription: SubscriptionFacts | None = None
    invoice: PlanInvoiceFacts | None = None
    decline_code: str | None = None
    page_url: str | None = None
    expires_at: int | None = None
