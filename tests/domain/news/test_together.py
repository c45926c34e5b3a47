"""How burns are told: totals of many accounts in one event are the totals that would come one by one."""

from __future__ import annotations

import json

import pytest

from lotbook.domain.news.announcements import Announcement, make
from lotbook.domain.news.together import MAX_TOTALS, MAX_TOTALS_BYTES, WAYS, in_one, parcels, way_of

BILLED = 64 * 1024  # bytes that the bus bills as one event


def total(number: int, noted: str = "") -> Announcement:
    account = f"acc-{number:03d}"
    return make("credits.consumed", 1_000 * number, account, {"unit": "credits", "credits": 1, "noted": noted}, number)


def test_each_total_has_its_own_id_instant_and_account_and_all_that_it_tells_alone() -> None:
    totals = [total(1), total(2)]
    event = in_one(totals)
    assert (event.kind, event.account_id, event.at) == ("credits.consumed", None, 2_000)
    assert [(each["id"], each["account_id"], each["at"]) for each in event.detail["totals"]] == [
        (each.announcement_id, each.account_id, f"1970-01-01T00:00:0{number}Z") for number, each in enumerate(totals, 1)
    ]
    for told, alone in zip(event.detail["totals"], totals, strict=True):
        assert {name: told[name] for name in alone.detail} == dict(alone.detail)


def test_d_34_the_same_totals_are_the_same_event_in_any_order_and_others_are_another() -> None:
    """D34: a batch that comes again says the same id."""
    first = in_one([total(1), total(2)])
    assert in_one([total(2), total(1)]).announcement_id == first.announcement_id
    assert in_one([total(1), total(3)]).announcement_id != first.announcement_id
    assert first.announcement_id not in {total(1).announcement_id, total(2).announcement_id}


@pytest.mark.parametrize("character", ["x", "ä"])
@pytest.mark.parametrize(("count", "noted"), [(1, 0), (100, 0), (101, 0), (250, 0), (40, 3_000), (3, 70_000)])
def test_an_event_of_many_totals_is_billed_as_one_and_none_is_lost(count: int, noted: int, character: str) -> None:
    text = character * (noted // len(character.encode()))
    totals = [(number, total(number, text)) for number in range(count)]
    found = parcels(totals)
    assert [each for parcel in found for each in parcel] == totals
    for parcel in found:
        detail = in_one([each for _, each in parcel]).detail
        size = len(json.dumps(detail, separators=(",", ":"), ensure_ascii=False).encode())
        assert len(parcel) <= MAX_TOTALS
        assert size <= BILLED or len(parcel) == 1
    least = max(-(-count // MAX_TOTALS), -(-count * noted // MAX_TOTALS_BYTES))
    assert len(found) <= max(1, 2 * least)


def test_a_way_that_is_none_is_refused_by_name() -> None:
    assert [way_of(way) for way in WAYS] == ["each", "together", "none"]
    with pytest.raises(ValueError, match="each, together, none"):
        way_of("some")
