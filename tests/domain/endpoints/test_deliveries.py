"""When a delivery is tried, and when it ends."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.endpoints import deliveries
from lotbook.domain.endpoints.deliveries import (
    JITTER_PERCENT,
    LEASE,
    LONGEST_WAIT,
    MAX_ATTEMPTS_KEPT,
    MAX_TRIES,
    PAUSES,
    QUEUED,
    Delivery,
    Reply,
    after_reply,
    asked_again,
    leased,
    made,
)
from lotbook.domain.endpoints.endpoint import DISABLE_AFTER
from lotbook.domain.values.instants import DAY, HOUR, SECOND
from tests.fakes.endpoints import NOW, a_delivery, an_event

FAILED = Reply("status", 500, 40)


def tried(delivery: Delivery, reply: Reply, now: int, dice: int = 0) -> Delivery:
    return after_reply(leased(delivery, now), reply, now, dice)


def test_pauses_grow_and_last_three_days_and_the_last_try_finds_the_endpoint_failing_for_as_long() -> None:
    assert list(PAUSES) == sorted(PAUSES)
    assert 3 * DAY <= sum(PAUSES) <= 3.1 * DAY
    assert sum(PAUSES) >= DISABLE_AFTER


@pytest.mark.parametrize("dice", [0, 50, 99])
def test_a_delivery_that_always_fails_is_tried_after_each_pause_with_jitter_and_then_given_up(dice: int) -> None:
    delivery, now = a_delivery(), NOW
    for pause in PAUSES:
        delivery = tried(delivery, FAILED, now, dice)
        assert delivery.state == "pending"
        assert pause <= delivery.due_at - now <= pause * (100 + JITTER_PERCENT) // 100
        assert (delivery.due_at == now + pause) == (dice == 0)
        now = delivery.due_at
    delivery = tried(delivery, FAILED, now, dice)
    assert (delivery.state, delivery.reason, delivery.tries) == ("failed", "tries", MAX_TRIES)
    assert len(delivery.attempts) == MAX_TRIES


def test_a_worker_that_dies_has_used_up_a_try_so_no_delivery_kills_workers_for_ever() -> None:
    delivery = a_delivery()
    for _ in range(MAX_TRIES):
        assert not delivery.is_worn_out
        delivery = leased(delivery, NOW)
        assert delivery.due_at == NOW + LEASE
    assert delivery.is_worn_out
    assert deliveries.worn_out(delivery).reason == "tries"


@pytest.mark.parametrize(
    ("asks", "waits"),
    [(None, PAUSES[0]), (0, PAUSES[0]), (1 * SECOND, PAUSES[0]), (60 * SECOND, 60 * SECOND), (900 * DAY, LONGEST_WAIT)],
)
def test_what_the_endpoint_asks_us_to_wait_counts_inside_a_bound(asks: int | None, waits: int) -> None:
    after = tried(a_delivery(), Reply("status", 429, 1, asks), NOW)
    assert after.due_at - NOW == waits


def test_2xx_delivers_and_410_ends_at_once() -> None:
    assert tried(a_delivery(), Reply("ok", 204), NOW).state == "delivered"
    gone = tried(a_delivery(), Reply("gone", 410), NOW)
    assert (gone.state, gone.reason) == ("failed", "gone")


def test_an_event_that_comes_again_is_the_same_delivery_and_another_endpoint_has_its_own() -> None:
    first, again = made(an_event(), "end_1", NOW), made(an_event(), "end_1", NOW + HOUR)
    assert first.delivery_id == again.delivery_id
    assert first.delivery_id != made(an_event(), "end_2", NOW).delivery_id
    assert first.event_id == "evt_1", "which is the webhook-id, whatever the endpoint"


def test_ids_sort_by_the_events_time() -> None:
    assert (
        made(an_event("evt_9", at=NOW), "end_1", NOW).delivery_id
        < made(an_event("evt_1", at=NOW + 1), "end_1", 0).delivery_id
    )


def test_asked_for_again_an_ended_delivery_gets_one_try_and_a_pending_one_goes_on_as_it_was() -> None:
    ended = deliveries.given_up(a_delivery(tries=MAX_TRIES), "tries")
    again = asked_again(ended, NOW + DAY)
    assert again.is_due(NOW + DAY)
    assert again.ends_at > NOW + DAY + deliveries.KEPT - 1
    assert (tried(again, FAILED, NOW + DAY).state, tried(again, FAILED, NOW + DAY).reason) == ("failed", "sent_once")
    assert tried(again, Reply("ok", 200), NOW + DAY).state == "delivered"
    waiting = tried(a_delivery(), FAILED, NOW)
    now = asked_again(waiting, NOW + 1)
    assert (now.due_at, now.tries, now.is_once) == (NOW + 1, 1, False)


def test_a_short_pause_waits_in_the_queue_and_a_long_one_for_the_schedule() -> None:
    assert a_delivery(due_at=NOW + QUEUED).wait(NOW) == QUEUED
    assert a_delivery(due_at=NOW + QUEUED + 1).wait(NOW) is None
    assert a_delivery(due_at=NOW - 1).wait(NOW) == 0
    assert QUEUED <= 900 * SECOND, "what SQS can wait"
    ended = replace(a_delivery(), state="delivered")
    assert (ended.wait(NOW), ended.looked_at) == (None, None)


def test_what_is_pending_is_looked_for_a_little_after_it_is_due() -> None:
    """So a message that was lost is missed by nobody, and one that is on its way is not sent a second time."""
    looked_at = a_delivery(due_at=NOW).looked_at
    assert looked_at is not None
    assert NOW < looked_at <= NOW + 5 * 60 * SECOND


def test_a_bounded_number_of_attempts_is_kept_the_newest_first() -> None:
    delivery = a_delivery()
    for number in range(MAX_ATTEMPTS_KEPT + 5):
        delivery = tried(asked_again(deliveries.given_up(delivery, "tries"), NOW + number), FAILED, NOW + number)
    assert len(delivery.attempts) == MAX_ATTEMPTS_KEPT
    assert delivery.attempts[0].at == NOW + MAX_ATTEMPTS_KEPT + 4
