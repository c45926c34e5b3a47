"""Implements `GatewayLists` with Stripe's lists, which are consistent (its search is not). Nothing is changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe import requests
from lotbook.adapters.stripe.auto import auto_charge, is_automatic
from lotbook.adapters.stripe.balance import moved
from lotbook.adapters.stripe.events import subscription_mark, tag_of
from lotbook.adapters.stripe.facts import checkout_facts
from lotbook.adapters.stripe.plan_facts import plan_invoice_facts, subscription_facts
from lotbook.domain.reconciliation.differences import MovedBack
from lotbook.domain.values.light_dataclasses import replace
from lotbook.ports.reconciliation import RowPage

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from lotbook.adapters.stripe.client import StripeCalls
    from lotbook.domain.reconciliation.differences import ComparedPeriod
    from lotbook.domain.reports.payments import Moved
    from lotbook.domain.sales.auto_charges import AutoCharge
    from lotbook.domain.sales.gateway import CheckoutFacts, Deployment, Tag
    from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts, SubscriptionFacts

MISSING = "resource_missing"


class StripeLists:
    """The lists of a deployment: what other systems made on the same Stripe account is passed over unread."""

    def __init__(self, calls: StripeCalls, deployment: Deployment) -> None:
        self._calls = calls
        self._deployment = deployment

    def checkouts(self, period: ComparedPeriod, after: str | None) -> RowPage[CheckoutFacts]:
        """One page of sessions that were opened in the period, with their payments."""
        params: Any = requests.list_checkouts(period, after)
        listed = self._list(lambda client: client.v1.checkout.sessions.list(params))
        ours = [checkout_facts(each) for each in listed["data"] if self._is_ours(each, each.get("livemode"))]
        return RowPage(tuple(ours), _after(listed))

    def refunds(self, period: ComparedPeriod, after: str | None) -> RowPage[MovedBack]:
        """One page of refunds that were made in the period, whenever their payment was."""
        params: Any = requests.list_refunds(period, after)
        return self._moved_back(self._list(lambda client: client.v1.refunds.list(params)), "refund")

    def disputes(self, period: ComparedPeriod, after: str | None) -> RowPage[MovedBack]:
        """One page of disputes that were opened in the period."""
        params: Any = requests.list_disputes(period, after)
        return self._moved_back(self._list(lambda client: client.v1.disputes.list(params)), "dispute")

    def balance(self, period: ComparedPeriod, after: str | None) -> RowPage[Moved]:
        """One page of the balance's transactions; of every system on the account, for the balance is one."""
        params: Any = requests.list_balance(period, after)
        listed = self._list(lambda client: client.v1.balance_transactions.list(params))
        return RowPage(tuple(moved(each, self._deployment) for each in listed["data"]), _after(listed))

    def plan_invoices(self, period: ComparedPeriod, after: str | None) -> RowPage[PlanInvoiceFacts]:
        """One page of invoices that were made in the period; those of no subscription of ours are passed over."""
        params: Any = requests.list_invoices(period, after)
        listed = self._list(lambda client: client.v1.invoices.list(params))
        found = (plan_invoice_facts(each) for each in listed["data"])
        ours = (each for each in found if each is not None and self._is_of_us(each.tag, each.livemode))
        return RowPage(tuple(ours), _after(listed))

    def auto_invoices(self, period: ComparedPeriod, after: str | None) -> RowPage[AutoCharge]:
        """One page of invoices that were made in the period; those of no automatic purchase of ours are passed over."""
        params: Any = requests.list_invoices(period, after)
        listed = self._list(lambda client: client.v1.invoices.list(params))
        ours = (each for each in listed["data"] if is_automatic(each) and self._is_ours(each, each.get("livemode")))
        return RowPage(tuple(auto_charge(each) for each in ours), _after(listed))

    def subscriptions(self, period: ComparedPeriod, after: str | None) -> RowPage[SubscriptionFacts]:
        """One page of subscriptions that were made in the period."""
        params: Any = requests.list_subscriptions(period, after)
        listed = self._list(lambda client: client.v1.subscriptions.list(params))
        found = (subscription_facts(each) for each in listed["data"] if each["items"]["data"])
        return RowPage(tuple(each for each in found if self._is_of_us(each.tag, each.livemode)), _after(listed))

    def find_checkout(self, session: str) -> CheckoutFacts | None:
        """The session as it is now, or None where Stripe has none of that id."""
        params: Any = requests.RETRIEVE_CHECKOUT

        def find(client: stripe.StripeClient) -> dict[str, Any] | None:
            try:
                return client.v1.checkout.sessions.retrieve(session, params).to_dict()
            except stripe.InvalidRequestError as error:
                if error.code == MISSING:
                    return None
                raise

        found = self._calls.call(find)
        return None if found is None else checkout_facts(found)

    def _list(self, ask: Callable[[stripe.StripeClient], Any]) -> dict[str, Any]:
        listed: dict[str, Any] = self._calls.call(ask).to_dict()
        return listed

    def _moved_back(self, listed: dict[str, Any], kind: Literal["refund", "dispute"]) -> RowPage[MovedBack]:
        rows = []
        for each in listed["data"]:
            payment = each.get("payment_intent")
            if not isinstance(payment, dict):
                continue
            if self._is_ours(payment, payment.get("livemode")):
                rows.append(MovedBack(kind, each["id"], payment["id"], tag_of(payment)))
            elif tag_of(payment).app is None and (row := self._by_invoice(kind, each["id"], payment["id"])) is not None:
                rows.append(row)
        return RowPage(tuple(rows), _after(listed))

    def _by_invoice(self, kind: Literal["refund", "dispute"], name: str, payment_intent: str) -> MovedBack | None:
        """What moved of a payment without a mark: ours by its invoice, whose own mark names a row, or its subscription's none."""
        params: Any = requests.invoice_of_payment(payment_intent)
        listed = self._list(lambda client: client.v1.invoice_payments.list(params))
        found = listed["data"][0].get("invoice") if listed["data"] else None
        if not isinstance(found, dict):
            return None
        tag = tag_of(subscription_mark(found) or found)
        if not self._is_of_us(tag, found.get("livemode")):
            return None
        if subscription_mark(found):
            return MovedBack(kind, name, payment_intent, replace(tag, purchase_id=None), found["id"])
        return MovedBack(kind, name, payment_intent, tag)

    def _is_ours(self, thing: dict[str, Any], livemode: object) -> bool:
        return self._is_of_us(tag_of(thing), livemode)

    def _is_of_us(self, tag: Tag, livemode: object) -> bool:
        return tag.is_of(self._deployment) and (livemode is True) == self._deployment.live


def _after(listed: dict[str, Any]) -> str | None:
    if not listed["has_more"] or not listed["data"]:
        return None
    last: str = listed["data"][-1]["id"]
    return last
