"""Implements `ports.PlanGateway` with Stripe: what of a subscription changes without a charge. The rest is in its two bases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe import keys
from lotbook.adapters.stripe import plan_requests as requests
from lotbook.adapters.stripe.client import MISSING, UNCERTAIN_CODES
from lotbook.adapters.stripe.facts import id_of
from lotbook.adapters.stripe.plan_changes import CARD, StripePlanChanges
from lotbook.adapters.stripe.plan_facts import subscription_facts
from lotbook.adapters.stripe.schedules import card_of_what_follows, let_go

if TYPE_CHECKING:
    from collections.abc import Callable


class StripePlans(StripePlanChanges):
    """The part of `ports.Gateway` that is about subscriptions."""

    def note_change(self, subscription: str, change: str | None) -> None:
        """Says the same however often it is sent; an empty text takes the note away."""
        params: Any = {"metadata": {requests.CHANGE: change or ""}}
        self._calls.call(lambda client: client.v1.subscriptions.update(subscription, params))

    def swap_plan(self, subscription: str, item: str, price: str, key: str) -> None:
        """The running period stays as it was paid. Nothing happens to a subscription that has ended."""
        params: Any = requests.swap(item, price)
        options = keys.options(self._deployment, "swap", subscription, price, key)

        def swap(client: stripe.StripeClient) -> None:
            let_go(client, subscription)
            client.v1.subscriptions.update(subscription, params, options)

        self._change(subscription, swap)

    def set_ending(self, subscription: str, *, ends: bool, key: str) -> None:
        """Looked at first: a cancellation of the customer portal is taken back by another field than one of ours."""
        found = self._find(lambda client: client.v1.subscriptions.retrieve(subscription))
        if found is None:
            return
        facts = subscription_facts(found)
        if not facts.is_live or ends == (facts.cancel_at is not None):
            return
        at_end = ends or found["cancel_at_period_end"]
        params: Any = {"cancel_at_period_end": ends} if at_end else {"cancel_at": ""}
        options = keys.options(self._deployment, "ending", subscription, key, *params)

        def end(client: stripe.StripeClient) -> None:
            let_go(client, subscription)
            client.v1.subscriptions.update(subscription, params, options)

        self._change(subscription, end)

    def end_subscription(self, subscription: str) -> None:
        """At once, without money back and without a last invoice."""
        options = keys.options(self._deployment, "end", subscription)

        def end(client: stripe.StripeClient) -> None:
            let_go(client, subscription)
            client.v1.subscriptions.cancel(subscription, {}, options)

        self._change(subscription, end)

    def use_card(self, subscription: str, payment_method: str) -> None:
        """The subscription's own card goes before the customer's default. One that is not there any more changes nothing."""
        params: Any = {CARD: payment_method}
        follows: Any = card_of_what_follows(payment_method)

        def use(client: stripe.StripeClient) -> None:
            schedule = id_of(client.v1.subscriptions.update(subscription, params).to_dict().get("schedule"))
            if schedule is not None:
                client.v1.subscription_schedules.update(schedule, follows)

        self._change(subscription, use)

    def _change(self, subscription: str, ask: Callable[[stripe.StripeClient], object]) -> None:
        """A change of a subscription that may have ended meanwhile, or of a card that may be gone."""

        def change(client: stripe.StripeClient) -> None:
            try:
                ask(client)
            except stripe.InvalidRequestError as error:
                if error.code in UNCERTAIN_CODES or (error.param != CARD and _may_be_live(client, subscription)):
                    raise

        self._calls.call(change)


def _may_be_live(client: stripe.StripeClient, subscription: str) -> bool:
    try:
        return subscription_facts(client.v1.subscriptions.retrieve(subscription).to_dict()).is_live
    except stripe.InvalidRequestError as error:
        if error.code == MISSING:
            return False
        raise
