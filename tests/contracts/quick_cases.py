"""What is asked of moto, as it is and quickened: `test_quick_moto.py` compares the answers. One table, one partition."""

from __future__ import annotations

from typing import Any

KEY = {"PK": {"S": "a"}, "SK": {"S": "b"}}
TABLE: dict[str, Any] = {
    "TableName": "t",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in KEY],
    "GlobalSecondaryIndexes": [
        {
            "IndexName": "turned",
            "KeySchema": [{"AttributeName": "SK", "KeyType": "HASH"}, {"AttributeName": "PK", "KeyType": "RANGE"}],
            "Projection": {"ProjectionType": "KEYS_ONLY"},
        }
    ],
}
ITEM = {
    **KEY,
    "n": {"N": "5"},
    "text": {"S": ""},
    "packed": {"B": b"\x00\xffpacked"},
    "map": {"M": {"inner": {"L": [{"N": "1"}, {"BOOL": False}, {"NULL": True}]}, "empty": {"M": {}}}},
    "numbers": {"NS": ["1", "2"]},
    "blobs": {"BS": [b"x", b"y"]},
}
VALUES: dict[str, dict[str, Any]] = {
    ":one": {"N": "1"},
    ":five": {"N": "5"},
    ":b": {"B": b"new"},
    ":m": {"M": {"x": {"N": "9"}}},
    ":list": {"L": [{"S": "é"}, {"M": {"deep": {"NS": ["7"]}}}]},
    ":set": {"NS": ["2", "3"]},
    ":whole": {"NS": ["1", "2"]},
    ":words": {"SS": ["x"]},
    ":kind": {"S": "N"},
    ":empty": {"S": ""},
    ":null": {"NULL": True},
}
CONDITIONS = [
    "n BETWEEN :one AND :five",
    "text IN (:kind, :empty)",
    "n IN (:one)",
    "NOT n = :one AND (n = :five OR attribute_exists(missing))",
    "attribute_exists(packed) AND attribute_not_exists(missing) AND n <> :one",
    "contains(numbers, :one) OR contains(text, :kind)",
    "begins_with(text, :empty)",
    "size(numbers) < :five AND size(blobs) >= :one",
    "attribute_type(n, :kind) AND n <= :five",
    "numbers = :whole AND n > :one",
    "missing = :null OR missing < :five",
    "packed = :b",
    "((n = :five))",
    "(n = :five",
    "n = :five AND",
    "n = ? :five",
    "n :five",
    "n = :unknown",
    "n = :unknown AND",
]
# Update expression, condition, names.
UPDATES: list[tuple[str, str | None, dict[str, str]]] = [
    ("SET n = n + :one", "n = :five", {}),
    ("SET n = n - :one, packed = :b, #m.#x = :m REMOVE numbers", None, {"#m": "map", "#x": "x"}),
    ("SET n = if_not_exists(missing, :five) ADD counted :one", "attribute_not_exists(missing)", {}),
    ("REMOVE #m.inner[0], #m.inner[1]", None, {"#m": "map"}),
    ("SET n = :one", "n > :five", {}),
    ("SET n = :one SET text = :b", None, {}),
    ("REMOVE n REMOVE text", None, {}),
    ("SET n = :one, n = :five", None, {}),
    ("SET #n = :one, n = :five", None, {"#n": "n"}),
    ("SET #m.x = :one, #m.x.y = :five", None, {"#m": "map"}),
    ("SET PK = :one", None, {}),
    ("SET n = missing + :one", None, {}),
    ("SET n = text + :one", None, {}),
    ("SET n = :unknown", None, {}),
    ("SET n = ", None, {}),
    ("SET #m.inner[0] = :five, #m.inner[7] = n, #m.deep = :list", None, {"#m": "map"}),
    ("SET #m.inner = list_append(#m.inner, :list), other = list_append(:list, :list)", None, {"#m": "map"}),
    ("SET #m.inner[1].x = :one", None, {"#m": "map"}),
    ("SET missing.x = :one", None, {}),
    ("SET n = if_not_exists(n, :five) + :one, text = if_not_exists(missing, :list)", None, {}),
    ("ADD numbers :set, fresh :set, n :five", None, {}),
    ("ADD text :set", None, {}),
    ("DELETE numbers :set", None, {}),
    ("DELETE numbers :whole, missing :words", None, {}),
    ("DELETE blobs :words", None, {}),
    ("SET #v = :one", None, {"#v": "values", "#w": "unused"}),
    ("SET values = :one", None, {}),
    ("SET n = :null REMOVE #m, text ADD more :one DELETE numbers :set", None, {"#m": "map"}),
    *[("SET n = :one", condition, {}) for condition in CONDITIONS],
    *[("SET n = :one", "#n = :five", {"#n": name}) for name in ("n", "missing", "text")],
]
OTHER = {"PK": {"S": "a"}, "SK": {"S": "c"}}
WHOLE = {"KeyConditionExpression": "PK = :pk", "ExpressionAttributeValues": {":pk": {"S": "a"}}}
NOT_THERE = {"ConditionExpression": "attribute_not_exists(PK)", "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
PUT = {"Put": {"TableName": "t", "Item": {**OTHER, "packed": {"B": b"\x01"}}}}
# Operation and what it asks; played in this order on a table with ITEM alone.
OTHERS: list[tuple[str, dict[str, Any]]] = [
    ("put_item", {"Item": ITEM, **NOT_THERE}),
    (
        "get_item",
        {"Key": KEY, "ProjectionExpression": "n, #m.#i[0]", "ExpressionAttributeNames": {"#m": "map", "#i": "inner"}},
    ),
    ("get_item", {"Key": OTHER, "ConsistentRead": True}),
    ("get_item", {"Key": {"PK": {"S": ""}, "SK": {"S": "b"}}}),
    ("transact_write_items", {"TransactItems": [PUT, {"Delete": {"TableName": "t", "Key": KEY, **NOT_THERE}}]}),
    (
        "transact_write_items",
        {"TransactItems": [{"ConditionCheck": {"TableName": "t", "Key": OTHER, **NOT_THERE}}, PUT]},
    ),
    ("transact_write_items", {"TransactItems": [PUT, PUT]}),
    ("transact_write_items", {"TransactItems": [PUT]}),
    ("transact_get_items", {"TransactItems": [{"Get": {"TableName": "t", "Key": key}} for key in (KEY, OTHER)]}),
    ("query", WHOLE),
    ("query", {**WHOLE, "Limit": 1, "ScanIndexForward": False}),
    ("query", {**WHOLE, "ExclusiveStartKey": KEY, "Select": "COUNT"}),
    (
        "query",
        {
            **WHOLE,
            "FilterExpression": "n > :none",
            "ExpressionAttributeValues": {":pk": {"S": "a"}, ":none": {"N": "0"}},
        },
    ),
    ("query", {"KeyConditionExpression": "n = :n", "ExpressionAttributeValues": {":n": {"N": "1"}}}),
    ("query", {**WHOLE, "IndexName": "none"}),
    ("batch_get_item", {"RequestItems": {"t": {"Keys": [KEY, OTHER], "ProjectionExpression": "packed"}}}),
    ("batch_write_item", {"RequestItems": {"t": [{"DeleteRequest": {"Key": OTHER}}, {"PutRequest": {"Item": ITEM}}]}}),
    ("batch_write_item", {"RequestItems": {"t": [{"PutRequest": {"Item": ITEM}}] * 2}}),
    ("batch_write_item", {"RequestItems": {"nowhere": [{"PutRequest": {"Item": ITEM}}]}}),
    ("scan", {"Limit": 1}),
    ("delete_item", {"Key": KEY, **NOT_THERE}),
    ("delete_item", {"Key": KEY, "ReturnValues": "ALL_OLD"}),
    ("delete_item", {"Key": KEY}),
]
MOST = 405_000  # bytes of an item, as moto counts them
KEY_BYTES = len("PKa") + len("SKb")
LISTED = {"ExpressionAttributeNames": {"#l": "list"}}
MAPPED = {"ExpressionAttributeNames": {"#m": "map"}}
ONE = {":one": {"N": "1"}}


def _of_size(size: int, value: Any = lambda text: {"S": text}, letter: str = "x") -> dict[str, Any]:
    """An item of so many bytes."""
    letters = (size - KEY_BYTES - len("big")) // len(letter.encode())
    return {**KEY, "big": value(letter * letters)}


def _update(expression: str, values: dict[str, Any] | None = None, **more: Any) -> tuple[str, dict[str, Any]]:
    valued = {"ExpressionAttributeValues": values} if values else {}
    return "update_item", {"Key": KEY, "UpdateExpression": expression, **valued, **more}


def _together(*asked: tuple[str, dict[str, Any]]) -> tuple[str, dict[str, Any]]:
    return "transact_write_items", {"TransactItems": [{name: {"TableName": "t", **each}} for name, each in asked]}


SCAN: tuple[str, dict[str, Any]] = ("scan", {})
NESTED = (
    "Update",
    {"Key": KEY, "UpdateExpression": "SET #m.#i[0] = :seven, #m.#i[9] = :seven, #m.later = :seven ADD numbers :more"}
    | {"ExpressionAttributeNames": {"#m": "map", "#i": "inner"}}
    | {"ExpressionAttributeValues": {":seven": {"N": "7"}, ":more": {"NS": ["7"]}}},
)
PUT_OTHER = ("Put", {"Item": {**OTHER, "packed": {"B": b"\x01"}}})
PARTS = {"ExpressionAttributeNames": {"#m": "map", "#e": "empty"}}
RANGED = {"ExpressionAttributeValues": {":pk": {"S": "a"}, ":low": {"S": "a"}, ":high": {"S": "c"}}}
MISSING = {"PK": {"S": "a"}, "SK": {"S": "z"}}
THERE = {"ConditionExpression": "attribute_exists(PK)"}
# Played after OTHERS, in this order.
EDGES: list[tuple[str, dict[str, Any]]] = [
    ("put_item", {"Item": _of_size(MOST)}),
    ("put_item", {"Item": _of_size(MOST + 1)}),
    ("put_item", {"Item": _of_size(MOST + 1, lambda text: {"M": {"": {"L": [{"S": text}]}}})}),
    ("put_item", {"Item": _of_size(MOST - 1, letter="é")}),
    ("put_item", {"Item": _of_size(MOST + 2, lambda text: {"SS": [text[:9], text[9:]]}, "é")}),
    (
        "put_item",
        {"Item": _of_size(MOST - 1, lambda text: {"M": {text[:9]: {"BOOL": True}, text[10:]: {"NULL": True}}})},
    ),
    ("put_item", {"Item": _of_size(MOST, lambda text: {"B": text.encode()})}),
    ("put_item", {"Item": _of_size(MOST + 1, lambda text: {"BS": [text.encode()]})}),
    ("put_item", {"Item": _of_size(MOST - 9)}),
    _update("SET extra = :text", {":text": {"S": "four"}}),
    _update("SET extra = :text", {":text": {"S": "fours"}}),
    _update("REMOVE extra"),
    _update("SET extra = :text", {":text": {"NS": ["10", "11", "3"]}}),
    _update("SET big = :text, n = :one", {":text": {"S": "smaller"}, **ONE}, ReturnValues="UPDATED_NEW"),
    # Several attributes in one update, with a part of one between, at the edge.
    ("put_item", {"Item": _of_size(MOST - 100) | {"list": {"L": [{"S": "x" * 36}]}}}),
    _update("SET extra = :text", {":text": {"S": "x" * 20}}),
    _update("SET extra = :text, late = :more", {":text": {"S": "x" * 20}, ":more": {"S": "x" * 32}}),
    _update("SET extra = :text, late = :more", {":text": {"S": "x" * 20}, ":more": {"S": "x" * 31}}),
    _update("SET late = :text, big = :text", {":text": {"S": "x"}}),
    _update("REMOVE late SET extra = :text", {":text": {"S": "x"}}),
    _update(
        "SET aa = :text, #l[0] = :more, bb = :text", {":text": {"S": "x" * 20}, ":more": {"S": "x" * 56}}, **LISTED
    ),
    _update(
        "SET aa = :text, #l[0] = :more, bb = :text", {":text": {"S": "x" * 20}, ":more": {"S": "x" * 46}}, **LISTED
    ),
    SCAN,
    _update("REMOVE aa, bb"),
    _update("SET big = :text, aa = :text REMOVE extra ADD num :one", {":text": {"S": "x" * 20}, **ONE}),
    SCAN,
    _together(("Put", {"Item": OTHER}), ("Put", {"Item": _of_size(MOST + 1)})),
    ("batch_write_item", {"RequestItems": {"t": [{"PutRequest": {"Item": _of_size(MOST + 1)}}]}}),
    ("put_item", {"Item": ITEM, "ReturnValues": "ALL_OLD"}),
    *[
        _update("SET n = n + :one, #m.fresh = n REMOVE blobs", ONE, ReturnValues=told, **MAPPED)
        for told in ("NONE", "ALL_OLD", "UPDATED_OLD", "UPDATED_NEW", "ALL_NEW")
    ],
    # A failed condition tells what is there.
    ("put_item", {"Item": ITEM}),
    ("put_item", {"Item": OTHER | KEY, **NOT_THERE}),
    ("delete_item", {"Key": KEY, **NOT_THERE}),
    _update("SET n = :one", ONE, **NOT_THERE),
    # A transaction that fails in the middle leaves what was there.
    _together(PUT_OTHER, NESTED, ("ConditionCheck", {"Key": MISSING, **THERE})),
    SCAN,
    _together(("Delete", {"Key": KEY}), PUT_OTHER, ("Update", {**NESTED[1], "Key": MISSING})),
    SCAN,
    _together(NESTED, ("Put", {"Item": OTHER, **THERE}), ("ConditionCheck", {"Key": KEY, **NOT_THERE})),
    SCAN,
    _together(NESTED, PUT_OTHER),
    SCAN,
    # moto's copy of an attribute is the attribute itself, also after a transaction has put back what was there.
    _update("SET copied = #m", **MAPPED),
    _update("SET copied.one = :one", ONE),
    SCAN,
    _together(NESTED, ("ConditionCheck", {"Key": MISSING, **THERE})),
    _update("SET copied.two = :one", ONE, ReturnValues="ALL_NEW"),
    SCAN,
    # Parts of items.
    ("get_item", {"Key": KEY, "ProjectionExpression": "blobs, numbers, packed, #m.#e, copied", **PARTS}),
    ("query", {**WHOLE, "ProjectionExpression": "n, #m.inner[1]", **MAPPED}),
    (
        "query",
        {"IndexName": "turned", "KeyConditionExpression": "SK = :sk", "ExpressionAttributeValues": {":sk": KEY["SK"]}},
    ),
    ("query", {**RANGED, "KeyConditionExpression": "PK = :pk AND SK BETWEEN :low AND :high"}),
    ("query", {**RANGED, "KeyConditionExpression": "PK = :pk AND SK >= :low", "FilterExpression": "SK <> :high"}),
    ("scan", {"FilterExpression": "attribute_exists(n) AND n < :one", "ExpressionAttributeValues": ONE}),
    ("scan", {"IndexName": "turned"}),
    ("scan", {"Segment": 0, "TotalSegments": 2}),
    ("scan", {"ExclusiveStartKey": KEY}),
    (
        "transact_get_items",
        {"TransactItems": [{"Get": {"TableName": "t", "Key": KEY, "ProjectionExpression": "blobs"}}]},
    ),
]
