"""What follows a subscription's running period with another interval, as a subscription schedule of Stripe's.

A schedule manages its subscription: Stripe then refuses some changes of it, and takes others for changes of the phase that runs.
So whatever changes the subscription otherwise lets go of the schedule first. There is one of a subscription at most, and what it
says is set as a whole; so none of these calls has a key of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import stripe

from lotbook.adapters.stripe.client import UNCERTAIN_CODES
from lotbook.adapters.stripe.facts import id_of
from lotbook.adapters.stripe.plan_facts import subscription_facts
from lotbook.adapters.stripe.plan_reads import StripePlanReads
from lotbook.adapters.stripe.plan_requests import recurring
from lotbook.domain.values.instants import SECOND

if TYPE_CHECKING:
    from lotbook.domain.sales.gateway import Deployment


class StripeSchedules(StripePlanReads):
    """The part of `ports.PlanGateway` that is about schedules."""

    def schedule_plan(self, subscription: str, price: str, *, months: int, at: int) -> None:
        """Two calls: Stripe makes a schedule of a subscription as it is, and is told then what follows."""
        found = self._find(lambda client: client.v1.subscriptions.retrieve(subscription))
        if found is None:
            return
        facts = subscription_facts(found)
        if not facts.is_live or facts.period[1] != at:
            return

        def plan(client: stripe.StripeClient) -> None:
            schedule = _of_period(client, found, at)
            params: Any = what_follows(schedule, price, months, self._deployment)
            client.v1.subscription_schedules.update(schedule["id"], params)

        self._calls.call(plan)

    def end_schedule(self, subscription: str) -> None:
        """Looked at first: most subscriptions have none."""
        self._calls.call(lambda client: let_go(client, subscription))


def _of_period(client: stripe.StripeClient, found: dict[str, Any], at: int) -> dict[str, Any]:
    """The schedule that was made in the period that ends at `at`; one that was made in a period before lets go."""
    if found.get("schedule"):
        made = client.v1.subscription_schedules.retrieve(id_of(found["schedule"]) or "").to_dict()
        phase = made.get("current_phase")
        is_first = phase is not None and phase["start_date"] == made["phases"][0]["start_date"]
        if phase is not None and is_first and phase["end_date"] * SECOND == at:
            return made
        let_go(client, found["id"])
    return client.v1.subscription_schedules.create({"from_subscription": found["id"]}).to_dict()


def let_go(client: stripe.StripeClient, subscription: str) -> None:
    """The subscription as it is, managed by nothing. Raises what Stripe refuses for another reason than that it is so already."""
    schedule = _schedule_of(client, subscription)
    if schedule is None:
        return
    try:
        client.v1.subscription_schedules.release(schedule)
    except stripe.InvalidRequestError as error:
        if error.code in UNCERTAIN_CODES or _schedule_of(client, subscription) == schedule:
            raise


def _schedule_of(client: stripe.StripeClient, subscription: str) -> str | None:
    return id_of(client.v1.subscriptions.retrieve(subscription).to_dict().get("schedule"))


def what_follows(schedule: dict[str, Any], price: str, months: int, deployment: Deployment) -> dict[str, Any]:
    """The running phase as it is, then the price for one of its periods; after that the schedule lets go by itself.

    `phase_start` makes Stripe charge another interval when it begins. A phase that names no tax rates would take the
    subscription's away, so they are said again.
    """
    current = schedule["current_phase"]["start_date"]
    runs = next(each for each in schedule["phases"] if each["start_date"] == current)
    rates = [id_of(rate) for rate in runs.get("default_tax_rates") or []]
    same: dict[str, Any] = {"proration_behavior": "none", "default_tax_rates": rates or ""}
    now = {
        "items": [{"price": id_of(item["price"]), "quantity": item["quantity"]} for item in runs["items"]],
        "start_date": current,
        "end_date": runs["end_date"],
    }
    then = {
        "items": [{"price": price, "quantity": 1}],
        "duration": recurring(months),
        "billing_cycle_anchor": "phase_start",
    }
    return {
        "phases": [{**now, **same}, {**then, **same}],
        "end_behavior": "release",
        "proration_behavior": "none",
        "metadata": deployment.mark,
    }


def card_of_what_follows(payment_method: str) -> dict[str, Any]:
    """A schedule sets its subscription's card when a phase begins."""
    return {"default_settings": {"default_payment_method": payment_method}, "proration_behavior": "none"}
