"""The queue's function: messages in, an answer that names those that must come again."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from functions.auto_top_up import app
from local import generate
from lotbook import wiring_automatic
from lotbook.domain.values.errors import AccountNotFound, BrokenInvariant, Unavailable
from tests.functions.conftest import Api


class Time:
    """What is left of the invocation, one answer a message."""

    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:auto"

    def __init__(self, *left: int) -> None:
        self.left = list(left)

    def get_remaining_time_in_millis(self) -> int:
        return self.left.pop(0) if self.left else 100_000


def messages(*bodies: Any) -> dict[str, Any]:
    texts = [body if isinstance(body, str) else json.dumps(body) for body in bodies]
    return {"Records": [{"messageId": f"m{place}", "body": text} for place, text in enumerate(texts)]}


@pytest.fixture
def worked(shop: Api, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []

    def work(account_id: str, purchase_id: str | None, *, desk: object) -> Any:
        found.append((account_id, purchase_id))
        if account_id == "busy":
            raise Unavailable
        if account_id == "broken":
            raise BrokenInvariant("x")
        if account_id == "gone":
            raise AccountNotFound
        return SimpleNamespace(purchase_id=purchase_id, state="completed") if purchase_id else None

    monkeypatch.setattr(app, "work", work)
    monkeypatch.setattr(wiring_automatic, "auto_desk", lambda: None)
    return found


def test_each_message_is_worked_and_one_that_raises_comes_again_alone(
    worked: list[tuple[str, str | None]], caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    """S4: whatever one account raises, the others get their turn; what cannot be read ends in the queue for people."""
    asked = [
        {"account_id": "one", "purchase_id": "pur_1"},
        {"account_id": "busy", "purchase_id": None},
        {"account_id": "broken"},
        {"account_id": "gone"},
        "no json",
        {"account_id": "two", "purchase_id": None},
    ]
    answer = app.handler(messages(*asked), Time())
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["m1", "m2", "m3", "m4"]
    assert [account for account, _ in worked] == ["one", "busy", "broken", "gone", "two"]
    assert worked[0] == ("one", "pur_1")
    rung = [line for line in caplog.text.splitlines() if "auto_top_up_failed" in line]
    assert len(rung) == 3, "an outage is no alarm: its message comes again"
    assert ['"account_id":"broken"' in line for line in rung] == [True, False, False], "people see whose it is"
    assert '"account_id":"gone"' in rung[1]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if '"queue"' in line]
    named = [(line["message"], line["account_id"], line.get("purchase_id"), line.get("outcome")) for line in lines]
    assert ("m0", "one", "pur_1", "completed") in named
    assert ("m5", "two", None, "nothing") in named


def test_the_sample_event_is_one_that_the_function_works(worked: list[tuple[str, str | None]]) -> None:
    """`sam local invoke AutoTopUpFunction --event events/auto_top_up/message.json`."""
    sample = json.loads((generate.EVENTS / "auto_top_up" / "message.json").read_text())
    assert app.handler(sample, Time()) == {"batchItemFailures": []}
    assert worked == [("acme", None)]


def test_what_there_is_no_time_for_comes_again_untouched(worked: list[tuple[str, str | None]]) -> None:
    asked = [{"account_id": name, "purchase_id": None} for name in ("one", "two")]
    answer = app.handler(messages(*asked), Time(100_000, app.LEAST_TIME_LEFT - 1))
    assert [account for account, _ in worked] == ["one"]
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}]}
