"""Marks of the audit in the table: whole, in parts, damaged, another's; and a whole audit over the table from its marks on."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook.adapters.dynamo import audits, keys
from lotbook.adapters.dynamo.audits import DynamoAudits
from lotbook.adapters.dynamo.table import Table, from_item, to_item
from lotbook.domain.audit.marks import ROTATION, Damaged
from lotbook.domain.values.errors import ItemTooLarge
from lotbook.domain.values.instants import SECOND

A, NAME, AT = "acme", "unit#credits", 1_800_000_000_000


def items(table: Table) -> list[dict[str, Any]]:
    return [from_item(item) for item in table.client.scan(TableName=table.name)["Items"]]


def test_d37_a_mark_is_read_as_it_was_kept_last(table: Table) -> None:
    store = DynamoAudits(table)
    assert store.mark(A, NAME) is None
    store.keep(A, NAME, b"one", AT)
    store.keep(A, NAME, b"two", AT)
    store.keep(A, "account", b"three", AT)
    assert [store.mark(A, name) for name in (NAME, "account", "unit#gb")] == [b"two", b"three", None]


def test_d37_a_mark_past_one_item_lies_in_parts_that_vanish_long_after_a_rotation(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An account may have 100,000 open lots; the parts of the mark before are dropped by time, never by a crash."""
    monkeypatch.setattr(audits, "PART", 4)
    store = DynamoAudits(table)
    store.keep(A, NAME, b"0123456789", AT)
    assert store.mark(A, NAME) == b"0123456789"
    store.keep(A, NAME, b"abcdefghij", AT)
    assert store.mark(A, NAME) == b"abcdefghij"
    ends = [item["ttl"] for item in items(table) if "ttl" in item]
    assert (len(items(table)), len(ends)) == (5, 4)
    assert min(ends) > (AT + 2 * ROTATION) // SECOND
    monkeypatch.setattr(audits, "MAX_PARTS", 2)
    with pytest.raises(ItemTooLarge, match=A):
        store.keep(A, NAME, b"0123456789", AT)


@pytest.mark.parametrize(
    "damage",
    [
        {"content": b"twO"},
        {"seal": "0" * 64},
        {"parts": 3},
        {"parts": "x"},
        {"content": 3},
    ],
)
def test_d37_a_mark_that_is_not_as_it_was_kept_is_damaged(table: Table, damage: dict[str, Any]) -> None:
    store = DynamoAudits(table)
    store.keep(A, NAME, b"two", AT)
    (item,) = items(table)
    table.client.put_item(TableName=table.name, Item=to_item(item | damage))
    with pytest.raises(Damaged):
        store.mark(A, NAME)


def test_d37_a_mark_of_another_account_or_book_is_damaged(table: Table) -> None:
    store = DynamoAudits(table)
    store.keep(A, NAME, b"two", AT)
    (item,) = items(table)
    for place in (keys.audit_mark("other", NAME), keys.audit_mark(A, "unit#gb")):
        table.client.put_item(TableName=table.name, Item=to_item(item | place))
    for account_id, name in (("other", NAME), (A, "unit#gb")):
        with pytest.raises(Damaged):
            store.mark(account_id, name)


def test_d37_a_lost_part_is_damage(table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audits, "PART", 4)
    store = DynamoAudits(table)
    store.keep(A, NAME, b"0123456789", AT)
    part = next(item for item in items(table) if item["sk"].endswith("#2"))
    table.client.delete_item(TableName=table.name, Key=to_item({"pk": part["pk"], "sk": part["sk"]}))
    with pytest.raises(Damaged):
        store.mark(A, NAME)
