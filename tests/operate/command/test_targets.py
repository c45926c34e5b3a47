"""Which Lotbook a command is about, whether it may change it, and how it ends when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from local import ROOT
from operate.command import asking, targets
from operate.stack import Stack
from tests.operate.command.recorded import Recorded
from tests.operate.terminal import lotbook, on

CHANGES = [
    "grant acme 5 --reason x",
    "accounts open acme --policy make --email a@b.example",
    "accounts change acme --plan free",
    "accounts close acme --reason x",
    "endpoints make https://hooks.shop.example credits.low",
    "endpoints switch end_1 --off",
    "endpoints rotate end_1",
    "endpoints delete end_1",
    "endpoints again end_1 dlv_1",
]
LAZY = ("boto3", "botocore", "stripe", "pydantic", "httpx", "yaml", "lotbook_client", "jwt")


@pytest.fixture
def deployed(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """A deployment by its address."""
    found = Recorded()
    found.take_the_place(monkeypatch, targets.Url)
    return found


def by_url(said: str, *more: str) -> int:
    return lotbook(*said.split(), "--url", "https://credits.shop.example", *more)


@pytest.mark.parametrize("said", CHANGES)
def test_what_changes_a_deployment_is_asked_first_and_without_a_person_nothing_is_sent(
    said: str, deployed: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    assert by_url(said) == 4
    assert deployed.asked == []
    shown = capsys.readouterr()
    assert (shown.out, "--yes" in shown.err) == ("", True)
    assert "Target: https://credits.shop.example" in shown.err
    assert by_url(said, "--yes") == 0
    assert len(deployed.asked) == 1


@pytest.mark.parametrize(("says", "code", "sent"), [(True, 0, 1), (False, 4, 0)])
def test_a_person_is_asked(
    says: bool, code: int, sent: int, deployed: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "is_terminal", lambda: True)
    monkeypatch.setattr("typer.confirm", lambda *_, **__: says)
    assert (by_url("grant acme 5 --reason x"), len(deployed.asked)) == (code, sent)


def test_the_local_run_is_changed_without_a_question_but_for_a_policy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Recorded()
    here.take_the_place(monkeypatch)
    assert lotbook("grant", "acme", "5", "--reason", "x") == 0
    path = ROOT / "samplefiles" / "policies" / "make.yaml"
    new = {"path": "policy_id", "before": None, "after": "make"}
    tried = {"policy_id": "make", "version": 1, "changes": [new], "affects": [], "next_cursor": None}
    here.answers["PUT /v1/policies/make?dry_run"] = tried
    assert lotbook("policies", "publish", str(path)) == 4
    assert [query for name, query, *_ in here.asked if name.startswith("PUT")] == [{"dry_run": "true"}]
    shown = capsys.readouterr()
    assert "was never published" in shown.err, "what somebody is asked about is shown before"
    assert "was never published" not in shown.out


def test_two_targets_are_one_too_many(capsys: pytest.CaptureFixture[str]) -> None:
    assert by_url("balance acme", "--stack", "prod") == 2
    assert "leave one out" in capsys.readouterr().err


@pytest.mark.parametrize("target", [("--url", "https://x.example"), ("--stack", "prod")])
def test_without_a_key_a_deployment_is_not_asked(
    target: tuple[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LOTBOOK_KEY", raising=False)
    assert lotbook("balance", "acme", *target) == 3
    assert "LOTBOOK_KEY is not set" in capsys.readouterr().err


def test_without_a_run_here_the_fix_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    for said in ("balance acme", "keys list", "events tail", "audit", "reconcile"):
        assert lotbook(*said.split()) == 3, said
        told = capsys.readouterr()
        assert (told.out, "make run" in told.err) == ("", True), said


@pytest.mark.parametrize("said", ["keys list", "strays list", "letters list", "deployment show", "audit"])
def test_what_an_address_cannot_do_names_the_option_that_can(said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert by_url(said) == 2
    assert "--stack NAME" in capsys.readouterr().err


PROBLEMS: list[tuple[Any, int, str]] = [
    (httpx.Response(401, json={"code": "unauthorized", "detail": "no"}), 3, "lotbook keys list"),
    (httpx.Response(403, json={"code": "forbidden", "detail": "no"}), 1, "lotbook keys create"),
    (httpx.Response(404, json={"message": "Not Found"}), 1, "Is the address that of a Lotbook"),
    (httpx.Response(422, json={"code": "invalid_request", "errors": [{"field": "credits", "message": "too many"}]}), 1, "credits: too many"),
    (httpx.Response(200, text="<html>"), 3, "is the address right?"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "code", "says"), PROBLEMS)
def test_every_refusal_names_the_fix_and_no_key(
    answer: Any, code: int, says: str, deployed: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    deployed.answers["POST /v1/accounts/acme/grants"] = answer
    assert by_url("grant acme 5 --reason x --key k-1", "--yes") == code
    told = capsys.readouterr()
    assert says in told.err
    assert "lbk_" not in told.err + told.out
    assert "Traceback" not in told.err


@pytest.mark.parametrize(
    "said",
    [
        "grant acme 0 --reason x",
        "grant acme many --reason x",
        "grant acme 5",
        "balance acme --as-of soon",
        "statement acme --limit 0",
        "reconcile --from 2026-02-01 --to 2026-01-01",
        "accounts change acme",
        "accounts change acme --metadata x",
        "nothing",
    ],
)
def test_a_command_that_is_not_right_exits_with_2_and_asks_nobody(
    said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    here = Recorded()
    here.take_the_place(monkeypatch)
    assert lotbook(*said.split()) == 2
    assert here.asked == []
    told = capsys.readouterr()
    assert (told.out, bool(told.err), "Traceback" in told.err) == ("", True, False)


def test_what_is_sent_is_what_was_said(deployed: Recorded) -> None:
    by_url("grant acme 5 --reason gift --unit mb --expires 2026-03-01 --key k-1", "--yes")
    body = {"credits": 5, "kind": "promotional", "reason": "gift", "unit": "mb", "expires_at": "2026-03-01T00:00:00Z"}
    assert deployed.asked == [("POST /v1/accounts/acme/grants", {}, body, "k-1")]
    by_url("accounts list --policy make --state active --limit 7")
    assert deployed.asked[-1][1] == {"policy_id": "make", "state": "active", "limit": "7"}


def test_a_report_of_many_pages_is_one_table_of_csv(deployed: Recorded, capsys: pytest.CaptureFixture[str]) -> None:
    pages = {None: ("2", "a,1\r\n"), "2": (None, "b,2\r\n")}

    def answer(request: httpx.Request) -> httpx.Response:
        assert request.headers["accept"] == "text/csv"
        following, line = pages[request.url.params.get("cursor")]
        headers = {"Lotbook-Next-Cursor": following} if following else {}
        return httpx.Response(200, text=f"account_id,sold_minor\r\n{line}", headers=headers)

    deployed.answer = answer  # type: ignore[method-assign]
    assert by_url("reports tax --month 2026-01 --csv") == 0
    assert capsys.readouterr().out.split() == ["account_id,sold_minor", "a,1", "b,2"]
    assert by_url("reports taxes --month 2026-01") == 2


@pytest.mark.parametrize("said", ["strays list", "keys list", "audit"])
def test_after_a_restore_the_table_is_the_one_in_use(said: str) -> None:
    """The stack's own stays as it is, and nobody should look at it any more."""
    asked: list[str] = []

    class Table:
        def __getattr__(self, name: str) -> Any:
            def call(*_: Any, **given: Any) -> Any:
                asked.append(given.get("TableName", ""))
                return [] if name == "paginate" else self if name == "get_paginator" else {"Items": []}

            return call

    on(Stack({"Table": "own"}, lambda _: Table(), {"TableName": "restored"}), *said.split())
    assert set(asked) - {""} == {"restored"}


