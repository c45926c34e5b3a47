"""`lotbook` against the running product: an operator's morning, from the account's opening to its end."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml

from local.policies import SAMPLES
from tests.operate.terminal import lotbook
from tests.scenarios.conftest import Stack


@pytest.fixture
def here(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run that the command finds."""
    monkeypatch.setenv("DATA_DIR", str(stack.directory))


def told(capsys: pytest.CaptureFixture[str], *said: str) -> Any:
    """The JSON document of a command that does its work."""
    assert lotbook(*said, "--json") == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


@pytest.mark.usefixtures("here")
def test_an_account_is_opened_found_given_credits_read_and_closed(
    stack: Stack, capsys: pytest.CaptureFixture[str]
) -> None:
    name, email = stack.fresh("cmd"), f"{stack.fresh('ann')}@acme.example"
    told(capsys, "accounts", "open", name, "--policy", "insurestack", "--email", email)
    assert told(capsys, "accounts", "change", name, "--external-id", f"crm-{name}")["external_id"] == f"crm-{name}"
    for words in (email, f"crm-{name}", name):
        assert [each["account_id"] for each in told(capsys, "accounts", "find", words)["accounts"]] == [name]
    before = told(capsys, "balance", name)
    again = [told(capsys, "grant", name, "5", "--reason", "gift", "--key", "g-1") for _ in range(2)]
    assert again[0] == again[1], "one key grants once"
    assert told(capsys, "balance", name)["available"] == before["available"] + 5
    kinds = [each["kind"] for each in told(capsys, "statement", name)["entries"]]
    assert kinds == ["granted", "granted"]
    assert told(capsys, "balance", name, "--as-of", "2020-01-01")["available"] == 0
    assert told(capsys, "accounts", "close", name, "--reason", "left")["state"] == "closed"
    assert lotbook("grant", name, "5", "--reason", "late") == 1
    assert "account_closed" in capsys.readouterr().err


@pytest.mark.usefixtures("here")
def test_a_policy_is_compared_published_and_then_the_same(
    stack: Stack, capsys: pytest.CaptureFixture[str], tmp_path: Any
) -> None:
    document = yaml.safe_load((SAMPLES / "insurestack.yaml").read_text()) | {"policy_id": stack.fresh("pol")}
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(document))
    assert told(capsys, "policies", "diff", str(path))["is_new"]
    assert told(capsys, "policies", "publish", str(path), "--yes")["version"] == 1
    stack.open_account(document["policy_id"])
    document["title"] = "Another"
    path.write_text(yaml.safe_dump(document))
    found = told(capsys, "policies", "diff", str(path))
    assert [(each["path"], each["after"]) for each in found["changes"]] == [("title", "Another")]
    assert sum(each["accounts"] for each in found["affects"]) == 1
    assert told(capsys, "policies", "publish", str(path), "--yes")["version"] == 2
    assert told(capsys, "policies", "publish", str(path), "--yes")["changes"] == []


@pytest.mark.usefixtures("here")
def test_a_month_for_finance_is_read_as_json_and_as_csv(stack: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    month = stack.now()[:7]
    assert told(capsys, "reports", "roll-forward", "--month", month)["month"] == month
    assert lotbook("reports", "roll-forward", "--month", month, "--csv") == 0
    assert capsys.readouterr().out.startswith("month,state,currency,")
    assert lotbook("reports", "roll-forward", "--month", "soon") == 1
    assert "month" in capsys.readouterr().err
