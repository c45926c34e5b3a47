"""Requests of all nine operations with their answers, and both clients asked for one."""

from __future__ import annotations

import json
from base64 import b64encode
from typing import Any

from lotbook.adapters import calls
from lotbook.adapters.refusals import NoAnswer, ServiceRefused
from tests.contracts.thin.conftest import Pair
from tests.scripted import Act, Scripted

KEY = {"pk": {"S": "A#ärger ✓ \U0001f600"}, "sk": {"S": "account"}}
# Every kind of value that the product keeps, and names that look like kinds.
ITEM: dict[str, Any] = {
    **KEY,
    "n": {"N": "123456789012345678901234567890.5"},
    "bytes": {"B": bytes(range(256))},
    "none": {"NULL": True},
    "flag": {"BOOL": False},
    "empty": {"S": ""},
    "list": {"L": [{"N": "1"}, {"B": b""}, {"L": []}, {"M": {"B": {"S": "not binary"}, "S": {"N": "-1"}}}]},
    "B": {"N": "1"},
    "N": {"M": {"B": {"B": b"\x00\xff"}}},
    "ключ": {"M": {"\u2028": {"S": 'q"\\/\x7f\n'}}},
}
NAMES = {"#r": "r", "#B": "B"}
VALUES = {":n": {"N": "1"}, ":memo": {"L": [{"S": "c"}, {"B": b"\x01\x02"}]}}
UPDATE = {
    "TableName": "t",
    "Key": KEY,
    "UpdateExpression": "SET av = av - :n, r.#r = list_append(:memo, bu)",
    "ConditionExpression": "av >= :n AND attribute_not_exists(#B)",
    "ExpressionAttributeNames": NAMES,
    "ExpressionAttributeValues": VALUES,
    "ReturnValues": "ALL_NEW",
    "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
}
PUT = {"TableName": "t", "Item": ITEM, "ConditionExpression": "attribute_not_exists(pk)"}
HUGE = {"TableName": "t", "Item": {**KEY, "text": {"S": "ä" * 120_000}, "bytes": {"B": b"\xee" * 150_000}}}
QUERY = {
    "TableName": "t",
    "IndexName": "due",
    "KeyConditionExpression": "dp = :n",
    "ExpressionAttributeValues": VALUES,
    "Limit": 7,
    "ScanIndexForward": False,
    "ConsistentRead": False,
    "ExclusiveStartKey": KEY,
}
BATCH = {"RequestItems": {"B": {"Keys": [KEY, KEY], "ConsistentRead": True}}}
PUTS = {"RequestItems": {"B": [{"PutRequest": {"Item": ITEM}}, {"PutRequest": {"Item": {**KEY, "B": {"B": b"x"}}}}]}}
WRITES = {
    "TransactItems": [
        {"Put": PUT},
        {"Update": {name: UPDATE[name] for name in UPDATE if name != "ReturnValues"}},
        {"ConditionCheck": {"TableName": "t", "Key": KEY}},
    ]
}


def wired(document: Any) -> bytes:
    def text(value: bytes) -> str:
        return b64encode(value).decode()

    return json.dumps(document, default=text, ensure_ascii=False).encode()


# Operation, request, and the answer to it.
CORPUS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("update_item", UPDATE, {"Attributes": ITEM}),
    ("update_item", {"TableName": "t", "Key": KEY, "UpdateExpression": "REMOVE dp"}, {}),
    ("put_item", PUT, {}),
    ("put_item", HUGE, {"Attributes": HUGE["Item"]}),
    ("get_item", {"TableName": "t", "Key": KEY, "ConsistentRead": True}, {"Item": ITEM}),
    ("get_item", {"TableName": "t", "Key": KEY}, {}),
    ("delete_item", {"TableName": "t", "Key": KEY, "ReturnValues": "ALL_OLD"}, {"Attributes": {"B": {"B": b"x"}}}),
    ("query", QUERY, {"Items": [ITEM, KEY], "Count": 2, "ScannedCount": 3, "LastEvaluatedKey": KEY}),
    ("query", QUERY, {"Items": [], "Count": 0, "ScannedCount": 0}),
    (
        "batch_get_item",
        BATCH,
        {"Responses": {"B": [ITEM]}, "UnprocessedKeys": {"B": {"Keys": [KEY], "ConsistentRead": True}}},
    ),
    ("batch_get_item", BATCH, {"Responses": {}, "UnprocessedKeys": {}}),
    ("batch_write_item", PUTS, {"UnprocessedItems": {}}),
    ("batch_write_item", PUTS, {"UnprocessedItems": PUTS["RequestItems"]}),
    (
        "transact_get_items",
        {"TransactItems": [{"Get": {"TableName": "t", "Key": KEY}}]},
        {"Responses": [{"Item": ITEM}, {}]},
    ),
    ("transact_write_items", WRITES, {}),
    ("transact_write_items", WRITES | {"ClientRequestToken": "ours"}, {}),
]


def told(client: Any, operation: str, request: dict[str, Any]) -> Any:
    """What a store hears: an answer, a refusal, or nothing."""
    try:
        found = calls._answer(client, operation, request)
    except ServiceRefused as refusal:
        response = refusal.response
        parts = {name: response.get(name) for name in ("Error", "Item", "CancellationReasons")}
        told = response["ResponseMetadata"]
        return "refused", parts, told["HTTPStatusCode"], told["HTTPHeaders"], str(refusal)
    except NoAnswer:
        return "no answer"
    metadata = found.pop("ResponseMetadata")
    return "answered", found, metadata["HTTPStatusCode"], metadata["HTTPHeaders"], metadata["RetryAttempts"]


def both(pair: Pair, operation: str, request: dict[str, Any], *acts: Act) -> tuple[Any, Any]:
    pair.pauses.botocores.clear()
    pair.pauses.thins.clear()
    pair.oracles.plays(*acts)
    pair.thins.plays(*acts)
    return told(pair.oracle, operation, request), told(pair.thin, operation, request)


def asked(server: Scripted) -> list[Any]:
    """Bodies as documents, for blanks and the order of names say nothing; a token of a client's own is only there or not."""
    bodies = [json.loads(request.body) for request in server.requests]
    for body in bodies:
        if len(body.get("ClientRequestToken", "")) > len("ours"):
            body["ClientRequestToken"] = "its own"
    return bodies
