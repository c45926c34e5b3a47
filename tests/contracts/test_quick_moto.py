"""`tests/quick_moto.py` answers what moto answers, refusals and figures too."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from moto.dynamodb.responses import DynamoHandler

from tests.quick_moto import QUICKER, SLOWER, mock_aws

LONG_ENOUGH_TO_MEET = 0.5  # seconds
KEY = {"PK": {"S": "a"}, "SK": {"S": "b"}}
TABLE: dict[str, Any] = {
    "TableName": "t",
    "BillingMode": "PAY_PER_REQUEST",
    "KeySchema": [{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in KEY],
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
VALUES = {":one": {"N": "1"}, ":five": {"N": "5"}, ":b": {"B": b"new"}, ":m": {"M": {"x": {"N": "9"}}}}
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
OF_MANY_TABLES = {"transact_write_items", "transact_get_items", "batch_get_item", "batch_write_item"}


def _answer(call: Any, **request: Any) -> Any:
    of_one = {} if call.__name__ in OF_MANY_TABLES else {"TableName": "t"}
    try:
        found = call(**of_one, ReturnConsumedCapacity="TOTAL", **request)
    except ClientError as error:
        found = {"raised": type(error).__name__, "said": str(error), **error.response}
    told = found.pop("ResponseMetadata")
    return {**found, "status": told["HTTPStatusCode"], "told when": "date" in told["HTTPHeaders"]}


def _client() -> Any:
    """A client of moto, with an empty table."""
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    client.create_table(**TABLE)
    return client


def _answers() -> Iterator[Any]:
    """The same calls on a new table, and what each found."""
    with mock_aws():
        client = _client()
        for expression, condition, names in UPDATES:
            yield _answer(client.put_item, Item=ITEM, ReturnValues="ALL_OLD")
            used = {name: value for name, value in VALUES.items() if name in f"{expression} {condition}"}
            asked = {"ConditionExpression": condition, "ExpressionAttributeNames": names}
            yield _answer(
                client.update_item,
                Key=KEY,
                UpdateExpression=expression,
                ReturnValues="ALL_NEW",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
                ExpressionAttributeValues=used,
                **{name: value for name, value in asked.items() if value},
            )
            yield _answer(client.get_item, Key=KEY)
            yield _answer(client.scan)
        yield _answer(client.put_item, Item=ITEM)
        for operation, asked in OTHERS:
            yield _answer(getattr(client, operation), **asked)
        for wrong in ({"Key": {"PK": {"Z": "a"}}}, {"Kee": KEY}, {"Key": KEY, "ConsistentRead": "yes"}):
            with pytest.raises(ParamValidationError) as refused:
                client.get_item(TableName="t", **wrong)
            yield {"said": str(refused.value)}


def test_every_answer_is_motos_own(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = list(_answers())
    for owner, name, as_it_is in SLOWER:
        monkeypatch.setattr(owner, name, as_it_is)
    assert quick == list(_answers())
    codes = [found["Error"]["Code"] for found in quick if "Error" in found]
    assert codes.count("ValidationException") >= 8
    assert {"ConditionalCheckFailedException", "TransactionCanceledException", "ResourceNotFoundException"} <= set(
        codes
    )
    assert len(QUICKER) == len(SLOWER)


def test_calls_of_several_threads_take_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto reads its dictionaries while another thread writes them, and fails by chance: `dictionary changed size`."""
    both_inside, met, found = Barrier(2), [], DynamoHandler.get_item

    def meeting(handler: DynamoHandler) -> Any:
        with suppress(BrokenBarrierError):
            met.append(both_inside.wait(timeout=LONG_ENOUGH_TO_MEET))
        return found(handler)

    with mock_aws():
        client = _client()
        monkeypatch.setattr(DynamoHandler, "get_item", meeting)
        with ThreadPoolExecutor(2) as threads:
            asked = [threads.submit(client.get_item, TableName="t", Key=KEY) for _ in range(2)]
            assert [each.result()["ResponseMetadata"]["HTTPStatusCode"] for each in asked] == [200, 200]
    assert met == []


def test_tables_are_made_and_deleted_with_motos_own_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    """But for the instant, which HTTP rounds."""
    quick = list(_of_tables())
    for owner, name, as_it_is in SLOWER:
        monkeypatch.setattr(owner, name, as_it_is)
    assert quick == list(_of_tables())
    assert ["Error" in found for found in quick] == [False, True, False, True, False]


def _of_tables() -> Iterator[Any]:
    client = boto3.client("dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
    with mock_aws():
        for operation in ("create_table", "create_table", "delete_table", "delete_table", "create_table"):
            try:
                found = getattr(client, operation)(**(TABLE if operation == "create_table" else {"TableName": "t"}))
            except ClientError as error:
                found = {"said": str(error), **error.response}
            found.pop("ResponseMetadata")
            found.get("TableDescription", {}).pop("CreationDateTime", None)
            yield found
