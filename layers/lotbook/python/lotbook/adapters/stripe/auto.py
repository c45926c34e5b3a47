"""Implements `ports.AutoGateway` with Stripe: an invoice of its own, paid off session. Four calls, each with a key of ours.

Only making a draft and its lines could happen twice: an invoice is finalized, paid or void once, whoever asks how often.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe import auto_requests as requests
from lotbook.adapters.stripe import keys
from lotbook.adapters.stripe.cards import StripeCards
from lotbook.adapters.stripe.client import MISSING, UNCERTAIN_CODES
from lotbook.adapters.stripe.events import subscription_mark, tag_of
from lotbook.adapters.stripe.facts import id_of
from lotbook.adapters.stripe.plan_facts import collection, summed
from lotbook.adapters.stripe.plan_reads import StripePlanReads
from lotbook.adapters.stripe.plan_requests import RETRIEVE_INVOICE
from lotbook.domain.sales.auto_charges import AutoCharge, AutoState, CardGone, fits, nothing_made
from lotbook.domain.sales.gateway import CustomerGone
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.instants import SECOND
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase


class StripeAuto(StripeCards, StripePlanReads):
    """The part of `ports.Gateway` that charges without the buyer."""

    def charge(self, order: Purchase, card: str, *, may_replay: bool) -> AutoCharge:
        """Every step says the same when it is sent again; the invoice is read at the end, whatever the answers were."""
        if not may_replay:
            found = self.found(order)
            return nothing_made(order) if found is None else self._closed(found)
        invoice = self._draft(order)
        charge = nothing_made(order) if invoice is None else self._opened(order, invoice)
        if charge.state != "open" or invoice is None:
            return charge
        if not fits(order, charge):
            self.void(invoice)
            raise BrokenInvariant(f"{invoice} is not what {order.purchase_id} says")
        refused = self._pay(order, card, invoice)
        charge = self._charge(order, invoice)
        if refused is None and charge.decline_code is None:
            return charge
        charge = self._closed(charge)
        if refused is None or charge.state != "void":
            return charge
        if self._card_file(order.customer or "").find(card) is None:
            raise CardGone(card)
        raise BrokenInvariant(f"the gateway does not pay {invoice}: {refused}")

    def found(self, order: Purchase) -> AutoCharge | None:
        """Lists are consistent, searches are not. None where Stripe lists nothing of a customer that is gone."""
        if order.gateway_refs.invoice is not None:
            return self._retrieved(order.gateway_refs.invoice)
        if order.customer is None:
            return None
        try:
            for each in self._pages(lambda client, after: client.v1.invoices.list(_find(order, after)), order.customer):
                tag = tag_of(each)
                if tag.is_of(self._deployment) and tag.purchase_id == order.purchase_id and not subscription_mark(each):
                    return self._retrieved(each["id"])
        except CustomerGone:
            return None
        return None

    def void(self, invoice: str) -> AutoCharge:
        """A draft of ours is of no subscription: it is deleted, and then there is nothing to read of it."""
        found = self._calls.call(lambda client: client.v1.invoices.retrieve(invoice)).to_dict()
        if found["status"] == "draft":
            deleted = keys.options(self._deployment, "void", invoice, "draft")
            if self._try(lambda client: client.v1.invoices.delete(invoice, {}, deleted)):
                return replace(auto_charge(found), state="void")
        options = keys.options(self._deployment, "void", invoice)
        self._try(lambda client: client.v1.invoices.void_invoice(invoice, {}, options))
        charge = self._retrieved(invoice)
        if charge is None:
            raise BrokenInvariant(f"{invoice} is no invoice any more")
        return charge

    def _draft(self, order: Purchase) -> str | None:
        """The name of the order's invoice, with all its lines on it; None where it was deleted again (`void`)."""
        if order.customer is None:
            raise BrokenInvariant(f"{order.purchase_id} names no customer")
        rates = [self.tax_rate(order.tax)] if order.tax and order.tax.amount_minor else []
        params: Any = requests.invoice(order, self._deployment)
        options = self._key(order, "create")
        made = self._calls.call_for(
            order.customer,
            lambda client: client.v1.invoices.create(params, options),
        ).id
        return made if all(self._add(order, number, made, rates) for number in range(len(order.lines))) else None

    def _add(self, order: Purchase, number: int, invoice: str, rates: list[str]) -> bool:
        """Whether the draft is there to have it."""
        params: Any = requests.item(order, number, invoice, rates)
        options = self._key(order, f"item{number}")

        def add(client: stripe.StripeClient) -> bool:
            try:
                client.v1.invoice_items.create(params, options)
            except stripe.InvalidRequestError as error:
                if (error.code, error.param) == (MISSING, "invoice"):
                    return False
                raise
            return True

        return self._calls.call_for(order.customer or "", add)

    def _opened(self, order: Purchase, invoice: str) -> AutoCharge:
        """An open invoice that nobody collects by itself; one that was decided meanwhile as it is."""
        params: Any = requests.PARKED
        options = self._key(order, "finalize")
        self._try(lambda client: client.v1.invoices.finalize_invoice(invoice, params, options))
        return self._charge(order, invoice)

    def _pay(self, order: Purchase, card: str, invoice: str) -> str | None:
        """One try; why Stripe calls it invalid, if it does. What the card said is read from the invoice."""
        params: Any = requests.pay(card)
        options = self._key(order, "pay", card)

        def pay(client: stripe.StripeClient) -> str | None:
            try:
                client.v1.invoices.pay(invoice, params, options)
            except stripe.CardError:
                return None
            except stripe.InvalidRequestError as error:
                if error.code in UNCERTAIN_CODES:
                    raise
                return f"{error.code} {error.param}"
            return None

        return self._calls.call(pay)

    def _closed(self, charge: AutoCharge) -> AutoCharge:
        """Void, if it could be paid still and nobody is about to."""
        return self.void(charge.invoice) if charge.state == "open" else charge

    def _charge(self, order: Purchase, invoice: str) -> AutoCharge:
        found = self._retrieved(invoice)
        return nothing_made(order) if found is None else found

    def _retrieved(self, invoice: str) -> AutoCharge | None:
        params: Any = RETRIEVE_INVOICE
        found = self._find(lambda client: client.v1.invoices.retrieve(invoice, params))
        return None if found is None else auto_charge(found)

    def _key(self, order: Purchase, *step: str) -> Any:
        return keys.options(self._deployment, "auto", order.purchase_id, *step)


