"""Implements `ports.Gateway` with Stripe. Each call that makes something has an idempotency key of ours, never a random one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe import keys, plan_requests, requests
from lotbook.adapters.stripe.auto import StripeAuto
from lotbook.adapters.stripe.client import MISSING, UNCERTAIN_CODES
from lotbook.adapters.stripe.events import tag_of
from lotbook.adapters.stripe.facts import checkout_facts, invoice_facts
from lotbook.adapters.stripe.money_back import StripeMoneyBack
from lotbook.adapters.stripe.plans import StripePlans
from lotbook.domain.sales.gateway import CustomerGone

if TYPE_CHECKING:
    from lotbook.adapters.stripe.client import StripeCalls
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.billing import BillingRecord
    from lotbook.domain.sales.gateway import CheckoutFacts, Deployment, InvoiceFacts
    from lotbook.domain.sales.purchase import Purchase

MAX_PAGES = 5  # of a customer's sessions since the order, a hundred each


class StripeGateway(StripeMoneyBack, StripeAuto, StripePlans):
    """The gateway of a deployment. Thread-safe: the client keeps a connection a thread."""

    def __init__(self, calls: StripeCalls, deployment: Deployment) -> None:
        super().__init__(calls, deployment)
        self._calls = calls
        self._deployment = deployment

    @property
    def deployment(self) -> Deployment:
        """Whose objects are ours."""
        return self._deployment

    def draft_checkout(self, order: Purchase) -> str:
        """The exact request as canonical JSON, all but the customer; calls nobody."""
        renews = order.plan is not None and order.plan.months > 0
        request = (plan_requests if renews else requests).checkout(order, self._deployment)
        return json.dumps(request, sort_keys=True, separators=(",", ":"))

    def open_customer(self, account: Account) -> str:
        """Twice within a day is the same one. The key of one that follows another names that one, whoever finds it gone."""
        params: Any = requests.customer(account, self._deployment)
        gone = (account.gateway_customer,) if account.gateway_customer else ()
        options = keys.options(self._deployment, "customer", account.account_id, *gone, of=params)
        return self._calls.call(lambda client: client.v1.customers.create(params, options)).id

    def describe_customer(self, account: Account, customer: str, record: BillingRecord) -> bool:
        """Name, address and the like on the customer, for its invoices; False when Stripe calls them invalid."""
        params: Any = requests.customer_details(record.details)
        names = account.account_id, str(record.edition), customer
        options = keys.options(self._deployment, "billing", *names, of=params)

        def describe(client: stripe.StripeClient) -> dict[str, Any] | None:
            try:
                return client.v1.customers.update(customer, params, options).to_dict()
            except stripe.InvalidRequestError as error:
                if error.code == MISSING or error.code in UNCERTAIN_CODES:
                    raise
                return None

        shown = self._calls.call_for(customer, describe)
        if shown is not None and shown.get("deleted"):
            raise CustomerGone(customer)
        return shown is not None

    def open_checkout(self, order: Purchase, customer: str) -> tuple[str, str]:
        """Session id and page address of the order's one checkout.

        The key names all that may differ. If Stripe keeps the refusal of a customer that is gone, it is that customer's; and
        a page that was opened for it is answered again for it only.
        """
        params: Any = {**json.loads(order.checkout_request), "customer": customer}
        if params.get("discounts"):
            self.make_coupon(order)
        options = keys.options(self._deployment, "checkout", order.purchase_id, customer)
        opened = self._calls.call_for(customer, lambda client: client.v1.checkout.sessions.create(params, options))
        session = opened.to_dict()
        return session["id"], session["url"]

    def find_checkout(self, order: Purchase, customer: str) -> str | None:
        """The order's session among its customer's, by metadata. Lists are consistent, searches are not.

        None as well where Stripe lists nothing any more of a customer that is gone: a page that was not saved was never
        shown to anybody, so nobody can have paid it.
        """
        try:
            return self._find_checkout(order, customer)
        except CustomerGone:
            return None

    def _find_checkout(self, order: Purchase, customer: str) -> str | None:
        params: Any = requests.find_checkout(order, customer)
        for _ in range(MAX_PAGES):
            page = self._calls.call_for(
                customer,
                lambda client: client.v1.checkout.sessions.list(params),  # noqa: B023
            ).to_dict()
            for session in page["data"]:
                tag = tag_of(session)
                if tag.is_of(self._deployment) and tag.purchase_id == order.purchase_id:
                    found: str = session["id"]
                    return found
            if not page["has_more"]:
                return None
            params = {**params, "starting_after": page["data"][-1]["id"]}
        return None

    def checkout(self, session: str) -> CheckoutFacts:
        """The session as it is now."""
        params: Any = requests.RETRIEVE_CHECKOUT
        return checkout_facts(
            self._calls.call(lambda client: client.v1.checkout.sessions.retrieve(session, params)).to_dict()
        )

    def expire_checkout(self, order: Purchase, session: str) -> bool:
        """End an open page; False when Stripe says that it is not open any more."""
        options = keys.options(self._deployment, "expire", order.purchase_id, session)

        def expire(client: stripe.StripeClient) -> bool:
            try:
                client.v1.checkout.sessions.expire(session, {}, options)
            except stripe.InvalidRequestError:
                return False  # complete or expired; whoever asks reads the session next
            return True

        return self._calls.call(expire)

    def invoice(self, invoice: str) -> InvoiceFacts:
        """The invoice as it is now."""
        return invoice_facts(self._calls.call(lambda client: client.v1.invoices.retrieve(invoice)).to_dict())
