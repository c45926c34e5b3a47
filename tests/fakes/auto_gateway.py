"""`AutoGateway` in memory: invoices without a subscription, charged to a card off session; what the adapter does with Stripe's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from lotbook.domain.sales.auto_charges import AutoCharge, AutoState, CardGone, nothing_made
from lotbook.domain.sales.gateway import APP, CustomerGone, EventHint, PaymentFacts, Tag
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.errors import BrokenInvariant
from tests.fakes.subscription_records import ASKS
from tests.fakes.subscriptions import REVIEWS, Subscriptions


@dataclass
class AutoBill:
    """One invoice. `steps`: which of the keys were used."""

    name: str
    order: Purchase
    tag: Tag
    created_at: int
    subtotal: int = 0
    tax: int = 0
    state: str = "draft"
    payment: str | None = None
    payment_state: str = "requires_payment_method"
    card: str | None = None
    refused_with: str | None = None
    attempts: int = 0
    paid_at: int | None = None
    steps: set[str] = field(default_factory=set)

    @property
    def waits_for_buyer(self) -> bool:
        return self.state == "open" and (self.payment_state == "requires_action" or self.refused_with == ASKS)

    def payment_facts(self) -> PaymentFacts | None:
        """None where nothing was tried."""
        if self.payment is None or not self.attempts:
            return None
        got = self.subtotal + self.tax if self.payment_state == "succeeded" else 0
        code = None if self.refused_with is None else ASKS if self.refused_with == ASKS else "card_declined"
        return PaymentFacts(self.payment, self.payment_state, self.order.currency, got, code, self.card, self.paid_at)

    def facts(self) -> AutoCharge:
        payment = self.payment_facts()
        return AutoCharge(
            state=self._told(),
            invoice=self.name,
            payment_intent=payment.payment_intent if payment else None,
            card=payment.payment_method if payment else None,
            decline_code=self.refused_with,
            page_url=None if self.state in ("draft", "deleted") else f"https://pay.example/{self.name}",
            subtotal_minor=self.subtotal,
            tax_minor=self.tax,
            total_minor=self.subtotal + self.tax,
            received_minor=payment.received_minor if payment else 0,
            currency=self.order.currency,
            customer=self.order.customer,
            livemode=False,
            tag=self.tag,
            created_at=self.created_at,
            paid_at=self.paid_at,
            number=None if self.state in ("draft", "deleted") else f"N-{self.name}",
        )

    def _told(self) -> AutoState:
        if self.state == "paid":
            return "paid"
        if self.state == "deleted":
            return "void"
        if self.state == "void":
            return "declined" if self.refused_with else "void"
        if self.waits_for_buyer:
            return "buyer"
        return "processing" if self.payment_state == "processing" else "open"


class FakeAuto:
    """A part of `FakeGateway`. Each step of a charge may lose its answer: `later["auto.pay"] = ["after"]`, and so on."""

    plans: Subscriptions
    autos: dict[str, AutoBill]

    def open_auto(self) -> None:
        self.autos = {}
        self.tried: list[tuple[str, str]] = []  # purchase and card of every attempt at the bank, in order

    # --- the port ----------------------------------------------------------------------------------------------------

    def charge(self, order: Purchase, card: str, *, may_replay: bool) -> AutoCharge:
        with self._asked("charge"):
            if not may_replay:
                found = self._auto_of(order)
                return nothing_made(order) if found is None else self._closed(found).facts()
            bill = self._draft(order)
            if bill.state == "deleted":
                return nothing_made(order)
            if bill.state == "draft":
                bill.state, bill.payment = "open", self.plans.name("pi")
            self._step("auto.finalize")
            if bill.facts().state != "open":
                return bill.facts()
            if (bill.subtotal, bill.order.currency) != (order.subtotal_minor, order.currency):
                raise BrokenInvariant(f"{bill.name} is not what {order.purchase_id} says")
            if not self._is_on_file(order, card):
                self._void(bill)
                if order.customer in self.gone:  # type: ignore[attr-defined]
                    raise CustomerGone(order.customer or "")
                raise CardGone(card)
            self._pay(bill, card)
            return (self._closed(bill) if bill.refused_with else bill).facts()

    def found(self, order: Purchase) -> AutoCharge | None:
        with self._asked("found"):
            bill = self._auto_of(order)
            return None if bill is None else bill.facts()

    def void(self, invoice: str) -> AutoCharge:
        with self._asked("void"):
            bill = self.autos[invoice]
            self._void(bill)
            return bill.facts()

    # --- the world ---------------------------------------------------------------------------------------------------

    def pay_auto(self, invoice: str, card: str, *, authenticated: bool = True) -> bool:
        """The buyer pays an open invoice on its hosted page."""
        bill = self.autos[invoice]
        assert bill.state == "open"
        return self._attempt(bill, card, authenticated=authenticated)

    def decide_auto(self, invoice: str, *, succeeded: bool) -> None:
        """The payment that was in review is decided."""
        bill = self.autos[invoice]
        assert bill.payment_state == "processing"
        if succeeded:
            self._got(bill)
        else:
            bill.payment_state, bill.card, bill.refused_with = "requires_payment_method", None, "generic_decline"
            self._tell("invoice.payment_failed", bill)

    def void_auto(self, invoice: str) -> None:
        """Somebody voids it at the dashboard."""
        self._void(self.autos[invoice])

    # --- inside ------------------------------------------------------------------------------------------------------

    def _draft(self, order: Purchase) -> AutoBill:
        if order.customer is None:
            raise BrokenInvariant(f"{order.purchase_id} names no customer")
        bill = next((each for each in self.autos.values() if each.order.purchase_id == order.purchase_id), None)
        if bill is None:
            self._needs(order.customer)
            tag = Tag(APP, self.deployment.stage, order.account_id, order.purchase_id)  # type: ignore[attr-defined]
            bill = AutoBill(self.plans.name("in"), order, tag, self.plans.now)
            self.autos[bill.name] = bill
        self._step("auto.create")
        for number, line in enumerate(order.lines):
            if f"item{number}" not in bill.steps:
                bill.steps.add(f"item{number}")
                bill.subtotal += line.amount_minor
                if order.tax and order.tax.amount_minor:
                    bill.tax += self.plans.tax_of(line.amount_minor, order.tax.rate, order.currency)
            self._step(f"auto.item{number}")
        return bill

    def _pay(self, bill: AutoBill, card: str) -> None:
        if f"pay:{card}" not in bill.steps:
            bill.steps.add(f"pay:{card}")
            self._attempt(bill, card)
        self._step("auto.pay")

    def _attempt(self, bill: AutoBill, card: str, *, authenticated: bool = False) -> bool:
        self.tried.append((bill.order.purchase_id, card))
        bill.attempts += 1
        does = self.plans.does.get(card)
        if does == REVIEWS:
            bill.payment_state, bill.card, bill.refused_with = "processing", card, None
            return False
        if does is None or (does == ASKS and authenticated):
            bill.card, bill.refused_with = card, None
            self._got(bill)
            return True
        bill.payment_state, bill.card, bill.refused_with = "requires_payment_method", None, does
        self._tell("invoice.payment_action_required" if does == ASKS else "invoice.payment_failed", bill)
        return False

    def _got(self, bill: AutoBill) -> None:
        bill.state, bill.payment_state, bill.paid_at = "paid", "succeeded", self.plans.now
        self._tell("invoice.paid", bill)

    def _closed(self, bill: AutoBill) -> AutoBill:
        if bill.facts().state == "open":
            self._void(bill)
            self._step("auto.void")
        return bill

    def _void(self, bill: AutoBill) -> None:
        if bill.state == "draft":
            bill.state = "deleted"
        elif bill.state == "open":
            bill.state, bill.payment_state = "void", "canceled"
            self._tell("invoice.voided", bill)

    def _auto_of(self, order: Purchase) -> AutoBill | None:
        made = (each for each in self.autos.values() if each.state != "deleted")
        return next((each for each in made if each.order.purchase_id == order.purchase_id), None)

    def _is_on_file(self, order: Purchase, card: str) -> bool:
        file = self.files.get(order.customer or "")  # type: ignore[attr-defined]
        return file is not None and file.find(card) is not None

    def auto_payment(self, payment_intent: str) -> AutoBill | None:
        """The invoice that a payment paid."""
        return next((each for each in self.autos.values() if each.payment == payment_intent), None)

    def _tell(self, kind: str, bill: AutoBill) -> None:
        event = EventHint(self.plans.name("evt"), kind, False, None, "invoice", bill.name, None, bill.tag)
        self.plans.events.append(event)

    def _step(self, name: str) -> None:
        """A call of the gateway's own has had its effect; its answer may be lost."""
        self._fail(name, "after")

    @contextmanager
    def _asked(self, operation: str) -> Iterator[None]:
        self._fail(operation, "before")
        with self.plans.lock:
            self.plans.run_due()
            yield
        self._fail(operation, "after")

    def _needs(self, customer: str) -> None:
        raise NotImplementedError

    def _fail(self, operation: str, moment: str) -> None:
        raise NotImplementedError
