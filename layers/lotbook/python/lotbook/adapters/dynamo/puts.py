"""An item that is written once: who comes second learns what stands there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lotbook.adapters.calls import send, was_refused
from lotbook.adapters.dynamo.table import from_item, to_item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.adapters.dynamo.table import Condition, Table


def put_new(table: Table, values: Mapping[str, Any], condition: Condition) -> dict[str, Any] | None:
    """None when written, else the item that the condition refused it for. Raises Unavailable."""
    request = {
        "TableName": table.name,
        "Item": to_item(values),
        "ConditionExpression": condition,
        "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
    }
    try:
        send(table.client, "put_item", request)
    except ClientError as refusal:
        if not was_refused(refusal):
            raise
        answer: Mapping[str, Any] = refusal.response
        return from_item(answer["Item"])
    return None