def test_what_does_not_fit_is_shown_in_lines_of_its_own_and_ids_stay_whole(
    deployed: Recorded, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = deployed.answers["GET /v1/endpoints"]["endpoints"][0]
    long = {**endpoint, "endpoint_id": "end_" + "x" * 26, "url": "https://hooks.shop.example/" + "y" * 60}
    deployed.answers["GET /v1/endpoints"] = {"endpoints": [long, endpoint]}
    assert by_url("endpoints list") == 0
    words = capsys.readouterr().out.split()
    assert {long["endpoint_id"], long["url"], endpoint["endpoint_id"]} <= set(words)


def test_ctrl_c_ends_with_130_and_no_traceback(
    deployed: Recorded, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    monkeypatch.setattr(deployed, "answer", interrupted)
    assert by_url("balance acme") == 130
    assert "Traceback" not in capsys.readouterr().err


def test_a_tail_on_a_deployment_leaves_no_rule_and_no_queue_behind(capsys: pytest.CaptureFixture[str]) -> None:
    bus = Bus()
    stack = Stack({}, lambda _: bus, {"BusName": "lotbook-prod"})
    assert on(stack, "events", "tail", "--follow", "1", "--yes", "--json") == 1
    assert bus.calls[-3:] == ["remove_targets", "delete_rule", "delete_queue"]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["id"], each["type"]) for each in lines] == [("evt_1", "credits.low")], "objects a line, nothing else"


class Bus:
    """EventBridge and SQS: one event, then its reader is stopped."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self.detail = {"id": "evt_1", "at": "2026-01-01T00:00:00Z", "account_id": "acme"}

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            self.calls.append(name)
            if name == "receive_message":
                if self.calls.count(name) > 1:
                    from operate.command.refusal import Refusal

                    raise Refusal("stopped")
                body = json.dumps({"detail-type": "credits.low", "detail": self.detail})
                return {"Messages": [{"Body": body, "ReceiptHandle": "r"}]}
            return {"QueueUrl": "q", "Attributes": {"QueueArn": "arn"}, "RuleArn": "rule"}

        return call


@pytest.mark.process
def test_help_loads_nothing_that_takes_long() -> None:
    """A second for boto3 alone: completion asks for the words at every key."""
    told = "import sys\nfrom operate.command.start import run\nrun(['--help'])\nprint(' '.join(sys.modules))"
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = done.stdout.splitlines()[-1].split()
    assert "typer" in loaded
    assert [name for name in LAZY if name in loaded] == []
    assert len(loaded) < 700
