"""`PlanGateway` in memory, over the subscriptions of `tests.fakes.subscriptions`: what the adapter does with Stripe's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Literal

from lotbook.domain.sales.gateway import APP, CheckoutFacts, PaymentFacts, Tag
from lotbook.domain.sales.items import Tax
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.sales.subscription_facts import InvoiceLine, PlanCharge, PlanInvoiceFacts, SubscriptionFacts
from lotbook.domain.values.errors import BrokenInvariant
from tests.fakes.subscription_records import ASKS, ENDED, Bill, Price, Sub
from tests.fakes.subscriptions import REVIEWS, Subscriptions

CARD_GONE = "payment_method_not_found"


class FakePlans:
    """A part of `FakeGateway`. `plans` is the world behind it; tests move cards, settings, invoices and time there."""

    plans: Subscriptions

    def open_plans(self, clock: Any) -> None:
        self.plans = Subscriptions(clock, self.files)  # type: ignore[attr-defined]
        self.sent: dict[tuple[str, ...], Bill | PlanCharge] = {}  # what was answered, by idempotency key
        self.orders: dict[str, Purchase] = {}  # of pages in subscription mode

    # --- the port ----------------------------------------------------------------------------------------------------

    def plan_price(self, order: Purchase) -> str:
        plan = order.plan
        assert plan is not None
        assert plan.months
        with self._call("plan_price"):
            name = f"price_{order.policy_id}_v{order.policy_version}_{plan.plan_id}_{order.currency}"
            made = self.plans.prices.setdefault(name, Price(name, plan.price_minor, plan.months, order.currency))
            if (made.amount_minor, made.months) != (plan.price_minor, plan.months):
                raise BrokenInvariant(f"{name} is another price at the gateway")
            return name

    def tax_rate(self, tax: Tax) -> str:
        with self._call("tax_rate"):
            name = f"txr_{tax.name}_{tax.rate.normalize()}"
            self.plans.rates[name] = tax.rate
            return name

    def subscription(self, subscription: str) -> SubscriptionFacts | None:
        with self._call("subscription"):
            found = self.plans.subs.get(subscription)
            return None if found is None else found.facts()

    def subscriptions(self, customer: str) -> tuple[SubscriptionFacts, ...]:
        with self._call("subscriptions"):
            found = [sub.facts() for sub in self.plans.subs.values() if sub.customer == customer]
            return tuple(reversed(found))

    def plan_invoice(self, invoice: str) -> PlanInvoiceFacts | None:
        with self._call("plan_invoice"):
            found = self.plans.bills.get(invoice)
            return None if found is None else found.facts()

    def plan_invoices(self, subscription: str, since: int) -> tuple[PlanInvoiceFacts, ...]:
        with self._call("plan_invoices"):
            found = (bill for bill in self.plans.bills.values() if bill.sub.name == subscription)
            return tuple(
                _listed(bill.facts()) for bill in reversed(list(found)) if bill.created_at >= since // 1_000 * 1_000
            )

    def invoice_of_payment(self, payment_intent: str) -> PlanInvoiceFacts | None:
        with self._call("invoice_of_payment"):
            found = self._bill_of(payment_intent)
            return None if found is None else found.facts()

    def start_plan(self, order: Purchase, customer: str, payment_method: str) -> PlanCharge:
        key = "start", order.purchase_id, customer, payment_method
        with self._call("start_plan"):
            if key not in self.sent:
                self._needs(customer)
                self.sent[key] = self._refused(customer, payment_method) or self._start(order, customer, payment_method)
            return self._charge_of(self.sent[key])

    def change_plan(self, order: Purchase, payment_method: str, *, may_wait: bool) -> PlanCharge:
        assert order.move is not None
        key = "change", order.purchase_id, payment_method, str(may_wait)
        with self._call("change_plan"):
            if key not in self.sent:
                sub = self.plans.subs[order.move.subscription or ""]
                if sub.status in ENDED:
                    return PlanCharge("ended", sub.facts())
                sub.follows = None
                refused = self._gone(sub.customer, payment_method) if may_wait else None
                refused = refused or (None if may_wait else self._refused(sub.customer, payment_method))
                self.sent[key] = refused or self._change(order, sub, payment_method, may_wait=may_wait)
            return self._charge_of(self.sent[key])

    def note_change(self, subscription: str, change: str | None) -> None:
        with self._call("note_change"):
            self.plans.subs[subscription].change = change

    def swap_plan(self, subscription: str, item: str, price: str, key: str) -> None:
        with self._call("swap_plan"):
            sub = self.plans.subs[subscription]
            assert sub.item == item
            if sub.status in ENDED:
                return
            sub.follows = None
            if ("swap", subscription, key) in self.sent:
                return
            wanted = self.plans.prices[price]
            if wanted.months != sub.price.months:
                raise BrokenInvariant("another interval begins a new period")
            self.sent["swap", subscription, key] = PlanCharge("paid")
            sub.price = wanted
            self.plans.tell("customer.subscription.updated", sub)

    def schedule_plan(self, subscription: str, price: str, *, months: int, at: int) -> None:
        with self._call("schedule_plan"):
            sub, wanted = self.plans.subs[subscription], self.plans.prices[price]
            assert wanted.months == months
            if sub.status not in ENDED and sub.period[1] == at:
                sub.follows = wanted
                self.plans.tell("customer.subscription.updated", sub)

    def end_schedule(self, subscription: str) -> None:
        with self._call("end_schedule"):
            self.plans.subs[subscription].follows = None

    def set_ending(self, subscription: str, *, ends: bool, key: str) -> None:
        with self._call("set_ending"):
            sub = self.plans.subs[subscription]
            if sub.status not in ENDED and ends != (sub.cancel_at is not None):
                sub.follows = None
                self._end_at(sub, ends=ends)

    def end_subscription(self, subscription: str) -> None:
        with self._call("end_subscription"):
            sub = self.plans.subs[subscription]
            if sub.status not in ENDED:
                self.plans.end(sub)

    def void_invoice(self, invoice: str) -> PlanInvoiceFacts:
        with self._call("void_invoice"):
            bill = self.plans.bills[invoice]
            if bill.state == "draft":
                bill.auto = False
                self.plans.finalize(bill)
            if bill.state in ("open", "uncollectible"):
                self.plans.void(bill)
            return bill.facts()

    def pay_invoice(self, invoice: str, payment_method: str) -> PlanInvoiceFacts:
        key = "pay", invoice, payment_method
        with self._call("pay_invoice"):
            bill = self.plans.bills[invoice]
            has_card = self._has(bill.sub.customer, payment_method)
            if bill.state == "draft" and not bill.auto:
                self.plans.finalize(bill)
            if key not in self.sent and has_card and bill.state in ("open", "uncollectible"):
                self.sent[key] = bill
                self.plans.charge(bill, payment_method, off_session=True, parks=False)
            return bill.facts()

    def use_card(self, subscription: str, payment_method: str) -> None:
        with self._call("use_card"):
            sub = self.plans.subs[subscription]
            if sub.status not in ENDED and self._has(sub.customer, payment_method):
                sub.card = payment_method
                self.plans.tell("customer.subscription.updated", sub)

    # --- the world ---------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Everything that is due by the clock happens, each thing at its own instant; every call does this first."""
        with self.plans.lock:
            self.plans.run_due()

    def let_card(self, payment_method: str, does: str | None) -> None:
        """What the card does from now on: an issuer's code (it is declined with it), `ASKS`, `REVIEWS`, None (it pays)."""
        self.tick()
        if does is None:
            self.plans.does.pop(payment_method, None)
        else:
            self.plans.does[payment_method] = does

    def portal_cancel(self, subscription: str) -> None:
        """The buyer cancels in the gateway's own portal: `cancel_at` alone."""
        self.tick()
        sub = self.plans.subs[subscription]
        sub.cancel_at, sub.moves_end = sub.period[1], False
        self.plans.tell("customer.subscription.updated", sub)

    def pay_page(self, invoice: str, payment_method: str, *, authenticated: bool = True) -> bool:
        """The buyer pays an open invoice on its hosted page, there with the bank's check."""
        self.tick()
        bill = self.plans.bills[invoice]
        assert bill.state in ("open", "uncollectible")
        return self.plans.charge(bill, payment_method, authenticated=authenticated)

    def operator(self, does: Literal["void", "give_up"], invoice: str) -> None:
        """Somebody voids an invoice at the dashboard, or gives it up."""
        self.tick()
        getattr(self.plans, does)(self.plans.bills[invoice])

    def decide_payment(self, invoice: str, *, succeeded: bool) -> None:
        """The payment that was in review is decided."""
        self.tick()
        self.plans.decide(self.plans.bills[invoice], succeeded=succeeded)

    def totals_of_page(self, order: Purchase) -> dict[str, Any]:
        """The sums of a page in subscription mode: lines before the discount, which is a coupon there, and tax after it."""
        off = order.move.discount_minor if order.move else 0
        subtotal = sum(line.amount_minor for line in order.lines if line.amount_minor > 0)
        tax = order.tax.amount_minor if order.tax else 0
        sums = {
            "subtotal_minor": subtotal,
            "discount_minor": off,
            "tax_minor": tax,
            "total_minor": subtotal - off + tax,
        }
        return {"mode": "subscription", **sums}

    def subscribe_by_page(self, facts: CheckoutFacts, payment_method: str | None) -> CheckoutFacts:
        """The buyer pays a page in subscription mode; with a card that the bank refuses the page stays open, unpaid."""
        order = self.orders[facts.session]
        customer = facts.customer or ""
        card = payment_method or self.put_on_file(customer, self.plans.now)  # type: ignore[attr-defined]
        bill = self._subscribe(order, customer, card, by_page=True)
        if not self.plans.charge(bill, card, authenticated=True):
            return facts
        return replace(
            facts,
            state="complete",
            payment_state="paid",
            url=None,
            payment=bill.payment_facts(),
            invoice=bill.name,
            invoice_number=bill.facts().number,
            subscription=bill.sub.name,
        )

    # --- inside ------------------------------------------------------------------------------------------------------

    @contextmanager
    def _call(self, operation: str) -> Iterator[None]:
        """One call: before it whatever is due happens; a planned fault comes before it or after its effect."""
        self._fail(operation, "before")
        with self.plans.lock:
            self.plans.run_due()
            yield
        self._fail(operation, "after")

    def _start(self, order: Purchase, customer: str, card: str) -> Bill:
        bill = self._subscribe(order, customer, card)
        if bill.state == "open":
            self.plans.charge(bill, card)
        return bill

    def _subscribe(self, order: Purchase, customer: str, card: str, *, by_page: bool = False) -> Bill:
        assert order.plan is not None
        assert order.plan.price is not None
        now, price = self.plans.now, self.plans.prices[order.plan.price]
        sub = Sub(
            name=self.plans.name("sub"),
            customer=customer,
            tag=Tag(APP, self.deployment.stage, order.account_id, order.purchase_id),  # type: ignore[attr-defined]
            price=price,
            anchor=now,
            created_at=now,
            item=self.plans.name("si"),
            card=card,
            rate=order.move.tax_rate if order.move else None,
        )
        # A page's extra lines are of one instant, and its discount is a coupon; else both are of the first period.
        extras = [line.amount_minor for line in order.lines[1:] if line.amount_minor > 0]
        period = (now, now) if by_page else sub.period
        more = [InvoiceLine(self.plans.name("price"), amount, False, period) for amount in extras]
        if order.move and order.move.discount_minor:
            price_of_it = None if by_page else self.plans.name("price")
            more.append(InvoiceLine(price_of_it, -order.move.discount_minor, False, sub.period))
        return self.plans.subscribe(sub, tuple(more))

    def _change(self, order: Purchase, sub: Sub, card: str, *, may_wait: bool) -> Bill | PlanCharge:
        assert order.plan is not None
        assert order.plan.price is not None
        assert order.move is not None
        price = self.plans.prices[order.plan.price]
        if sub.waiting:
            self.plans.void(self.plans.bills[sub.waiting.invoice])
        sub.card = card
        after = replace(sub, price=price, anchor=self.plans.now, cycles=1)
        off = order.move.discount_minor
        more = (InvoiceLine(self.plans.name("price"), -off, False, after.period),) if off else ()
        restart = self.plans.restart_if_paid if may_wait else self.plans.restart
        bill = restart(sub, price, more)
        if bill.state == "open":
            self.plans.charge(bill, card)
        if bill.state == "open" and bill.payment_state == "requires_payment_method":
            why = bill.refused_with
            self.plans.void(bill)
            return PlanCharge("declined", sub.facts(), decline_code=why)
        if bill.state == "paid" and sub.cancel_at is not None:
            self._end_at(sub, ends=False)
        return bill

    def _charge_of(self, answer: Bill | PlanCharge) -> PlanCharge:
        """What became of it by now; an answer that left nothing stays what it was."""
        if isinstance(answer, PlanCharge):
            return answer
        sub, invoice = answer.sub.facts(), answer.facts()
        if invoice.state == "paid":
            return PlanCharge("paid", sub, invoice)
        if invoice.state == "void":
            return PlanCharge("declined", sub, decline_code=invoice.decline_code)
        if sub.pending and invoice.needs_buyer:
            return PlanCharge("buyer", sub, invoice, ASKS, invoice.hosted_url, expires_at=sub.pending.expires_at)
        return PlanCharge("unsettled", sub, invoice)

    def _refused(self, customer: str, card: str) -> PlanCharge | None:
        """A card that does not pay now, with the buyer not at the bank's page."""
        does = self.plans.does.get(card)
        if (gone := self._gone(customer, card)) or does is None or does == REVIEWS:
            return gone
        return PlanCharge("buyer" if does == ASKS else "declined", decline_code=does)

    def _gone(self, customer: str, card: str) -> PlanCharge | None:
        return None if self._has(customer, card) else PlanCharge("declined", decline_code=CARD_GONE)

    def _has(self, customer: str, card: str) -> bool:
        file = self.files.get(customer)  # type: ignore[attr-defined]
        return file is not None and file.find(card) is not None

    def _end_at(self, sub: Sub, *, ends: bool) -> None:
        sub.cancel_at, sub.moves_end = (sub.period[1], True) if ends else (None, False)
        self.plans.tell("customer.subscription.updated", sub)

    def _bill_of(self, payment_intent: str) -> Bill | None:
        found = (bill for bill in self.plans.bills.values() if bill.payment == payment_intent)
        return next(found, None)

    def _payment_of_plan(self, payment_intent: str) -> PaymentFacts | None:
        bill = self._bill_of(payment_intent)
        return None if bill is None else bill.payment_facts()

    def _needs(self, customer: str) -> None:
        raise NotImplementedError

    def _fail(self, operation: str, moment: str) -> None:
        raise NotImplementedError


def _listed(facts: PlanInvoiceFacts) -> PlanInvoiceFacts:
    """An invoice as a list tells it: of one that is decided not the card, nor why a payment failed before."""
    if facts.state not in ("paid", "void"):
        return facts
    payment = None if facts.payment is None else replace(facts.payment, payment_method=None, decline_code=None)
    return replace(facts, payment=payment, decline_code=None)
