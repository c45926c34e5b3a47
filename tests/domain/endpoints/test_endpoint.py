"""What an endpoint hears of, and when it switches itself off."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lotbook.domain.endpoints import endpoint as endpoints
from lotbook.domain.endpoints.endpoint import (
    ALL,
    DISABLE_AFTER,
    TYPES,
    after_failure,
    after_success,
    checked_types,
    switched,
)
from lotbook.domain.values.errors import InvalidRequest
from tests.fakes.endpoints import NOW, an_endpoint

EVENTS = Path(__file__).resolve().parents[3] / "layers" / "lotbook" / "EVENTS.md"


def test_every_type_of_the_events_page_can_be_chosen_and_no_other() -> None:
    rows = [line.split("|")[1] for line in EVENTS.read_text().splitlines() if line.startswith("| `")]
    assert {kind for row in rows for kind in re.findall(r"`([a-z_.]+)`", row)} == set(TYPES)


def test_all_stands_for_all_and_types_are_kept_once_in_the_pages_order() -> None:
    assert checked_types(("credits.low", ALL)) == (ALL,)
    assert checked_types(("credits.low", "account.paused", "credits.low")) == ("account.paused", "credits.low")


def test_a_type_that_there_is_not_is_refused_with_what_there_is() -> None:
    with pytest.raises(InvalidRequest) as refused:
        checked_types(("credits.low", "credits.*"))
    (error,) = refused.value.data["errors"]
    assert error["field"] == "types"
    assert "credits.* is none" in error["message"]
    assert all(kind in error["message"] for kind in TYPES)


def test_it_wants_what_it_asked_for_while_it_is_on() -> None:
    asked = an_endpoint(types=("credits.low",))
    assert asked.wants("credits.low")
    assert not asked.wants("credits.granted")
    assert an_endpoint().wants("credits.granted")
    assert not an_endpoint(state="disabled").wants("credits.granted")


def test_three_days_of_failures_switch_it_off_and_a_success_between_does_not() -> None:
    failing = after_failure(an_endpoint(), NOW, is_gone=False)
    assert failing.is_on
    assert after_failure(failing, NOW + DISABLE_AFTER - 1, is_gone=False).is_on
    off = after_failure(failing, NOW + DISABLE_AFTER, is_gone=False)
    assert (off.state, off.disabled_reason, off.disabled_at) == ("disabled", "failing", NOW + DISABLE_AFTER)
    well = after_success(failing)
    assert after_failure(well, NOW + DISABLE_AFTER, is_gone=False).failing_since == NOW + DISABLE_AFTER


def test_410_switches_it_off_at_once() -> None:
    off = after_failure(an_endpoint(), NOW, is_gone=True)
    assert (off.is_on, off.disabled_reason) == (False, "gone")


def test_what_is_off_by_hand_stays_off_by_hand() -> None:
    off = switched(an_endpoint(), "disabled", NOW)
    assert after_failure(off, NOW + 9 * DISABLE_AFTER, is_gone=True).disabled_reason == "by_hand"


def test_switched_on_its_failures_count_anew() -> None:
    off = after_failure(an_endpoint(failing_since=NOW - DISABLE_AFTER), NOW, is_gone=False)
    on = switched(off, "enabled", NOW + 1)
    assert (on.is_on, on.failing_since, on.disabled_reason, on.disabled_at) == (True, None, None, None)
    assert switched(on, "enabled", NOW + 2) == on


def test_said_again_the_event_has_the_same_id_and_the_next_time_it_has_another() -> None:
    off = after_failure(an_endpoint(failing_since=NOW), NOW + DISABLE_AFTER, is_gone=False)
    first, again = endpoints.told(off, NOW), endpoints.told(off, NOW + 5)
    assert first.announcement_id == again.announcement_id
    later = after_failure(an_endpoint(failing_since=NOW + 1), NOW + 2 * DISABLE_AFTER, is_gone=False)
    assert endpoints.told(later, NOW).announcement_id != first.announcement_id
    assert first.account_id is None
