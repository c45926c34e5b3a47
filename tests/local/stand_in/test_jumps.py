"""A jump of the clock leaves what a clock leaves that goes step by step (decision 63)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import stripe

from local.stripe_stand_in import StandIn
from local.stripe_stand_in.client import InProcessClient
from tests.local.stand_in.shop import (
    DAY,
    HOUR,
    SECRET,
    Shop,
    TestClock,
    change,
    invoices_of,
    plan,
    subscribe,
    with_card,
)

STORY_SECONDS = 75 * DAY


def _told(directory: Path, step: int) -> dict[str, Any]:
    """Five subscriptions that nobody looks after for 75 days; what became of them, without ids."""
    clock = TestClock()
    stand_in = StandIn(directory, clock, None, SECRET, "http://stripe.test")
    client = stripe.StripeClient("sk_test_x", http_client=InProcessClient(stand_in))
    shop = Shop(stand_in, "http://stripe.test", clock, client)
    made = [subscribe(shop) for _ in range(4)]
    paying, failing, ending, pending = made
    for each in (failing, pending):
        with_card(shop, each.customer, "pm_card_chargeCustomerFail")
    client.v1.subscriptions.update(ending.id, {"cancel_at": clock.at // 1000 + 40 * DAY, "proration_behavior": "none"})
    client.v1.invoice_items.create({"customer": paying.customer, "amount": -950, "currency": "usd"})
    change(shop, pending, plan(client, 2900).id, payment_behavior="pending_if_incomplete")
    made.append(subscribe(shop, "pm_card_threeDSecure2Required", off_session=False))
    for _ in range(0, STORY_SECONDS, step):
        shop.passes(step)
    invoices = [
        [
            (i.created, i.status, i.total, i.amount_paid, i.attempt_count, i.status_transitions.to_dict())
            for i in invoices_of(shop, each)
        ]
        for each in made
    ]
    states = [client.v1.subscriptions.retrieve(each.id) for each in made]
    events = [(e.created, e.type) for e in client.v1.events.list({"limit": 100}).auto_paging_iter()]
    stand_in.close()
    return {
        "invoices": invoices,
        "states": [(each.status, each.ended_at, each["items"].data[0].current_period_end) for each in states],
        "income": _income(invoices),
        "events": sorted(events),
        "order": [created for created, _ in events],
    }


def _income(invoices: list[list[Any]]) -> int:
    """All the money that came in."""
    return sum(paid for each in invoices for _, _, _, paid, _, _ in each)


@pytest.fixture(scope="module")
def jumped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    return _told(tmp_path_factory.mktemp("jump"), STORY_SECONDS)


@pytest.mark.parametrize("step", [6 * HOUR, 5 * DAY])
def test_v16_a_jump_over_75_days_tells_the_same_story_as_steps(
    tmp_path: Path, jumped: dict[str, Any], step: int
) -> None:
    stepped = _told(tmp_path / "steps", step)
    for name, content in jumped.items():
        assert content == stepped[name], name


def test_v16_the_story_has_every_end_in_it(jumped: dict[str, Any]) -> None:
    assert [status for status, _, _ in jumped["states"]] == [
        "active",
        "canceled",
        "canceled",
        "canceled",
        "incomplete_expired",
    ]
    assert jumped["order"] == sorted(jumped["order"], reverse=True)
