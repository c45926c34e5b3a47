"""Links and sessions of the billing page, by the digests of their secrets, beside the account's round.

They carry the table's `ttl`, for nobody asks for them a day after their end; whether one is good is never that attribute's say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import RETRY_AFTER_SECONDS, send, was_refused
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.puts import put_over
from lotbook.adapters.dynamo.table import NOT_NEWER, Condition, Table, from_item, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.portal.sessions import Kind, Pass, Visitor
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import DAY, SECOND

if TYPE_CHECKING:
    from collections.abc import Mapping

NOBODY_USED_IT = Condition("attribute_exists(pk) AND attribute_not_exists(used_at)")  # or a link opens two sessions
KEPT_AFTER_ITS_END = DAY


class DynamoPasses:
    """Implements `PassStore`. Reads are strongly consistent: a revocation counts from the next page on."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def put(self, kind: Kind, digest: str, made: Pass) -> None:
        """A plain put: nobody makes the same secret twice."""
        values = {
            "role": made.visitor.role,
            "actor": made.visitor.actor,
            "return_url": made.visitor.return_url,
            "locale": made.visitor.locale,
            "expires_at": made.expires_at,
            "round": made.round,
            "ttl": (made.expires_at + KEPT_AFTER_ITS_END) // SECOND,
        }
        put_over(self._table, keys.portal_pass(made.visitor.account_id, kind, digest) | values, NOT_NEWER)

    def find(self, kind: Kind, account_id: str, digest: str) -> tuple[Pass | None, int]:
        """Both in one call."""
        wanted = keys.portal_pass(account_id, kind, digest), keys.portal_round(account_id)
        request = {self._table.name: {"Keys": [to_item(key) for key in wanted], "ConsistentRead": True}}
        answer = send(self._table.client, "batch_get_item", {"RequestItems": request})
        if answer.get("UnprocessedKeys"):
            raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS)
        found = {item["sk"]: item for item in map(from_item, answer["Responses"].get(self._table.name, ()))}
        item, current = (found.get(key["sk"]) for key in wanted)
        return None if item is None else _pass(account_id, item), current["round"] if current else 0

    def use_up(self, kind: Kind, account_id: str, digest: str, at: int) -> bool:
        """Also False after a try of the SDK's own whose answer was lost: then nobody has it, which is safe."""
        request = {
            "TableName": self._table.name,
            "Key": to_item(keys.portal_pass(account_id, kind, digest)),
            "UpdateExpression": "SET used_at = :at",
            "ConditionExpression": NOBODY_USED_IT,
            "ExpressionAttributeValues": to_item({":at": at}),
        }
        try:
            send(self._table.client, "update_item", request)
        except ServiceRefused as error:
            if not was_refused(error):
                raise
            return False
        return True

    def round_of(self, account_id: str) -> int:
        """0 where nobody ever revoked."""
        key = to_item(keys.portal_round(account_id))
        found = send(
            self._table.client, "get_item", {"TableName": self._table.name, "Key": key, "ConsistentRead": True}
        )
        return int(from_item(found["Item"])["round"]) if "Item" in found else 0

    def begin_round(self, account_id: str) -> None:
        """One write, however many there are. A try of the SDK's own that is sent twice begins two: no pass is of either."""
        request = {
            "TableName": self._table.name,
            "Key": to_item(keys.portal_round(account_id)),
            "UpdateExpression": "SET f = :f ADD #round :one",
            "ConditionExpression": NOT_NEWER,
            "ExpressionAttributeNames": {"#round": "round"},
            "ExpressionAttributeValues": to_item({":one": 1, ":f": formats.PASS.writes}),
        }
        try:
            send(self._table.client, "update_item", request)
        except ServiceRefused as error:
            if not was_refused(error):
                raise
            formats.refuse(formats.PASS.kind, "newer", f"T#{account_id}")


def _pass(account_id: str, item: Mapping[str, Any]) -> Pass:
    visitor = Visitor(account_id, item["role"], item["actor"], item["return_url"], item["locale"])
    return Pass(visitor, item["expires_at"], item["round"], item.get("used_at"))
