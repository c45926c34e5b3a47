"""Pages of an account's items whose sort keys end in an id that sorts by time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo.table import from_item, to_item

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.adapters.dynamo.table import Table


def newest_first(
    table: Table, first: Mapping[str, str], after: Mapping[str, str] | None, limit: int
) -> tuple[list[dict[str, Any]], bool]:
    """At most `limit` items, newest first, from below the key `after`, and whether there are more. Strongly consistent.

    `first` is the key without its id. One more than asked for is read, so the end is known. Raises Unavailable.
    """
    below = after["sk"] if after else first["sk"] + "\x7f"
    request = {
        "TableName": table.name,
        "KeyConditionExpression": "pk = :pk AND sk BETWEEN :first AND :below",
        "ExpressionAttributeValues": to_item({":pk": first["pk"], ":first": first["sk"], ":below": below}),
        "ScanIndexForward": False,
        "ConsistentRead": True,
        "Limit": limit + 2,  # the bound itself may be among them
    }
    answer = send(table.client, "query", request)
    items = [item for item in map(from_item, answer["Items"]) if item["sk"] != below]
    # A query ends after a megabyte, too: long rows make a short page, which is not the end of the list.
    return items[:limit], len(items) > limit or ("LastEvaluatedKey" in answer and bool(items))
