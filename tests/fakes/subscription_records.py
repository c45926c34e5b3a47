"""What the gateway in memory keeps of subscriptions: prices, subscriptions, invoices, and each as the facts that the port tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lotbook.domain.sales.gateway import PaymentFacts, Tag
from lotbook.domain.sales.subscription_facts import InvoiceLine, PendingChange, PlanInvoiceFacts, SubscriptionFacts
from lotbook.domain.values.calendar import add_months
from lotbook.domain.values.instants import HOUR

ASKS = "authentication_required"  # the bank wants the buyer, every time
ENDED = ("canceled", "incomplete_expired")
INCOMPLETE = 23 * HOUR


@dataclass
class Price:
    name: str
    amount_minor: int
    months: int
    currency: str


@dataclass
class Waiting:
    """A change that waits for its invoice."""

    invoice: str
    price: Price
    anchor: int
    expires_at: int


@dataclass
class Sub:
    name: str
    customer: str
    tag: Tag
    price: Price
    anchor: int
    created_at: int
    item: str
    card: str | None
    rate: str | None
    status: str = "incomplete"
    cycles: int = 1
    change: str | None = None
    cancel_at: int | None = None
    moves_end: bool = False  # `cancel_at_period_end`: the end moves with the period
    ended_at: int | None = None
    latest: str | None = None
    waiting: Waiting | None = None
    follows: Price | None = None  # scheduled for the period's end, with periods of its own

    @property
    def period(self) -> tuple[int, int]:
        return self.boundary(self.cycles - 1), self.boundary(self.cycles)

    def boundary(self, cycles: int) -> int:
        return add_months(self.anchor, cycles * self.price.months)

    def due_at(self) -> int | None:
        """When it changes by itself."""
        if self.status == "incomplete":
            return self.created_at + INCOMPLETE
        if self.status in ENDED:
            return None
        waits = self.waiting.expires_at if self.waiting else None
        return min(each for each in (self.period[1], self.cancel_at, waits) if each is not None)

    def facts(self) -> SubscriptionFacts:
        return SubscriptionFacts(
            subscription=self.name,
            status=self.status,
            customer=self.customer,
            livemode=False,
            tag=self.tag,
            change=self.change,
            item=self.item,
            price=self.price.name,
            period=self.period,
            anchor=self.anchor,
            created_at=self.created_at,
            cancel_at=self.cancel_at,
            ended_at=self.ended_at,
            payment_method=self.card,
            latest_invoice=self.latest,
            pending=PendingChange(self.waiting.price.name, self.waiting.expires_at) if self.waiting else None,
        )


@dataclass
class Bill:
    """An invoice. `auto`: it goes on by itself at `next_at`."""

    name: str
    sub: Sub
    reason: str
    lines: tuple[InvoiceLine, ...]
    tax: int
    created_at: int
    tag: Tag
    change: str | None
    state: Any = "draft"
    auto: bool = False
    next_at: int | None = None
    tries: int = 0
    attempts: int = 0
    due: int = 0
    balance: int = 0  # what it took from the customer's balance
    paid_at: int | None = None
    payment: str | None = None
    payment_state: str = "requires_payment_method"
    card: str | None = None
    refused_with: str | None = None
    refused_for_good: str | None = None

    @property
    def total(self) -> int:
        return sum(line.amount_minor for line in self.lines) + self.tax

    @property
    def asks(self) -> bool:
        """Whether the bank wants the buyer."""
        return self.payment_state == "requires_action" or self.refused_with == ASKS

    def payment_facts(self) -> PaymentFacts | None:
        """None where nothing was to be collected or nothing was tried."""
        if self.payment is None or not self.attempts:
            return None
        got = self.due if self.payment_state == "succeeded" else 0
        code = None if self.refused_with is None else ASKS if self.refused_with == ASKS else "card_declined"
        return PaymentFacts(
            self.payment, self.payment_state, self.sub.price.currency, got, code, self.card, self.paid_at
        )

    def facts(self) -> PlanInvoiceFacts:
        is_final = self.state != "draft"
        return PlanInvoiceFacts(
            invoice=self.name,
            state=self.state,
            subscription=self.sub.name,
            reason=self.reason,
            customer=self.sub.customer,
            currency=self.sub.price.currency,
            livemode=False,
            tag=self.tag,
            change=self.change,
            lines=self.lines,
            subtotal_minor=self.total - self.tax,
            tax_minor=self.tax,
            total_minor=self.total,
            paid_minor=self.due if self.state == "paid" else 0,
            created_at=self.created_at,
            paid_at=self.paid_at,
            payment=self.payment_facts(),
            number=f"N-{self.name}" if is_final else None,
            hosted_url=f"https://pay.example/{self.name}" if is_final else None,
            pdf_url=f"https://pay.example/{self.name}/pdf" if is_final else None,
            attempts=self.attempts,
            decline_code=self.refused_with,
            is_parked=not self.auto and (self.state == "draft" or (self.state == "open" and not self.attempts)),
            needs_buyer=self.state in ("open", "uncollectible") and self.asks,
        )
