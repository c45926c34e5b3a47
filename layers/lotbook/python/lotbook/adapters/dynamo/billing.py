"""Billing details: one item an account, written under its version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, write_over
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import NOT_YET_WRITTEN, STILL_THE_VERSION_READ, from_item, to_item
from lotbook.domain.invoices.billing_details import Address, BillingDetails
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.values.light_dataclasses import asdict, fields, replace

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.adapters.dynamo.table import Table


class DynamoBilling:
    """Implements `BillingStore`. Reads are strongly consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account_id: str) -> BillingRecord | None:
        """The account's details, or None."""
        request = {"TableName": self._table.name, "Key": to_item(keys.billing(account_id)), "ConsistentRead": True}
        answer = send(self._table.client, "get_item", request)
        return _record(from_item(answer["Item"])) if "Item" in answer else None

    def save(self, record: BillingRecord, read: BillingRecord | None) -> BillingRecord:
        """Write the record over the one that was read (None: there was none). Raises Conflict when somebody was faster."""
        saved = replace(record, version=1 if read is None else read.version + 1)
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "Item": to_item(keys.billing(record.account_id) | asdict(saved)),
            "ConditionExpression": NOT_YET_WRITTEN,
        }
        if read is not None:
            request["ConditionExpression"] = STILL_THE_VERSION_READ
            request["ExpressionAttributeNames"] = {"#version": "version"}
            request["ExpressionAttributeValues"] = to_item({":read": read.version})
        write_over(self._table.client, "put_item", request)
        return saved


def details_of(values: Mapping[str, Any]) -> BillingDetails:
    """Details as they were kept, here or in a purchase."""
    known = _known(BillingDetails, values)
    known["address"] = _address(known["address"])
    known["shipping"] = _address(known["shipping"]) if known.get("shipping") else None
    return BillingDetails(**known)


def _address(values: Mapping[str, Any]) -> Address:
    return Address(**_known(Address, values))


def _record(values: Mapping[str, Any]) -> BillingRecord:
    known = _known(BillingRecord, values)
    return BillingRecord(**known | {name: details_of(known[name]) for name in ("details", "first")})


def _known(model: type[Any], values: Mapping[str, Any]) -> dict[str, Any]:
    names = {field.name for field in fields(model)}
    return {name: value for name, value in values.items() if name in names}
