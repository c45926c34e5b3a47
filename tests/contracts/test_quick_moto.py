"""`tests/quick_moto.py` answers what moto answers, refusals and figures too."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.quick_moto import QUICKER, SLOWER, mock_aws

KEY = {"PK": {"S": "a"}, "SK": {"S": "b"}}
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


def _answer(call: Any, **request: Any) -> Any:
    try:
        found = call(TableName="t", ReturnConsumedCapacity="TOTAL", **request)
    except ClientError as error:
        found = error.response
    return {name: part for name, part in found.items() if name != "ResponseMetadata"}


def _answers() -> Iterator[Any]:
    """The same calls on a new table, and what each found."""
    with mock_aws():
        client = boto3.client(
            "dynamodb", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        client.create_table(
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}, {"AttributeName": "SK", "KeyType": "RANGE"}],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in KEY],
        )
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


def test_every_answer_is_motos_own(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = list(_answers())
    for owner, name, as_it_is in SLOWER:
        monkeypatch.setattr(owner, name, as_it_is)
    assert quick == list(_answers())
    codes = [found["Error"]["Code"] for found in quick if "Error" in found]
    assert codes.count("ValidationException") >= 8
    assert "ConditionalCheckFailedException" in codes
    assert len(QUICKER) == len(SLOWER)
