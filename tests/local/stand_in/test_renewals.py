"""Renewals: the draft hour, the answer it waits for, retries and their ends, what the status follows from, each at its instant."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import stripe

from local.stripe_stand_in import StandIn, serve
from tests.local.stand_in.shop import (
    DAY,
    HOUR,
    SECRET,
    Receiver,
    Shop,
    TestClock,
    change,
    invoices_of,
    order,
    plan,
    subscribe,
    wait_for,
    with_card,
)


def _end(subscription: Any) -> int:
    return int(subscription["items"].data[0].current_period_end)


def _now(shop: Shop, subscription: Any) -> Any:
    return shop.client().v1.subscriptions.retrieve(subscription.id)


def _last(shop: Shop, subscription: Any) -> Any:
    return invoices_of(shop, subscription)[-1]


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def test_v1_a_renewal_is_a_draft_for_an_hour_and_its_period_has_begun_before_any_money(shop: Shop) -> None:
    subscription = subscribe(shop)
    end = _end(subscription)
    shop.comes(end - 1)
    assert len(invoices_of(shop, subscription)) == 1
    for instant in (end, end + HOUR - 1):
        shop.comes(instant)
        draft = _last(shop, subscription)
        assert (draft.status, draft.created, draft.automatically_finalizes_at) == ("draft", end, end + HOUR)
        assert (draft.auto_advance, draft.attempted, draft.number) == (True, False, None)
        moved = _now(shop, subscription)
        assert (moved.status, moved["items"].data[0].current_period_start) == ("active", end)
    shop.comes(end + HOUR)
    paid = _last(shop, subscription)
    assert (paid.status, paid.status_transitions.finalized_at, paid.attempt_count) == ("paid", end + HOUR, 1)
    happened = [kind for kind in shop.events() if kind.startswith(("invoice.", "customer.subscription."))]
    assert happened[-5:] == [
        "customer.subscription.updated",
        "invoice.created",
        "invoice.finalized",
        "invoice.paid",
        "invoice.payment_succeeded",
    ]


@pytest.fixture
def wired(tmp_path: Path, clock: TestClock, receiver: Receiver) -> Iterator[Shop]:
    """A stand-in that delivers to the receiver."""
    stand_in = StandIn(tmp_path / "wired", clock, receiver.url, SECRET, "http://placeholder")
    server = serve(stand_in, 0)
    stand_in.base_url = server.url
    yield Shop(stand_in, server.url, clock)
    server.close()
    stand_in.close()


def _quiet(shop: Shop) -> bool:
    """Whether every event has been tried to the end."""
    with shop.stand_in.store.transaction():
        return not shop.stand_in.store.deliveries("queued", 1)


def test_v1_finalizing_waits_up_to_72_hours_for_an_answer_to_invoice_created(wired: Shop, receiver: Receiver) -> None:
    subscription = subscribe(wired)
    wait_for(lambda: _quiet(wired))
    receiver.statuses = [500] * 100
    end = _end(subscription)
    wired.comes(end)
    wait_for(lambda: _quiet(wired))
    wired.comes(end + HOUR)
    draft = _last(wired, subscription)
    assert (draft.status, draft.automatically_finalizes_at) == ("draft", end + 72 * HOUR)
    wired.comes(end + 72 * HOUR - 1)
    assert _last(wired, subscription).status == "draft"
    wired.comes(end + 72 * HOUR)
    assert _last(wired, subscription).status == "paid"


def test_v1_an_answer_that_comes_late_lets_the_draft_go_on_an_hour_later(wired: Shop) -> None:
    subscription = subscribe(wired)
    wait_for(lambda: _quiet(wired))
    wired.control("POST", "webhooks", mode="hold")
    end = _end(subscription)
    wired.comes(end + 10 * HOUR)
    assert _last(wired, subscription).webhooks_delivered_at is None
    wired.control("POST", "webhooks", mode="deliver")
    wired.control("POST", "webhooks/deliver", times=1)
    waiting = _last(wired, subscription)
    assert (waiting.status, waiting.automatically_finalizes_at) == ("draft", end + 11 * HOUR)
    wired.comes(end + 11 * HOUR)
    assert _last(wired, subscription).status == "paid"


def test_v1_a_jump_over_many_renewals_waits_for_each_answer_on_its_way(wired: Shop, receiver: Receiver) -> None:
    """Whoever listens is told first, however far the clock jumps: no draft is finalized before its event was answered."""
    seen: list[str] = []
    subscription = subscribe(wired)
    receiver.on_event = lambda: seen.append(_last(wired, subscription).status)
    wired.comes(_end(subscription) + 63 * DAY)
    paid = wait_for(lambda: [i for i in invoices_of(wired, subscription) if i.status == "paid"][3:])
    assert [i.created for i in paid] == sorted(i.created for i in paid)
    wait_for(lambda: _quiet(wired))
    assert {i.status for i in invoices_of(wired, subscription)} == {"paid"}
    assert "draft" in seen, "the receiver saw a draft while it was being told of it"


def test_v16_each_renewal_happens_at_its_own_instant_in_order_however_far_the_clock_jumps(shop: Shop) -> None:
    shop.clock.at = _seconds("2027-01-31T09:00:00") * 1000
    subscription = subscribe(shop)
    shop.comes(_seconds("2027-05-02T00:00:00"))
    starts = ["2027-01-31T09:00:00", "2027-02-28T09:00:00", "2027-03-31T09:00:00", "2027-04-30T09:00:00"]
    invoices = invoices_of(shop, subscription)
    assert [each.created for each in invoices] == [_seconds(start) for start in starts]
    assert [each.lines.data[0].period.start for each in invoices] == [_seconds(start) for start in starts]
    paid = [each.status_transitions.paid_at for each in invoices]
    assert paid == [_seconds(starts[0]), *(_seconds(start) + HOUR for start in starts[1:])]
    events = shop.client().v1.events.list({"limit": 100}).data
    assert [each.created for each in events] == sorted((each.created for each in events), reverse=True)


def test_v16_a_card_counts_at_the_instant_of_the_attempt(shop: Shop) -> None:
    """In one jump over two renewals, with retries between them, each thing finds what the one before it left."""
    shop.control("POST", "settings", retry_days=[1, 1], after_retries="past_due")
    subscription = subscribe(shop)
    with_card(shop, subscription.customer, "pm_card_chargeCustomerFail")
    end = _end(subscription)
    shop.comes(end + 40 * DAY)
    failed = [event.created for event in shop.happened("invoice.payment_failed")]
    first = [end + HOUR, end + HOUR + DAY, end + HOUR + 2 * DAY]
    assert failed[:3] == first
    assert failed[3] == _end(_now(shop, subscription)) - _month(shop, subscription) + HOUR


def _month(shop: Shop, subscription: Any) -> int:
    item = _now(shop, subscription)["items"].data[0]
    return int(item.current_period_end - item.current_period_start)


def test_v14_a_renewals_invoice_names_the_period_that_ended_and_its_line_the_one_that_begins(shop: Shop) -> None:
    subscription = subscribe(shop)
    end = _end(subscription)
    shop.comes(end)
    invoice = _last(shop, subscription)
    assert (invoice.period_start, invoice.period_end) == (subscription.created, end)
    assert invoice.lines.data[0].period.start == end


def test_v13_only_renewals_are_collected_by_themselves(shop: Shop) -> None:
    subscription = subscribe(shop)
    assert _last(shop, subscription).auto_advance is False
    change(shop, subscription, plan(shop.client(), 2900).id)
    assert _last(shop, subscription).auto_advance is False
    shop.comes(_end(_now(shop, subscription)))
    assert _last(shop, subscription).auto_advance is True


def _behind(shop: Shop, token: str = "pm_card_chargeCustomerFail") -> tuple[Any, int]:
    """A subscription whose first renewal has just been declined, and the instant of that attempt."""
    subscription = subscribe(shop)
    with_card(shop, subscription.customer, token)
    at = _end(subscription) + HOUR
    shop.comes(at)
    assert _now(shop, subscription).status == "past_due"
    return subscription, at


@pytest.mark.parametrize(
    ("ending", "status", "event"),
    [
        ("cancel", "canceled", "customer.subscription.deleted"),
        ("unpaid", "unpaid", "customer.subscription.updated"),
        ("past_due", "past_due", "invoice.payment_failed"),
    ],
)
def test_v6_a_declined_renewal_is_tried_again_on_the_set_days_and_ends_as_set(
    shop: Shop, ending: str, status: str, event: str
) -> None:
    days = [2, 4]
    assert shop.control("POST", "settings", retry_days=days, after_retries=ending).status_code == 200
    subscription, at = _behind(shop)
    for count, wait in enumerate(days, start=1):
        waiting = _last(shop, subscription)
        assert (waiting.attempt_count, waiting.next_payment_attempt) == (count, at + wait * DAY)
        shop.comes(at + wait * DAY - 1)
        assert _last(shop, subscription).attempt_count == count
        at += wait * DAY
        shop.comes(at)
    last = _last(shop, subscription)
    assert (last.status, last.attempt_count, last.next_payment_attempt) == ("open", 3, None)
    assert _now(shop, subscription).status == status
    assert shop.happened(event)[-1].created == at
    assert [each.data.object.next_payment_attempt is None for each in shop.happened("invoice.payment_failed")] == [
        False,
        False,
        True,
    ]


def test_v6_an_unpaid_subscription_goes_on_making_drafts_that_nobody_collects(shop: Shop) -> None:
    shop.control("POST", "settings", retry_days=[], after_retries="unpaid")
    subscription = subscribe(shop)
    with_card(shop, subscription.customer, "pm_card_chargeCustomerFail")
    shop.comes(_end(subscription) + HOUR)
    assert _now(shop, subscription).status == "unpaid"
    shop.comes(_end(_now(shop, subscription)) + 2 * DAY)
    draft = _last(shop, subscription)
    assert (draft.status, draft.auto_advance, draft.automatically_finalizes_at) == ("draft", False, None)


def test_v6_a_retry_uses_the_card_of_that_day_and_ends_the_matter(shop: Shop) -> None:
    subscription, at = _behind(shop)
    with_card(shop, subscription.customer, "pm_card_visa")
    shop.comes(at + 3 * DAY)
    assert (_last(shop, subscription).status, _now(shop, subscription).status) == ("paid", "active")


@pytest.mark.parametrize("token", ["pm_card_chargeDeclinedLostCard", "pm_card_authenticationRequired"])
def test_v6_a_hard_decline_is_counted_on_but_not_executed_until_the_card_changes(shop: Shop, token: str) -> None:
    subscription, at = _behind(shop, token)
    charges = len(shop.happened("charge.failed"))
    shop.comes(at + 3 * DAY)
    counted = _last(shop, subscription)
    assert (counted.attempt_count, len(shop.happened("charge.failed"))) == (2, charges)
    with_card(shop, subscription.customer, "pm_card_visa")
    shop.comes(at + 3 * DAY + 5 * DAY)
    assert _last(shop, subscription).status == "paid"


def test_v6_without_any_card_a_renewal_fails_and_is_tried_again(shop: Shop) -> None:
    subscription = subscribe(shop)
    [card] = shop.client().v1.payment_methods.list({"customer": subscription.customer}).data
    shop.client().v1.payment_methods.detach(card.id)
    shop.comes(_end(subscription) + HOUR)
    invoice = _last(shop, subscription)
    assert (invoice.status, invoice.attempt_count, _now(shop, subscription).status) == ("open", 1, "past_due")
    assert invoice.next_payment_attempt == _end(subscription) + HOUR + 3 * DAY


def _two_open(shop: Shop) -> tuple[Any, Any, Any]:
    shop.control("POST", "settings", retry_days=[], after_retries="past_due")
    subscription, _ = _behind(shop)
    shop.comes(_end(_now(shop, subscription)) + HOUR)
    _, older, newer = invoices_of(shop, subscription)
    assert (older.status, newer.status) == ("open", "open")
    with_card(shop, subscription.customer, "pm_card_visa")
    return subscription, older, newer


def test_v7_paying_an_older_invoice_leaves_it_past_due_paying_the_newest_does_not(shop: Shop) -> None:
    subscription, older, newer = _two_open(shop)
    shop.client().v1.invoices.pay(older.id)
    assert _now(shop, subscription).status == "past_due"
    shop.client().v1.invoices.pay(newer.id)
    assert _now(shop, subscription).status == "active"


def test_v7_the_newest_paid_makes_it_active_though_an_older_one_stays_open(shop: Shop) -> None:
    subscription, older, newer = _two_open(shop)
    shop.client().v1.invoices.pay(newer.id)
    assert _now(shop, subscription).status == "active"
    assert shop.client().v1.invoices.retrieve(older.id).status == "open"


@pytest.mark.parametrize("end", ["void", "uncollectible"])
def test_v8_without_its_unpaid_renewal_a_subscription_is_active_though_nobody_paid(shop: Shop, end: str) -> None:
    subscription, _ = _behind(shop)
    answer = shop.control("POST", f"invoices/{_last(shop, subscription).id}/{end}")
    assert (answer.status_code, answer.json()["status"]) == (200, end)
    assert _now(shop, subscription).status == "active"
    kind = "invoice.voided" if end == "void" else "invoice.marked_uncollectible"
    assert shop.events()[-2:] == [kind, "customer.subscription.updated"]
    shop.passes(30 * DAY)
    attempts = [each for each in shop.happened("invoice.payment_failed") if each.data.object.id == answer.json()["id"]]
    assert len(attempts) == 1, "nobody tries it again"


def test_v8_voiding_the_newest_looks_at_the_one_before(shop: Shop) -> None:
    subscription, older, newer = _two_open(shop)
    shop.client().v1.invoices.void_invoice(newer.id)
    assert _now(shop, subscription).status == "past_due"
    shop.client().v1.invoices.mark_uncollectible(older.id)
    assert _now(shop, subscription).status == "active"


def test_v8_what_was_given_up_can_still_be_paid(shop: Shop) -> None:
    subscription, _ = _behind(shop)
    invoice = shop.client().v1.invoices.mark_uncollectible(_last(shop, subscription).id)
    assert invoice.status_transitions.marked_uncollectible_at
    with_card(shop, subscription.customer, "pm_card_visa")
    assert shop.client().v1.invoices.pay(invoice.id).status == "paid"


def test_v12_a_canceled_subscriptions_invoice_is_not_collected_but_payable_and_revives_nothing(shop: Shop) -> None:
    subscription, _ = _behind(shop)
    shop.client().v1.subscriptions.cancel(subscription.id)
    invoice = _last(shop, subscription)
    assert (invoice.status, invoice.auto_advance, invoice.next_payment_attempt) == ("open", False, None)
    with_card(shop, subscription.customer, "pm_card_visa")
    shop.passes(30 * DAY)
    assert _last(shop, subscription).status == "open"
    assert shop.client().v1.invoices.pay(invoice.id).status == "paid"
    assert _now(shop, subscription).status == "canceled"


def test_v12_a_draft_of_a_canceled_subscription_stays_a_draft(shop: Shop) -> None:
    subscription = subscribe(shop)
    shop.comes(_end(subscription))
    shop.client().v1.subscriptions.cancel(subscription.id)
    shop.passes(3 * DAY)
    assert (_last(shop, subscription).status, _last(shop, subscription).auto_advance) == ("draft", False)


@pytest.mark.parametrize("seconds", [23 * HOUR - 1, 23 * HOUR])
def test_v9_an_unpaid_first_invoice_ends_the_subscription_after_23_hours(shop: Shop, seconds: int) -> None:
    subscription = subscribe(shop, "pm_card_threeDSecure2Required", off_session=False)
    assert subscription.status == "incomplete"
    shop.passes(seconds)
    ended = seconds == 23 * HOUR
    assert _now(shop, subscription).status == ("incomplete_expired" if ended else "incomplete")
    assert _last(shop, subscription).status == ("void" if ended else "open")
    if ended:
        assert shop.happened("customer.subscription.updated")[-1].data.object.status == "incomplete_expired"
        with pytest.raises(stripe.InvalidRequestError):
            shop.client().v1.invoices.pay(_last(shop, subscription).id, {"payment_method": "pm_card_visa"})


def test_v9_the_subscription_of_an_abandoned_checkout_ends_too(shop: Shop) -> None:
    line: Any = {"price": plan(shop.client()).id, "quantity": 1}
    session = shop.client().v1.checkout.sessions.create(order(mode="subscription", line_items=[line]))
    assert shop.pay(session, "4000002760003184").status_code == 402
    shop.passes(23 * HOUR)
    [subscription] = shop.client().v1.subscriptions.list({"status": "all"}).data
    assert subscription.status == "incomplete_expired"
    assert shop.pay(session).status_code == 200, "the page is still open and starts anew"
    assert len(shop.client().v1.subscriptions.list({"status": "active"}).data) == 1


def test_settings_are_read_and_set_and_what_makes_no_sense_is_refused(shop: Shop) -> None:
    usual = {
        "retry_days": [3, 5, 7], "after_retries": "cancel", "draft_minutes": 60, "renewal_3ds": "requires_action",
        "settles_in": None, "exchange_rate": "1",
    }  # fmt: skip
    assert shop.control("GET", "settings").json() == usual
    assert shop.control("POST", "settings", draft_minutes=5).json() == {**usual, "draft_minutes": 5}
    wrong: list[dict[str, Any]] = [
        {"retry_days": 3}, {"retry_days": [0]}, {"retry_days": [1] * 9}, {"retry_days": ["1"]}, {"after_retries": "x"},
        {"draft_minutes": -1}, {"draft_minutes": True}, {"renewal_3ds": ""}, {"retries": [1]},
        {"settles_in": "dollars"}, {"settles_in": 1}, {"exchange_rate": "0"}, {"exchange_rate": "-1"}, {"exchange_rate": "nan"},
        {"exchange_rate": 2}, {"exchange_rate": "inf"},
    ]  # fmt: skip
    for body in wrong:
        assert shop.control("POST", "settings", **body).status_code == 422, body
    assert shop.control("GET", "settings").json() == {**usual, "draft_minutes": 5}
