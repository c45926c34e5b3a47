"""What was written among accounts before it had a partition of its own is still found there (decision 123)."""

from __future__ import annotations

import pytest

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.adapters.dynamo.idempotency import DynamoIdempotency
from lotbook.adapters.dynamo.latches import DynamoLatches, DynamoNotices
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.news.alerts import EXHAUSTED, Latch, Said
from lotbook.domain.values.ids import fingerprint

U, SAID = "credits", {EXHAUSTED: Said(1, 3, 0)}


def moved_back(aws: Table, place: dict[str, str]) -> None:
    """The item where an earlier release would have put it."""
    found = aws.client.get_item(TableName=aws.name, Key=to_item(place))["Item"]
    aws.client.delete_item(TableName=aws.name, Key=to_item(place))
    aws.client.put_item(TableName=aws.name, Item=found | to_item(keys.before(place)))


def under(aws: Table, pk: str) -> list[str]:
    asked = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": to_item({":pk": pk})}
    return [item["sk"]["S"] for item in aws.client.query(TableName=aws.name, **asked)["Items"]]


def test_a_latch_from_before_is_gone_on_with_and_written_in_its_own_place(aws: Table) -> None:
    latches = DynamoLatches(aws)
    latches.save("old", U, Latch(seq=3, said=SAID))
    moved_back(aws, keys.latch("old", U))
    assert (latches.get("old", U).seq, latches.get("old", U).said) == (3, SAID)
    latches.save("old", U, Latch(seq=4, said=SAID))
    assert (latches.get("old", U).seq, latches.get("old", U).version) == (4, 1)
    assert under(aws, "A#old") == [f"latch#{U}"], "an earlier release finds its own, should it come back"


def test_a_notice_from_before_is_due_and_once_it_is_done_due_no_more(aws: Table) -> None:
    notices, due = DynamoNotices(aws), DynamoDueIndex(aws)
    notices.note("was", U, "lot_a", 10)
    moved_back(aws, keys.notice("was", U, "lot_a"))
    (found,) = due.due("notice", 20, 5)
    assert (found.account_id, found.name) == ("was", f"{U}#lot_a")
    notices.done(found.account_id, U, "lot_a")
    assert list(due.due("notice", 20, 5)) == []
    notices.done("was", U, "lot_a")
    assert under(aws, "N#was") == []


def test_the_key_of_a_hold_from_before_still_stands_for_it(aws: Table) -> None:
    markers = DynamoIdempotency(aws)
    assert markers.claim("held", "hold", "k", {"digest": "a"}) is None
    assert under(aws, "I#held") == [f"key#hold#{fingerprint('k')}"]
    moved_back(aws, keys.hold_marker("held", fingerprint("k")))
    assert keys.before(keys.hold_marker("held", "f")) == keys.idempotency("held", "hold", "f")
    assert markers.find("held", "hold", "k") == {"digest": "a"}


@pytest.mark.parametrize("space", ["grant", "refund"])
def test_keys_that_decide_what_is_given_stay_where_every_release_looks(aws: Table, space: str) -> None:
    """A release that is rolled back would not find them elsewhere, and grant twice."""
    markers = DynamoIdempotency(aws)
    assert markers.claim("given", space, "k", {"digest": "a"}) is None
    assert f"key#{space}#{fingerprint('k')}" in under(aws, "A#given")
