"""The operator's command for service keys, against the table in memory."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ClientError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    NoRegionError,
    ParamValidationError,
    ProfileNotFound,
)

from lotbook.adapters.dynamo.service_keys import DynamoServiceKeys
from lotbook.adapters.dynamo.table import Table
from lotbook.usecases.accounts.authenticate import hash_of
from operate.stack import Stack
from tests.operate.terminal import lotbook, on
from tests.quick_moto import mock_aws
from tests.table import create, dynamodb


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    """An empty table, and the command's client to it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        client = dynamodb()
        monkeypatch.setattr(boto3, "client", lambda _: client)
        yield create(client)


def keys(table: Table, verb: str, *arguments: str) -> int:
    yes = [] if verb == "list" else ["--yes"]
    return on(Stack({"Table": table.name}, lambda _: table.client), "keys", verb, *arguments, *yes)


def test_an_issued_key_has_its_scopes_until_it_is_revoked_and_is_not_in_the_table(
    table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    assert keys(table, "create", "backend", "credits:consume", "read") == 0
    key = capsys.readouterr().out.strip()
    assert key.startswith("lbk_backend_")
    store = DynamoServiceKeys(table)
    assert store.find(hash_of(key)) == ("backend", frozenset({"credits:consume", "read"}))
    assert key not in str(table.client.scan(TableName="lotbook")["Items"])
    assert keys(table, "revoke", key) == 0
    assert store.find(hash_of(key)) is None


def test_a_scope_that_does_not_exist_is_refused_before_anything_is_written(table: Table) -> None:
    assert keys(table, "create", "backend", "everything") == 2
    assert table.client.scan(TableName="lotbook")["Items"] == []


def test_a_key_that_is_lost_is_revoked_by_its_name(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever must revoke a key in a hurry often does not have it."""
    for name in ("backend", "backend", "other"):
        keys(table, "create", name, "read")
    first, second, other = capsys.readouterr().out.split()
    assert keys(table, "revoke", "backend") == 0
    store = DynamoServiceKeys(table)
    assert [store.find(hash_of(key)) is None for key in (first, second, other)] == [True, True, False]
    assert "2 revoked" in capsys.readouterr().out


def test_the_list_shows_names_scopes_and_what_was_revoked_and_no_key(
    table: Table, capsys: pytest.CaptureFixture[str]
) -> None:
    keys(table, "create", "backend", "read", "credits:consume")
    keys(table, "create", "old", "read")
    issued = capsys.readouterr().out.split()
    keys(table, "revoke", "old")
    capsys.readouterr()
    assert keys(table, "list", "--json") == 0
    shown = capsys.readouterr().out
    listed = json.loads(shown)["keys"]
    assert [(each["name"], each["revoked_at"] is None) for each in listed] == [("backend", True), ("old", False)]
    assert listed[0]["scopes"] == ["credits:consume", "read"]
    assert not any(key in shown or hash_of(key) in shown for key in issued)


@pytest.mark.parametrize("key", ["backend", "lbk_backend_000"])
def test_a_key_that_does_not_exist_is_told(table: Table, key: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert keys(table, "revoke", key) == 1
    assert "There is no such key" in capsys.readouterr().err


@pytest.mark.parametrize("name", ["", "two words", "lbk_x", "x" * 65])
def test_a_name_that_is_no_id_is_refused(table: Table, name: str) -> None:
    assert keys(table, "create", name, "read") == 2
    assert table.client.scan(TableName="lotbook")["Items"] == []


class Refuses:
    """A client of AWS whose every call fails so."""

    def __init__(self, failure: Exception) -> None:
        self.failure = failure

    def __getattr__(self, name: str) -> Any:
        raise self.failure


def answered(code: str, message: str = "said so") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Scan")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (NoCredentialsError(), "There are no AWS credentials here"),
        (NoRegionError(), "No AWS region is named: AWS_REGION="),
        (ProfileNotFound(profile="prod"), "The config profile (prod) could not be found"),
        (answered("ResourceNotFoundException"), "There is no table lotbook in this account and region"),
        (answered("AccessDeniedException"), "These AWS credentials may not do this to lotbook: said so"),
        (answered("UnrecognizedClientException"), "AWS does not take these credentials (sign in again)"),
        (answered("ExpiredTokenException"), "AWS does not take these credentials (sign in again)"),
        (answered("ValidationException"), "AWS refused: ValidationException: said so"),
        (EndpointConnectionError(endpoint_url="https://x"), "Nobody answers"),
        (ConnectTimeoutError(endpoint_url="https://x"), "Nobody answers"),
        (ParamValidationError(report="TableName"), "AWS cannot be asked"),
    ],
)
@pytest.mark.parametrize("command", ["keys list", "keys revoke backend", "keys create backend read", "strays list"])
def test_what_aws_refuses_is_one_sentence(
    command: str, failure: Exception, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong table, no region, no credentials, old ones: the first things that happen to whoever deploys."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    found = Stack({"Table": "lotbook"}, lambda _: Refuses(failure))
    assert on(found, *command.split(), *([] if command.endswith("list") else ["--yes"])) == 3
    shown = capsys.readouterr()
    assert (shown.out, len(shown.err.splitlines())) == ("", 2), "the target, and one sentence"
    assert said in shown.err


def test_a_stack_that_nobody_may_read_is_one_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(boto3, "client", lambda *_, **__: Refuses(NoCredentialsError()))
    assert lotbook("keys", "list", "--stack", "prod") == 3
    assert capsys.readouterr().err.splitlines()[1:] == [
        "There are no AWS credentials here: name them, for example AWS_PROFILE=... in front of the command."
    ]
