"""How whole items are written: once, or over what is there, and never over what a newer release has written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, was_refused
from lotbook.adapters.dynamo import formats
from lotbook.adapters.dynamo.table import from_item, to_attribute, to_item
from lotbook.adapters.refusals import ServiceRefused

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
    except ServiceRefused as refusal:
        if not was_refused(refusal):
            raise
        answer: Mapping[str, Any] = refusal.response
        return from_item(answer["Item"])
    return None


def put_over(table: Table, values: Mapping[str, Any], condition: Condition) -> None:
    """Put it over whatever is there. Raises NewerFormat where that is a newer release's (NOT_NEWER), Unavailable."""
    item = to_item(values)
    kind = formats.format_of(values["pk"], values["sk"])
    request = {
        "TableName": table.name,
        "Item": item,
        "ConditionExpression": condition,
        "ExpressionAttributeValues": {":f": to_attribute(kind.reads)},
    }
    try:
        send(table.client, "put_item", request)
    except ServiceRefused as refusal:
        if not was_refused(refusal):
            raise
        formats.refuse(kind.kind, "newer", values["pk"])


def over_version(
    table: Table, key: Mapping[str, str], values: Mapping[str, Any], condition: Condition
) -> dict[str, Any]:
    """The update that writes all that this release knows of an item, in its next version, over the one before that.

    It leaves other attributes alone: an older release must not wipe what a newer one wrote beside them. All that is known
    is written anew, so the number is this release's own.
    """
    named = {**values, formats.NAME: formats.format_of(key["pk"], key["sk"]).writes}
    return {
        "TableName": table.name,
        "Key": to_item(key),
        "UpdateExpression": "SET " + ", ".join(f"#{name} = :{name}" for name in named),
        "ConditionExpression": condition,
        "ExpressionAttributeNames": {f"#{name}": name for name in named},
        "ExpressionAttributeValues": to_item(
            {f":{name}": value for name, value in named.items()} | {":read": values["version"] - 1}
        ),
    }
