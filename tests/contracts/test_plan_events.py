"""Events of subscriptions and their invoices as hints: whose they are, and which subscription they are about."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import requests as http

from local.generate import RECEIVED_AT
from lotbook.adapters.stripe.events import parse
from lotbook.adapters.stripe.signature import verify
from lotbook.domain.sales.gateway import APP, EventHint, Tag
from lotbook.domain.values.instants import HOUR
from tests import patience
from tests.contracts.plan_telling import jump, upgrade, wait
from tests.contracts.plan_worlds import AtTheStandIn, bought, stand_in_world
from tests.fakes.purchases import TEST

__all__ = ["stand_in_world"]

SAMPLES = Path(__file__).resolve().parents[2] / "samplefiles/stripe"
CORPUS = Path(__file__).resolve().parents[2] / "../shared/stripe_corpus"
OURS = Tag(APP, TEST.stage, "acme", "pur_0000000000aaaaaaaaaaaaaaaa")


def hint(name: str) -> EventHint:
    return parse((SAMPLES / f"event.{name}.json").read_bytes())


@pytest.mark.parametrize(
    ("name", "kind", "object_id"),
    [
        ("invoice.paid", "invoice", "in_2"),
        ("invoice.payment_failed", "invoice", "in_2"),
        ("customer.subscription.updated", "subscription", "sub_1"),
        ("customer.subscription.deleted", "subscription", "sub_1"),
    ],
)
def test_an_event_of_a_plan_names_its_subscription_and_the_subscriptions_mark(
    name: str, kind: str, object_id: str
) -> None:
    """The invoice's own metadata are empty: whose it is stands with its subscription."""
    found = hint(name)
    assert (found.kind, found.object_kind, found.object_id, found.subscription) == (name, kind, object_id, "sub_1")
    assert found.tag == OURS
    assert found.payment_intent is None


def test_the_payloads_are_wrapped_as_the_webhook_function_gets_them() -> None:
    """`events/webhook`: signed calls that whoever knows the secret can replay, at the instant that they bear."""
    wrapped = sorted((SAMPLES.parents[1] / "events" / "webhook").glob("*.json"))
    assert {path.stem for path in wrapped} >= {"invoice.paid", "customer.subscription.deleted"}
    for path in wrapped:
        event = json.loads(path.read_text())
        body = event["body"].encode()
        verify(body, event["headers"]["stripe-signature"], ["whsec_sample"], RECEIVED_AT)
        assert parse(body).kind.startswith(path.stem) or path.stem == "foreign"


def test_an_invoice_of_no_subscription_keeps_its_own_mark() -> None:
    event = json.loads((SAMPLES / "event.invoice.paid.json").read_text())
    event["data"]["object"] |= {"parent": None, "metadata": {"app": APP, "stage": "test", "account_id": "other"}}
    found = parse(json.dumps(event).encode())
    assert (found.tag, found.subscription) == (Tag(APP, "test", "other", None), None)


def test_a_version_that_had_the_subscription_on_the_invoice_itself_is_read_too() -> None:
    """An endpoint keeps the version that it was made with."""
    event = json.loads((SAMPLES / "event.invoice.paid.json").read_text())
    thing = event["data"]["object"]
    details = thing.pop("parent")["subscription_details"]
    thing |= {"subscription": "sub_1", "subscription_details": {"metadata": details["metadata"]}}
    found = parse(json.dumps(event).encode())
    assert (found.tag, found.subscription) == (OURS, "sub_1")


@pytest.mark.parametrize("parent", [None, "x", [], {"subscription_details": "x"}, {"subscription_details": None}])
def test_a_parent_of_any_other_form_names_nobody(parent: Any) -> None:
    event = json.loads((SAMPLES / "event.invoice.paid.json").read_text())
    event["data"]["object"] |= {"parent": parent}
    found = parse(json.dumps(event).encode())
    assert (found.tag, found.subscription) == (Tag(), None)


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus of recorded events is not here")
@pytest.mark.parametrize(
    "name",
    [
        "mozilla-subhub__invoice-payment-failed.json",
        "mozilla-subhub__stripe_invoice_payment_succeeded_new_event.json",
        "stripe-ruby-mock__invoice.created.json",
    ],
)
def test_recorded_events_of_older_versions_name_their_subscription_and_nobody_of_ours(name: str) -> None:
    event = json.loads((CORPUS / name).read_text())
    found = parse(json.dumps(event).encode())
    assert found.subscription == event["data"]["object"]["subscription"]
    assert found.object_kind == "invoice"
    assert not found.tag.is_of(TEST)


def test_every_event_of_a_plans_life_is_ours_by_its_mark_and_payments_are_nobodys(
    stand_in_world: AtTheStandIn,
) -> None:
    """Trap 0.5: a payment of an invoice has no mark; it is found by `invoice_of_payment`."""
    world = stand_in_world
    sub = str(bought(world).subscription)
    jump(world, "2027-02-28T13:00:00")
    waits = world.gateway.change_plan(upgrade(world, sub), world.add_card("asks"), may_wait=True)
    assert waits.outcome == "buyer"
    wait(world, 23 * HOUR)
    world.portal_cancel(sub)
    world.gateway.end_subscription(sub)
    head = {"Authorization": "Bearer sk_test_x"}
    events = http.get(f"{world.url}/v1/events?limit=100", headers=head, timeout=patience.SECONDS).json()["data"]
    hints = [parse(json.dumps(event).encode()) for event in events]
    of_plan = [each for each in hints if each.object_kind in ("invoice", "subscription")]
    assert {each.subscription for each in of_plan} == {sub}
    assert {each.tag for each in of_plan} == {Tag(APP, TEST.stage, "acme", "pur_first")}
    assert {
        "customer.subscription.created", "customer.subscription.updated", "customer.subscription.deleted",
        "customer.subscription.pending_update_expired", "invoice.paid", "invoice.voided", "invoice.payment_action_required",
    } <= {each.kind for each in of_plan}  # fmt: skip
    payments = [each for each in hints if each.object_kind == "payment_intent"]
    assert payments
    assert {each.tag for each in payments} == {Tag()}
    (page,) = [each for each in hints if each.kind == "checkout.session.completed"]
    assert (page.subscription, page.mode) == (sub, "subscription")
