"""Money that goes back, with Stripe: what happened to a payment, refunds of ours, events that nobody acknowledged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe import keys, requests
from lotbook.adapters.stripe.client import UNCERTAIN_CODES
from lotbook.adapters.stripe.events import hint_of, invoice_mark, tag_of
from lotbook.adapters.stripe.facts import money_back_facts, refund_facts
from lotbook.domain.values.errors import NotRefundable, TooManyReversals

if TYPE_CHECKING:
    from collections.abc import Callable

    from lotbook.adapters.stripe.client import StripeCalls
    from lotbook.domain.money_back.followed import MoneyBackFacts, RefundFacts
    from lotbook.domain.sales.gateway import Deployment, EventHint, Tag
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.reversals import OwnRefund

MAX_PAGES = 20  # of a payment's refunds or disputes, a hundred each: some seconds of a function's twenty-five
MAX_EVENT_PAGES = 20  # a hundred events each; what lies behind them is reconciliation's
MISSING = "resource_missing"


class StripeMoneyBack:
    """The part of `ports.Gateway` that sends money back and follows it. It makes refunds and nothing else (D39)."""

    def __init__(self, calls: StripeCalls, deployment: Deployment) -> None:
        self._calls = calls
        self._deployment = deployment

    def owner(self, payment_intent: str) -> Tag | None:
        """Our mark on a payment, or on the invoice that it paid; None where Stripe has no such payment for our key."""

        def find(client: stripe.StripeClient) -> Tag | None:
            try:
                return tag_of(client.v1.payment_intents.retrieve(payment_intent).to_dict())
            except stripe.InvalidRequestError as error:
                if error.code == MISSING:
                    return None
                raise

        tag = self._calls.call(find)
        if tag is None or tag.app is not None:
            return tag
        params: Any = requests.invoice_of_payment(payment_intent)
        paid = self._calls.call(lambda client: client.v1.invoice_payments.list(params)).to_dict()["data"]
        return invoice_mark(paid[0].get("invoice")) if paid else tag

    def money_back(self, payment_intent: str) -> MoneyBackFacts:
        """The payment with all its refunds and disputes. Raises TooManyReversals past `MAX_PAGES` of either."""
        intent = self._calls.call(lambda client: client.v1.payment_intents.retrieve(payment_intent)).to_dict()
        refunds = self._all(lambda client, params: client.v1.refunds.list(params), payment_intent)
        disputes = self._all(lambda client, params: client.v1.disputes.list(params), payment_intent)
        return money_back_facts(intent, refunds, disputes)

    def refund(self, purchase: Purchase, own: OwnRefund) -> RefundFacts:
        """Send one refund; the key names it, so a second call finds the first one's answer."""
        params: Any = requests.refund(purchase, own, self._deployment)
        options = keys.options(self._deployment, "refund", purchase.purchase_id, str(own.number))

        def send(client: stripe.StripeClient) -> RefundFacts:
            try:
                return refund_facts(client.v1.refunds.create(params, options).to_dict())
            except stripe.InvalidRequestError as error:
                if error.code in UNCERTAIN_CODES:
                    raise
                raise NotRefundable(reason="gateway") from error  # disputed, or refunded elsewhere meanwhile

        return self._calls.call(send)

    def undelivered(self, kinds: tuple[str, ...], since: int) -> tuple[EventHint, ...]:
        """Events that Stripe could not deliver, oldest first; of more than the bound the newest, which Stripe lists first."""
        found: list[dict[str, Any]] = []
        after = None
        for _ in range(MAX_EVENT_PAGES):
            params: Any = requests.undelivered(kinds, since, after)
            page = self._calls.call(lambda client: client.v1.events.list(params)).to_dict()  # noqa: B023
            found += page["data"]
            if not page["has_more"] or not page["data"]:
                break
            after = page["data"][-1]["id"]
        return tuple(hint_of(event) for event in reversed(found))

    def _all(self, ask: Callable[[stripe.StripeClient, Any], Any], payment_intent: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = None
        for _ in range(MAX_PAGES):
            params = requests.of_payment(payment_intent, after)
            page = self._calls.call(lambda client: ask(client, params)).to_dict()  # noqa: B023
            found += page["data"]
            if not page["has_more"] or not page["data"]:
                return found
            after = page["data"][-1]["id"]
        raise TooManyReversals("The payment has more refunds or disputes than one look reads.")
