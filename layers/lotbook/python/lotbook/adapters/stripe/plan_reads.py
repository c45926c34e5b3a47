"""Subscriptions and their invoices as Stripe has them, and the products, prices and tax rates that they are made of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe import keys
from lotbook.adapters.stripe import plan_requests as requests
from lotbook.adapters.stripe.client import MISSING, UNCERTAIN_CODES
from lotbook.adapters.stripe.facts import id_of
from lotbook.adapters.stripe.plan_facts import plan_invoice_facts, subscription_facts
from lotbook.domain.sales.gateway import CustomerGone
from lotbook.domain.values.errors import BrokenInvariant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from lotbook.adapters.stripe.client import StripeCalls
    from lotbook.domain.sales.gateway import Deployment
    from lotbook.domain.sales.items import Tax
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts, SubscriptionFacts

MAX_PAGES = 5  # a hundred each
EXISTS = "resource_already_exists"
DECIDED = ("paid", "void")


class StripePlanReads:
    """The part of `ports.PlanGateway` that changes no subscription."""

    _calls: StripeCalls
    _deployment: Deployment

    def plan_price(self, order: Purchase) -> str:
        """Found by its lookup key, or made. Raises BrokenInvariant where somebody has made another price of it."""
        params: Any = requests.find_price(order, self._deployment)
        listed = self._calls.call(lambda client: client.v1.prices.list(params)).to_dict()
        made = listed["data"][0] if listed["data"] else self._make_price(order)
        plan = requests.plan_of(order)
        every = {name: made["recurring"].get(name) for name in ("interval", "interval_count")}
        if (made["unit_amount"], every, made["active"]) != (plan.price_minor, requests.recurring(plan.months), True):
            raise BrokenInvariant(f"{made['id']} is not the price of {requests.price_key(order, self._deployment)}")
        name: str = made["id"]
        return name

    def _make_price(self, order: Purchase) -> dict[str, Any]:
        named = order.policy_id, requests.plan_of(order).plan_id
        product = self._product(order.lines[0].description, requests.product_id(self._deployment, "plan", *named))
        params: Any = requests.price(order, product, self._deployment)
        options = keys.options(self._deployment, "price", requests.price_key(order, self._deployment), of=params)
        return self._calls.call(lambda client: client.v1.prices.create(params, options)).to_dict()

    def _product(self, name: str, product: str) -> str:
        params: Any = requests.product(name, product, self._deployment)
        options = keys.options(self._deployment, "product", product, of=params)
        self._make(lambda client: client.v1.products.create(params, options))
        return product

    def _make(self, ask: Callable[[stripe.StripeClient], object]) -> None:
        """Something that has a name of ours, so that it may be there already."""

        def make(client: stripe.StripeClient) -> None:
            try:
                ask(client)
            except stripe.InvalidRequestError as error:
                if error.code != EXISTS:
                    raise

        self._calls.call(make)

    def tax_rate(self, tax: Tax) -> str:
        """Found by its metadata among those in use, or made."""
        named = requests.rate_key(tax)
        for rate in self._pages(lambda client, after: client.v1.tax_rates.list(requests.tax_rates(after))):  # type: ignore[arg-type]
            marked = rate.get("metadata") or {}
            if {**self._deployment.mark, requests.RATE: named}.items() <= marked.items():
                found: str = rate["id"]
                return found
        params: Any = requests.tax_rate(tax, self._deployment)
        options = keys.options(self._deployment, "rate", named)
        return self._calls.call(lambda client: client.v1.tax_rates.create(params, options)).id

    def subscription(self, subscription: str) -> SubscriptionFacts | None:
        """As it is now; None where Stripe has none of that id."""
        found = self._find(lambda client: client.v1.subscriptions.retrieve(subscription))
        return None if found is None else subscription_facts(found)

    def subscriptions(self, customer: str) -> tuple[SubscriptionFacts, ...]:
        """Those that carry our mark; none of a customer that is gone."""

        def page(client: stripe.StripeClient, after: str | None) -> Any:
            params: Any = requests.subscriptions(customer, after)
            return client.v1.subscriptions.list(params)

        try:
            listed = [subscription_facts(each) for each in self._pages(page, customer)]
        except CustomerGone:
            return ()
        return tuple(each for each in listed if each.tag.is_of(self._deployment))

    def plan_invoice(self, invoice: str) -> PlanInvoiceFacts | None:
        """As it is now, with its payment."""
        params: Any = requests.RETRIEVE_INVOICE
        found = self._find(lambda client: client.v1.invoices.retrieve(invoice, params))
        return None if found is None else plan_invoice_facts(found)

    def plan_invoices(self, subscription: str, since: int) -> tuple[PlanInvoiceFacts, ...]:
        """One that may still change is fetched by itself: a list does not tell why a payment failed (expansions end at four levels)."""

        def page(client: stripe.StripeClient, after: str | None) -> Any:
            params: Any = requests.invoices(subscription, since, after)
            return client.v1.invoices.list(params)

        listed = (plan_invoice_facts(each) for each in self._pages(page))
        ours = (each for each in listed if each is not None)
        return tuple(each if each.state in DECIDED else self._invoice(each.invoice) for each in ours)

    def invoice_of_payment(self, payment_intent: str) -> PlanInvoiceFacts | None:
        """By the payments of invoices: the payment itself names neither its invoice nor us."""
        params: Any = requests.of_payment(payment_intent)
        listed = self._find(lambda client: client.v1.invoice_payments.list(params))
        named = id_of(listed["data"][0].get("invoice")) if listed and listed["data"] else None
        return None if named is None else self.plan_invoice(named)

    def _invoice(self, invoice: str) -> PlanInvoiceFacts:
        facts = self.plan_invoice(invoice)
        if facts is None:
            raise BrokenInvariant(f"{invoice} is no invoice of a subscription")
        return facts

    def _find(self, ask: Callable[[stripe.StripeClient], Any]) -> dict[str, Any] | None:
        def find(client: stripe.StripeClient) -> dict[str, Any] | None:
            try:
                found: dict[str, Any] = ask(client).to_dict()
            except stripe.InvalidRequestError as error:
                if error.code == MISSING:
                    return None
                raise
            return found

        return self._calls.call(find)

    def _try(self, ask: Callable[[stripe.StripeClient], object]) -> bool:
        """Whether it was done. A refusal shows in the invoice afterwards: declined, paid meanwhile, void already."""

        def tried(client: stripe.StripeClient) -> bool:
            try:
                ask(client)
            except stripe.CardError:
                return False
            except stripe.InvalidRequestError as error:
                if error.code in UNCERTAIN_CODES:
                    raise
                return False
            return True

        return self._calls.call(tried)

    def _pages(
        self, ask: Callable[[stripe.StripeClient, str | None], Any], customer: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """All rows of a list, up to a bound. Raises CustomerGone, too, where it is a customer's."""
        after: str | None = None
        for _ in range(MAX_PAGES):

            def page(client: stripe.StripeClient, after: str | None = after) -> Any:
                return ask(client, after)

            found = self._calls.call_for(customer, page) if customer else self._calls.call(page)
            listed = found.to_dict()
            yield from listed["data"]
            if not listed["has_more"] or not listed["data"]:
                return
            after = listed["data"][-1]["id"]