def _find(order: Purchase, after: str | None) -> Any:
    return requests.find(order, after)


def is_automatic(invoice: dict[str, Any]) -> bool:
    """Whether it is of an automatic purchase: that of a page bears the mark of its purchase, too."""
    return (invoice.get("metadata") or {}).get(requests.KIND) == requests.AUTOMATIC


def auto_charge(found: dict[str, Any]) -> AutoCharge:
    """An invoice, with its payments where they are expanded, as the charge of an automatic purchase."""
    told = collection(found)
    payment = told["payment"]
    return AutoCharge(
        state=_state(found["status"], told),
        invoice=found["id"],
        payment_intent=payment.payment_intent if payment else None,
        card=payment.payment_method if payment else None,
        decline_code=told["decline_code"],
        page_url=told["hosted_url"],
        subtotal_minor=found["subtotal"],
        tax_minor=summed(found.get("total_taxes")),
        total_minor=found["total"],
        received_minor=payment.received_minor if payment else 0,
        currency=found["currency"],
        customer=id_of(found.get("customer")),
        livemode=found["livemode"] is True,
        tag=tag_of(found),
        created_at=found["created"] * SECOND,
        paid_at=told["paid_at"],
        number=told["number"],
    )


def _state(status: str, told: dict[str, Any]) -> AutoState:
    if status == "paid":
        return "paid"
    if status == "void":
        return "declined" if told["decline_code"] else "void"
    if told["needs_buyer"]:
        return "buyer"
    return "processing" if told["payment"] and told["payment"].state == "processing" else "open"
