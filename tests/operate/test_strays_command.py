"""The operator's command for stray payments, against the table in memory."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from lotbook.adapters.dynamo.reconciliation import DynamoReconciliation
from lotbook.domain.reconciliation.differences import Stray
from operate.stack import Stack
from tests.operate.terminal import lotbook, on
from tests.quick_moto import mock_aws
from tests.table import create

STRAY = Stray("pi_1", "event", 1_700_000_000_000, "acme", "pur_1", "cs_1", "pi_1", "evt_1", 700, "usd")


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[DynamoReconciliation]:
    """A table with one stray, found as boto3 finds it."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        found = DynamoReconciliation(create(boto3.client("dynamodb")))
        found.keep(STRAY)
        yield found


def run(*arguments: str) -> int:
    yes = [] if arguments[0] == "list" else ["--yes"]
    return on(Stack({"Table": "lotbook"}, lambda _: boto3.client("dynamodb")), "strays", *arguments, *yes)


def test_d_05_a_stray_is_listed_closed_with_who_and_why_and_opened_again(
    store: DynamoReconciliation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("list") == 0
    row = capsys.readouterr().out.splitlines()[2]
    assert row.split() == ["pi_1", "open", "700", "usd", "acme/pur_1", "2023-11-14T22:13:20Z"]
    assert run("close", "cs_1", "--by", "ann", "--why", "Refunded by hand, ticket 12.") == 0
    assert "closed by ann: Refunded by hand, ticket 12." in capsys.readouterr().out
    run("list")
    assert capsys.readouterr().out == "There is no such stray payment.\n"
    assert run("reopen", "pi_1", "--by", "bob", "--why", "The bank sent it back.") == 0
    capsys.readouterr()
    run("list")
    out = capsys.readouterr().out
    assert (out.count("closed by ann"), out.count("opened again by bob")) == (1, 1)
    case = store.stray("pi_1")
    assert case is not None
    assert (case.stray, [note.actor for note in case.notes], case.is_open) == (STRAY, ["ann", "bob"], True)


def test_what_is_not_there_and_what_is_not_said_is_told(
    store: DynamoReconciliation, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("close", "pi_2", "--by", "ann", "--why", "x") == 1
    assert "no stray payment pi_2" in capsys.readouterr().err
    for incomplete in (["--by", "ann"], ["--by", " ", "--why", "x"], ["--by", "ann", "--why", "x" * 1_001]):
        assert run("close", "pi_1", *incomplete) == 2
    case = store.stray("pi_1")
    assert case is not None
    assert case.notes == ()


def test_without_a_run_here_there_is_nothing_to_ask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    assert lotbook("strays", "list") == 3
    assert "make run" in capsys.readouterr().err
