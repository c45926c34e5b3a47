"""What is charged to a subscription at once, with Stripe: the first period, a change of plan, an open invoice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe import keys
from lotbook.adapters.stripe import plan_requests as requests
from lotbook.adapters.stripe.client import AMOUNT_CODES, UNCERTAIN_CODES
from lotbook.adapters.stripe.facts import id_of
from lotbook.adapters.stripe.plan_facts import AUTHENTICATION, NEEDS_BUYER, reason_of, subscription_facts
from lotbook.adapters.stripe.schedules import StripeSchedules, let_go
from lotbook.domain.sales.subscription_facts import PlanCharge, PlanInvoiceFacts
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase

CARD_GONE = "payment_method_not_found"
CARD = "default_payment_method"
PAYABLE = ("open", "uncollectible")
# Refusals that are about nothing that a subscription's end could explain.
OTHER_CODES = UNCERTAIN_CODES | AMOUNT_CODES

Answered = dict[str, Any] | PlanCharge


class StripePlanChanges(StripeSchedules):
    """The part of `ports.PlanGateway` that charges cards."""

    def start_plan(self, order: Purchase, customer: str, payment_method: str) -> PlanCharge:
        """Refused, nothing is left: no subscription, and no invoice that anybody could pay later."""
        self._name_lines(order)
        params: Any = requests.start(order, customer, payment_method, self._deployment)
        options = keys.options(self._deployment, "plan", order.purchase_id, customer, payment_method)

        def ask(client: stripe.StripeClient) -> Answered:
            try:
                return client.v1.subscriptions.create(params, options).to_dict()
            except stripe.CardError as error:
                return _refused(error)
            except stripe.InvalidRequestError as error:
                if error.param == CARD:
                    return PlanCharge("declined", decline_code=CARD_GONE)
                raise

        return self._outcome(self._calls.call_for(customer, ask))

    def change_plan(self, order: Purchase, payment_method: str, *, may_wait: bool) -> PlanCharge:
        """One update, so that price, discount, anchor and money come together or not at all."""
        subscription = requests.move_of(order).subscription or ""
        self._name_lines(order)
        params: Any = requests.change(order, self._deployment, may_wait=may_wait)
        terms: Any = requests.terms(order, payment_method)
        whole: Any = {**params, **terms}
        how = "wait" if may_wait else "now"
        options = keys.options(self._deployment, "change", order.purchase_id, payment_method, how)

        def ask(client: stripe.StripeClient) -> Answered:
            try:
                let_go(client, subscription)
                if may_wait:
                    client.v1.subscriptions.update(subscription, terms)
                    return client.v1.subscriptions.update(subscription, params, options).to_dict()
                return client.v1.subscriptions.update(subscription, whole, options).to_dict()
            except stripe.CardError as error:
                return _refused(error)
            except stripe.InvalidRequestError as error:
                return _explained(client, subscription, error)

        charge = self._outcome(self._calls.call(ask))
        if charge.outcome == "declined" and charge.invoice is not None and charge.invoice.state in PAYABLE:
            voided = self.void_invoice(charge.invoice.invoice)
            charge = self._judged(subscription, voided)
        return charge

    def make_coupon(self, order: Purchase) -> None:
        """The discount of an order's page, which takes no line below nothing."""
        params: Any = requests.coupon(order, self._deployment)
        options = keys.options(self._deployment, "coupon", order.purchase_id)
        self._make(lambda client: client.v1.coupons.create(params, options))

    def pay_invoice(self, invoice: str, payment_method: str) -> PlanInvoiceFacts:
        """A refusal, or an invoice that cannot be paid any more, shows in the facts."""
        facts = self._invoice(invoice)
        if facts.is_parked and facts.state == "draft":
            facts = self._finalized(invoice)
        if facts.state not in PAYABLE:
            return facts
        params: Any = {"payment_method": payment_method, "off_session": True}
        options = keys.options(self._deployment, "pay", invoice, payment_method)
        self._try(lambda client: client.v1.invoices.pay(invoice, params, options))
        return self._invoice(invoice)

    def void_invoice(self, invoice: str) -> PlanInvoiceFacts:
        """A draft of a subscription cannot be deleted: it is finalized without being collected, and then void."""
        facts = self._invoice(invoice)
        if facts.state == "draft":
            facts = self._finalized(invoice)
        if facts.state in PAYABLE:
            options = keys.options(self._deployment, "void", invoice)
            self._try(lambda client: client.v1.invoices.void_invoice(invoice, {}, options))
            facts = self._invoice(invoice)
        return facts

    def _finalized(self, invoice: str) -> PlanInvoiceFacts:
        """A draft as an open invoice that nobody collects by itself."""
        params: Any = {"auto_advance": False}
        options = keys.options(self._deployment, "finalize", invoice)
        self._try(lambda client: client.v1.invoices.finalize_invoice(invoice, params, options))
        return self._invoice(invoice)

    def _outcome(self, answered: Answered) -> PlanCharge:
        """What became of it by now: the answer may be one that was kept for a day."""
        if isinstance(answered, PlanCharge):
            return answered
        subscription = answered["id"]
        charge = self._judged(subscription, self._invoice(id_of(answered["latest_invoice"]) or ""))
        if charge.outcome == "paid" and _by_portal(answered):
            self._go_on(answered)
            charge = replace(charge, subscription=self.subscription(subscription))
        return charge

    def _go_on(self, answered: dict[str, Any]) -> None:
        """A cancellation at Stripe's own portal does not move with the period: it would end what was just paid for.

        Only the one that stood when the change was answered: an answer may be kept for a day, and the buyer cancel meanwhile.
        """
        params: Any = {"cancel_at": ""}

        def clear(client: stripe.StripeClient) -> None:
            found = client.v1.subscriptions.retrieve(answered["id"]).to_dict()
            if _by_portal(found) == _by_portal(answered):
                client.v1.subscriptions.update(answered["id"], params)

        self._calls.call(clear)

    def _judged(self, subscription: str, invoice: PlanInvoiceFacts) -> PlanCharge:
        found = self.subscription(subscription)
        if invoice.state == "paid":
            return PlanCharge("paid", found, invoice)
        if invoice.state == "void":
            return PlanCharge("declined", found, decline_code=invoice.decline_code)
        if invoice.needs_buyer and found is not None and found.pending is not None:
            waits = found.pending.expires_at
            return PlanCharge("buyer", found, invoice, AUTHENTICATION, invoice.hosted_url, expires_at=waits)
        if invoice.decline_code is not None and invoice.payment and invoice.payment.state != "processing":
            return PlanCharge("declined", found, invoice, invoice.decline_code)
        return PlanCharge("unsettled", found, invoice)

    def _name_lines(self, order: Purchase) -> None:
        """Lines that stand once are of products of their own, so that the invoice calls them what they are."""
        for name, _ in requests.once_lines(order):
            self._product(name, requests.product_id(self._deployment, "once", name))


def _refused(error: stripe.CardError) -> PlanCharge:
    if error.code in NEEDS_BUYER:
        return PlanCharge("buyer", decline_code=AUTHENTICATION)
    told = error.json_body.get("error") if isinstance(error.json_body, dict) else None
    return PlanCharge("declined", decline_code=reason_of({"code": error.code, **(told or {})}))


def _by_portal(found: dict[str, Any]) -> int | None:
    """When it ends by a cancellation that does not move with the period, in seconds."""
    return None if found.get("cancel_at_period_end") else found.get("cancel_at")


def _explained(client: stripe.StripeClient, subscription: str, error: stripe.InvalidRequestError) -> PlanCharge:
    """Why a change cannot be: the subscription has ended, or the card is not there. Raises what has no such reason."""
    if error.code in OTHER_CODES:
        raise error
    found = subscription_facts(client.v1.subscriptions.retrieve(subscription).to_dict())
    if not found.is_live:
        return PlanCharge("ended", found)
    if error.param == CARD:
        return PlanCharge("declined", decline_code=CARD_GONE)
    raise error
