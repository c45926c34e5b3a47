"""Billing details in the table and in the fake: the same answers (one thread)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.billing import DynamoBilling
from lotbook.adapters.dynamo.table import to_item
from lotbook.domain.invoices.billing_details import Address
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.values.errors import Conflict
from tests import table as tables
from tests.fakes.billing import FakeBilling, details
from tests.quick_moto import mock_aws

FIRST = details()
FULL = details(
    phone="+1 555 0100",
    tax_id="123456789",
    purchase_order="PO-1",
    receipt_email="ap@acme.example",
    shipping=Address("2 Dock Rd", "Port", "1", "US", line2="Gate 4", state="OR"),
)
RECORD = BillingRecord("acme", FULL, FIRST, 1_000, 2_000, "ann", edition=4, sent=3, sent_to="cus_1")


@pytest.fixture(params=["table", "fake"])
def store(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    if request.param == "fake":
        yield FakeBilling()
        return
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield DynamoBilling(tables.create(tables.dynamodb()))


def test_details_are_read_as_they_were_written(store: Any) -> None:
    assert store.get("acme") is None
    saved = store.save(RECORD, None)
    assert saved == replace(RECORD, version=1)
    assert store.get("acme") == saved
    assert store.get("other") is None
    again = store.save(replace(saved, details=FIRST), saved)
    assert (store.get("acme"), again.version) == (again, 2)


def test_two_at_once_one_is_told_so(store: Any) -> None:
    first = store.save(RECORD, None)
    with pytest.raises(Conflict):
        store.save(RECORD, None)
    store.save(first, first)
    with pytest.raises(Conflict):
        store.save(replace(first, actor="bob"), first)
    assert store.get("acme").actor == "ann"


def test_attributes_of_a_later_version_are_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        table = tables.create(tables.dynamodb())
        store = DynamoBilling(table)
        store.save(RECORD, None)
        table.client.update_item(
            TableName=table.name,
            Key=to_item(keys.billing("acme")),
            UpdateExpression="SET colour = :red, details.colour = :red",
            ExpressionAttributeValues=to_item({":red": "red"}),
        )
        assert store.get("acme") == replace(RECORD, version=1)
