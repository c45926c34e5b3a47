"""Implements `GatewayLists` with Stripe's lists, which are consistent (its search is not). Nothing is changed here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe import requests
from lotbook.adapters.stripe.events import tag_of
from lotbook.adapters.stripe.facts import checkout_facts
from lotbook.domain.reconciliation.differences import MovedBack
from lotbook.ports.reconciliation import Page

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from lotbook.adapters.stripe.client import StripeCalls
    from lotbook.domain.reconciliation.differences import Period
    from lotbook.domain.sales.gateway import CheckoutFacts, Deployment

MISSING = "resource_missing"


class StripeLists:
    """The lists of a deployment: what other systems made on the same Stripe account is passed over unread."""

    def __init__(self, calls: StripeCalls, deployment: Deployment) -> None:
        self._calls = calls
        self._deployment = deployment

    def checkouts(self, period: Period, after: str | None) -> Page[CheckoutFacts]:
        """One page of sessions that were opened in the period, with their payments."""
        params: Any = requests.list_checkouts(period, after)
        listed = self._list(lambda client: client.v1.checkout.sessions.list(params))
        ours = [checkout_facts(each) for each in listed["data"] if self._is_ours(each, each.get("livemode"))]
        return Page(tuple(ours), _after(listed))

    def refunds(self, period: Period, after: str | None) -> Page[MovedBack]:
        """One page of refunds that were made in the period, whenever their payment was."""
        params: Any = requests.list_refunds(period, after)
        return self._moved_back(self._list(lambda client: client.v1.refunds.list(params)), "refund")

    def disputes(self, period: Period, after: str | None) -> Page[MovedBack]:
        """One page of disputes that were opened in the period."""
        params: Any = requests.list_disputes(period, after)
        return self._moved_back(self._list(lambda client: client.v1.disputes.list(params)), "dispute")

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

    def _moved_back(self, listed: dict[str, Any], kind: Literal["refund", "dispute"]) -> Page[MovedBack]:
        rows = []
        for each in listed["data"]:
            payment = each.get("payment_intent")
            if isinstance(payment, dict) and self._is_ours(payment, payment.get("livemode")):
                rows.append(MovedBack(kind, each["id"], payment["id"], tag_of(payment)))
        return Page(tuple(rows), _after(listed))

    def _is_ours(self, thing: dict[str, Any], livemode: object) -> bool:
        return tag_of(thing).is_of(self._deployment) and (livemode is True) == self._deployment.live


def _after(listed: dict[str, Any]) -> str | None:
    if not listed["has_more"] or not listed["data"]:
        return None
    last: str = listed["data"][-1]["id"]
    return last
