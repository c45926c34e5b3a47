"""Endpoints, and their secrets beside them in partitions that only the relay may read.

A rotation moves secrets along inside the item, by expressions: whoever writes the next one never reads those before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send, write_over
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.table import (
    NOT_YET_WRITTEN,
    STILL_THE_VERSION_READ,
    Condition,
    from_item,
    to_attribute,
    to_item,
)
from lotbook.domain.endpoints.endpoint import Endpoint
from lotbook.domain.endpoints.signing import Secret
from lotbook.domain.values.light_dataclasses import asdict, fields, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.adapters.dynamo.table import Table

SAME_SECRETS = Condition("attribute_exists(pk) AND f <= :f")
# Three places, the newest first. An expression's right side is the item as it was before the write.
WITH_OVERLAP = "SET secret_2 = if_not_exists(secret_1, :none), ends_2 = if_not_exists(ends_1, :over), secret_1 = secret_0, ends_1 = :ends, secret_0 = :new, f = :writes"
AT_ONCE = "SET secret_0 = :new, f = :writes REMOVE secret_1, ends_1, secret_2, ends_2"


class DynamoEndpoints:
    """Implements `EndpointStore`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def list(self) -> list[Endpoint]:
        """One query of one partition: a deployment has few."""
        request = {
            "TableName": self._table.name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": to_item({":pk": keys.endpoint("")["pk"]}),
            "ConsistentRead": True,
        }
        return [_endpoint(from_item(item)) for item in send(self._table.client, "query", request)["Items"]]

    def get(self, endpoint_id: str) -> Endpoint | None:
        """One read."""
        key = to_item(keys.endpoint(endpoint_id))
        request = {"TableName": self._table.name, "Key": key, "ConsistentRead": True}
        found = send(self._table.client, "get_item", request)
        return _endpoint(from_item(found["Item"])) if "Item" in found else None

    def create(self, endpoint: Endpoint, secret: str) -> None:
        """A try of the SDK's own that is sent twice is one transaction, for it bears a token."""
        made = self._put(endpoint) | {"ConditionExpression": NOT_YET_WRITTEN}
        secrets = keys.endpoint_secrets(endpoint.endpoint_id) | {"secret_0": secret}
        beside = {"TableName": self._table.name, "Item": to_item(secrets)}
        write_over(self._table.client, "transact_write_items", {"TransactItems": [{"Put": made}, {"Put": beside}]})

    def save(self, endpoint: Endpoint) -> Endpoint:
        """Over the version that was read."""
        written = replace(endpoint, version=endpoint.version + 1)
        write_over(self._table.client, "put_item", self._put(written) | self._still(endpoint.version))
        return written

    def rotate(self, endpoint: Endpoint, secret: str) -> Endpoint:
        """Both items or none."""
        written = replace(endpoint, version=endpoint.version + 1)
        over = endpoint.secret_ends[0] if endpoint.secret_ends else None
        values: dict[str, Any] = {":new": secret, ":f": formats.SECRETS.reads, ":writes": formats.SECRETS.writes}
        if over is not None:
            values |= {":ends": over, ":none": "", ":over": 0}
        moved = {
            "TableName": self._table.name,
            "Key": to_item(keys.endpoint_secrets(endpoint.endpoint_id)),
            "UpdateExpression": AT_ONCE if over is None else WITH_OVERLAP,
            "ConditionExpression": SAME_SECRETS,
            "ExpressionAttributeValues": to_item(values),
        }
        saved = self._put(written) | self._still(endpoint.version)
        write_over(self._table.client, "transact_write_items", {"TransactItems": [{"Put": saved}, {"Update": moved}]})
        return written

    def delete(self, endpoint_id: str) -> None:
        """Both items."""
        gone = (keys.endpoint(endpoint_id), keys.endpoint_secrets(endpoint_id))
        items = [{"Delete": {"TableName": self._table.name, "Key": to_item(key)}} for key in gone]
        write_over(self._table.client, "transact_write_items", {"TransactItems": items})

    @staticmethod
    def _still(version: int) -> dict[str, Any]:
        return {
            "ConditionExpression": STILL_THE_VERSION_READ,
            "ExpressionAttributeNames": {"#version": "version"},
            "ExpressionAttributeValues": {":read": to_attribute(version)},
        }

    def _put(self, endpoint: Endpoint) -> dict[str, Any]:
        values = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(endpoint).items()}
        return {"TableName": self._table.name, "Item": to_item(keys.endpoint(endpoint.endpoint_id) | values)}


class DynamoEndpointSecrets:
    """Implements `EndpointSecrets`."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def read(self, endpoint_id: str) -> Sequence[Secret]:
        """One read."""
        key = to_item(keys.endpoint_secrets(endpoint_id))
        request = {"TableName": self._table.name, "Key": key, "ConsistentRead": True}
        found = send(self._table.client, "get_item", request)
        if "Item" not in found:
            return ()
        item = from_item(found["Item"])
        before = [Secret(item[f"secret_{at}"], item[f"ends_{at}"]) for at in (1, 2) if item.get(f"secret_{at}")]
        return (Secret(item["secret_0"]), *before)


_KNOWN = tuple(each.name for each in fields(Endpoint))


def _endpoint(item: Mapping[str, Any]) -> Endpoint:
    known = {name: item[name] for name in _KNOWN if name in item}
    return Endpoint(**known | {"types": tuple(item["types"]), "secret_ends": tuple(item["secret_ends"])})
