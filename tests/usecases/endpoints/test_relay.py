"""Copying and sending: at least once under one id, whatever dies; health, lanes, and who is told."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.endpoints import signing
from lotbook.domain.endpoints.addresses import EndpointTarget
from lotbook.domain.endpoints.deliveries import LEASE, MAX_TRIES, PAUSES, Reply
from lotbook.domain.endpoints.endpoint import DISABLE_AFTER
from lotbook.domain.endpoints.signing import Secret
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.usecases.endpoints.fan_out import fan_out
from lotbook.usecases.endpoints.manage import send_again
from lotbook.usecases.endpoints.relay import BUSY_PAUSE, LANES, relay
from tests.fakes.crashes import Crash
from tests.fakes.endpoints import FakeCaller, an_event
from tests.usecases.endpoints.room import SECRET, Dying, Room, altered


def _answering(*replies: Reply) -> FakeCaller:
    return FakeCaller(list(replies))


OK, DOWN, GONE = Reply("ok", 200), Reply("status", 503), Reply("gone", 410)


def test_an_event_goes_to_every_endpoint_that_wants_it_and_to_no_other() -> None:
    room = Room()
    room.add("end_all")
    room.add("end_low", types=("credits.low",))
    room.add("end_other", types=("credits.granted",))
    room.add("end_off", state="disabled")
    room.tell(an_event(kind="credits.low"))
    assert [endpoint_id for endpoint_id, _, _ in room.queue.asked] == ["end_all", "end_low"]
    room.tell(an_event(kind="credits.low"))
    assert len(room.deliveries.kept) == 2, "an event that comes again makes the same deliveries"


def test_a_call_is_signed_bears_the_events_id_and_its_body_and_is_never_sent_again_once_taken() -> None:
    room = Room()
    room.add()
    room.tell(an_event())
    assert room.send() == "sent"
    ((target, headers, body),) = room.caller.sent
    assert (target.host, target.target) == ("hooks.shop.example", "/lotbook")
    now = room.clock.now()
    assert headers.items() >= signing.headers("evt_1", now, body, [Secret(SECRET)]).items()
    assert json.loads(body)["type"] == "credits.low"
    assert room.rows()[0].state == "delivered"
    assert room.send() == "nothing"
    assert len(room.caller.sent) == 1


def test_after_a_rotation_both_secrets_sign_until_the_overlap_is_over() -> None:
    room = Room()
    room.add()
    room.endpoints.secrets["end_1"] = [Secret("whsec_AAAA"), Secret(SECRET, room.clock.now() + 10)]
    for number, signatures in ((1, 2), (2, 1)):
        room.tell(an_event(f"evt_{number}", at=room.clock.now()))
        room.work()
        assert len(room.caller.sent[-1][1]["webhook-signature"].split(" ")) == signatures
        room.clock.instant += 10


def test_what_fails_is_tried_over_three_days_under_one_id_and_then_the_endpoint_is_off_and_people_are_told(
    caplog: pytest.LogCaptureFixture,
) -> None:
    room = Room(caller=_answering(DOWN))
    room.add()
    began = room.clock.now()
    room.tell(an_event())
    room.work()
    assert len(room.caller.sent) == MAX_TRIES
    assert {headers["webhook-id"] for _, headers, _ in room.caller.sent} == {"evt_1"}
    assert {body for _, _, body in room.caller.sent} == {room.caller.sent[0][2]}
    stamps = [int(headers["webhook-timestamp"]) for _, headers, _ in room.caller.sent]
    assert stamps == sorted(set(stamps)), "the time is each try's own"
    assert room.clock.now() - began >= DISABLE_AFTER
    (row,) = room.rows()
    assert (row.state, row.reason) == ("failed", "tries")
    off = room.endpoints.kept["end_1"]
    assert (off.state, off.disabled_reason) == ("disabled", "failing")
    (told,) = room.bus.published
    assert (told.kind, told.detail["endpoint_id"], told.detail["reason"]) == ("endpoint.disabled", "end_1", "failing")
    assert [record.message for record in caplog.records if record.name == "lotbook.alarm"] == [
        '{"alarm":"endpoint_disabled","endpoint_id":"end_1","reason":"failing"}'
    ]


def test_one_success_between_begins_the_three_days_anew() -> None:
    room = Room(caller=_answering(DOWN, OK, DOWN))
    room.add()
    room.tell(an_event("evt_1"))
    room.send()
    assert room.endpoints.kept["end_1"].failing_since == room.clock.now()
    room.tell(an_event("evt_2", at=room.clock.now() + 1))
    room.send(place=1)
    assert room.endpoints.kept["end_1"].failing_since is None
    room.clock.instant += DISABLE_AFTER
    room.tell(an_event("evt_3", at=room.clock.now()))
    room.send(place=2)
    assert room.endpoints.kept["end_1"].is_on


def test_410_switches_off_at_once_and_what_else_was_on_its_way_is_sent_to_nobody() -> None:
    room = Room(caller=_answering(GONE))
    room.add()
    room.tell(an_event("evt_1"))
    room.tell(an_event("evt_2", at=room.clock.now() + 1))
    room.work()
    assert len(room.caller.sent) == 1
    assert [row.reason for row in room.rows()] == ["gone", "endpoint_disabled"]
    assert [each.detail["reason"] for each in room.bus.published] == ["gone"]


def test_what_is_on_its_way_to_an_endpoint_that_was_taken_away_ends() -> None:
    room = Room()
    room.add()
    room.tell(an_event())
    room.endpoints.delete("end_1")
    room.work()
    assert room.caller.sent == []
    assert room.rows()[0].reason == "endpoint_deleted"


def test_an_address_that_may_be_called_no_more_is_a_failure_and_not_called() -> None:
    room = Room()
    room.add(url="http://127.0.0.1/")
    room.tell(an_event())
    assert room.send() == "failed"
    assert room.caller.sent == []
    assert room.rows()[0].attempts[0].result == "not_public"


# --- lanes --------------------------------------------------------------------------------------------------------------


def test_at_most_as_many_calls_as_lanes_are_under_way_to_one_endpoint_and_another_is_not_held_up() -> None:
    """Calls that hang: each is begun while all before it have not come back."""
    room = Room()
    for endpoint_id in ("end_bad", "end_good"):
        room.add(endpoint_id)
    for number in range(9):
        room.tell(an_event(f"evt_{number}", at=room.clock.now() + number))
    most, depth, outcomes = 0, 0, list[str]()
    bad = [row.delivery_id for row in room.rows("end_bad")]
    dice = iter(range(9))
    desk = room.relay_desk()

    class Hanging:
        def post(self, target: EndpointTarget, headers: Mapping[str, str], body: bytes) -> Reply:
            nonlocal most, depth
            depth += 1
            most = max(most, depth)
            if bad:
                outcomes.append(relay("end_bad", bad.pop(0), desk=hanging))
            if not outcomes.count("good"):
                outcomes.append("good" if _good(room) else "held up")
            depth -= 1
            return OK

    class Around:
        def throw(self, sides: int) -> int:
            return next(dice, 0) % sides

    hanging = replace(desk, caller=Hanging(), dice=Around())
    relay("end_bad", bad.pop(0), desk=hanging)
    assert most <= LANES
    assert "busy" in outcomes
    assert "good" in outcomes
    assert ("end_bad", BUSY_PAUSE) in [(endpoint_id, wait) for endpoint_id, _, wait in room.queue.asked]
    assert room.lanes.until == {}, "all lanes are given back"


def _good(room: Room) -> bool:
    return room.send("end_good") == "sent"


def test_a_lane_of_a_worker_that_died_is_free_again_when_its_time_is_over() -> None:
    room = Room()
    room.add()
    room.tell(an_event())
    now = room.clock.now()
    for lane in range(LANES):
        room.lanes.take("end_1", lane, now, now + LEASE)
    assert room.send() == "busy"
    room.clock.instant += LEASE
    assert room.send() == "sent"


# --- crashes and races --------------------------------------------------------------------------------------------------

CALLS = 12


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("at", range(1, CALLS))
@pytest.mark.parametrize("first", [OK, DOWN, GONE])
def test_a_worker_that_dies_at_any_call_loses_nothing_and_changes_no_id(first: Reply, at: int, moment: str) -> None:
    """The message comes again, or the schedule finds the delivery: in the end it is delivered, or the endpoint is off."""
    room = Room(caller=_answering(first, OK))
    room.add()
    room.tell(an_event())
    endpoint_id, delivery_id, _ = room.queue.asked.pop()
    dying = Dying(at, moment)
    try:
        relay(endpoint_id, delivery_id, desk=room.relay_desk(dying))
    except Crash:
        room.queue.ask(endpoint_id, delivery_id)  # a message that was not taken off comes again
    room.work()
    (row,) = room.rows()
    assert {headers["webhook-id"] for _, headers, _ in room.caller.sent} == {"evt_1"}
    if row.state == "delivered":
        return
    assert first is GONE
    assert not room.endpoints.kept["end_1"].is_on
    assert {each.announcement_id for each in room.bus.published} == {room.bus.published[0].announcement_id}


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("at", range(1, 6))
def test_copying_that_dies_at_any_call_is_done_again_and_makes_each_delivery_once(at: int, moment: str) -> None:
    room = Room()
    room.add("end_1")
    room.add("end_2")
    try:
        fan_out(an_event(), desk=room.fan_out_desk(Dying(at, moment)))
    except Crash:
        room.tell(an_event())
    room.work()
    assert [row.state for row in room.deliveries.kept.values()] == ["delivered", "delivered"]
    assert len(room.caller.sent) == 2, "two messages of one delivery are one call"


def test_a_delivery_that_kills_every_worker_ends_like_any_other_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    room.add()
    room.tell(an_event())
    deaths = []

    def die(*_: Any) -> Reply:
        deaths.append(room.clock.now())
        raise Crash

    monkeypatch.setattr(room.caller, "post", die)
    for _ in range(MAX_TRIES + 5):
        room.clock.instant += LEASE
        with suppress(Crash):
            room.send()
    assert len(deaths) == MAX_TRIES
    assert (room.rows()[0].state, room.rows()[0].reason) == ("failed", "tries")


def test_the_crash_tests_reach_every_call_of_a_delivery() -> None:
    """Or `CALLS` is too small: the last one dies at nothing."""
    room = Room(caller=_answering(GONE))
    room.add()
    room.tell(an_event())
    dying = Dying(CALLS, "before")
    relay("end_1", room.rows()[0].delivery_id, desk=room.relay_desk(dying))
    assert dying.crashed_in == ""


def test_a_message_that_was_lost_is_missed_by_nobody() -> None:
    room = Room()
    room.add()
    room.tell(an_event())
    room.queue.asked.clear()
    room.work()
    assert room.rows()[0].state == "delivered"


def test_of_two_workers_with_the_same_delivery_one_sends(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room()
    room.add()
    room.tell(an_event())
    save, second = room.deliveries.save, list[str]()

    def faster(delivery: Any) -> Any:
        monkeypatch.setattr(room.deliveries, "save", save)
        second.append(room.send())
        return save(delivery)

    monkeypatch.setattr(room.deliveries, "save", faster)
    assert room.send() == "nothing"
    assert second == ["sent"]
    assert len(room.caller.sent) == 1


def test_what_was_asked_for_again_while_it_was_being_sent_is_sent_again(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(caller=_answering(DOWN, OK))
    room.add()
    room.tell(an_event())
    room.queue.asked.clear()
    post, asked = room.caller.post, list[int]()

    def meanwhile(*call: Any) -> Reply:
        if not asked:
            asked.append(1)
            send_again("end_1", room.rows()[0].delivery_id, desk=room.endpoint_desk())
        return post(*call)

    monkeypatch.setattr(room.caller, "post", meanwhile)
    room.send()
    assert room.rows()[0].is_due(room.clock.now()), "its own write has won"
    room.work()
    assert room.rows()[0].state == "delivered"


def test_an_endpoint_that_was_changed_meanwhile_keeps_the_change_and_its_health(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    room = Room(caller=_answering(DOWN))
    room.add()
    room.tell(an_event())
    save = room.endpoints.save

    def slower(endpoint: Any) -> Any:
        monkeypatch.setattr(room.endpoints, "save", save)
        altered(room, types=("credits.low",))
        return save(endpoint)

    monkeypatch.setattr(room.endpoints, "save", slower)
    room.send()
    kept = room.endpoints.kept["end_1"]
    assert (kept.types, kept.failing_since) == (("credits.low",), room.clock.now())


def test_where_others_are_always_faster_the_message_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    room = Room(caller=_answering(DOWN))
    room.add()
    room.tell(an_event())

    def lost(_: Any) -> Any:
        raise Conflict

    monkeypatch.setattr(room.endpoints, "save", lost)
    with pytest.raises(Unavailable):
        room.send()
    assert room.lanes.until == {}


# --- what nobody may read -----------------------------------------------------------------------------------------------


def test_no_secret_and_no_signature_is_logged_printed_or_raised(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    room = Room(caller=_answering(DOWN))
    room.add()
    room.tell(an_event())
    room.work()
    printed = capsys.readouterr()
    said = caplog.text + printed.out + printed.err + repr(room.endpoints.secrets) + repr(room.rows())
    signature = room.caller.sent[0][1]["webhook-signature"].partition(",")[2]
    for secret in (SECRET, SECRET.removeprefix("whsec_"), signature):
        assert secret not in said


def test_pauses_are_waited_for_in_the_queue_as_long_as_it_can() -> None:
    room = Room(caller=_answering(DOWN))
    room.add()
    room.tell(an_event())
    waits = []
    for _ in PAUSES:
        room.queue.asked.clear()
        room.clock.instant = room.rows()[0].due_at
        room.send()
        waits.append([wait for _, _, wait in room.queue.asked])
    assert waits[:3] == [[pause] for pause in PAUSES[:3]]
    assert waits[3:-1] == [[]] * (len(PAUSES) - 4), "of the long ones the schedule knows"
