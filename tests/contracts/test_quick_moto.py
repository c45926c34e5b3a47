"""`tests/quick_moto.py` answers what moto answers, refusals and figures too."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from moto.dynamodb.responses import DynamoHandler

from tests.contracts.quick_cases import EDGES, ITEM, KEY, OTHERS, TABLE, UPDATES, VALUES
from tests.quick_moto import QUICKER, SLOWER, mock_aws

LONG_ENOUGH_TO_MEET = 0.5  # seconds
OF_MANY_TABLES = {"transact_write_items", "transact_get_items", "batch_get_item", "batch_write_item"}


def _answer(call: Any, **request: Any) -> Any:
    of_one = {} if call.__name__ in OF_MANY_TABLES else {"TableName": "t"}
    try:
        found = call(**of_one, ReturnConsumedCapacity="TOTAL", **request)
    except ClientError as error:
        found = {"raised": type(error).__name__, "said": str(error), **error.response}
    except (KeyError, ValueError) as error:  # moto has no words of DynamoDB's for a condition that it cannot read
        return {"failed": str(error)}
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
            words = set(re.findall(r":\w+", f"{expression} {condition}"))
            used = {name: value for name, value in VALUES.items() if name in words}
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
        for operation, asked in (*OTHERS, *EDGES):
            yield _answer(getattr(client, operation), **asked)
        for wrong in ({"Key": {"PK": {"Z": "a"}}}, {"Kee": KEY}, {"Key": KEY, "ConsistentRead": "yes"}):
            with pytest.raises(ParamValidationError) as refused:
                client.get_item(TableName="t", **wrong)
            yield {"said": str(refused.value)}


def test_every_answer_is_motos_own(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = list(_answers())
    for owner, name, as_it_is in SLOWER:
        monkeypatch.setattr(owner, name, as_it_is)
    for found, of_moto in zip(quick, _answers(), strict=True):
        assert found == of_moto
    codes = [found["Error"]["Code"] for found in quick if "Error" in found]
    assert codes.count("ValidationException") >= 25
    assert codes.count("ConditionalCheckFailedException") >= 8
    assert codes.count("TransactionCanceledException") >= 3
    assert "ResourceNotFoundException" in codes
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
