"""The check of a new release, over the real functions: it burns once on an account of its own, and CodeDeploy hears what came of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from importlib import import_module
from io import BytesIO
from typing import Any

import pytest

from functions.outbox import app as outbox
from functions.release_check import app
from lotbook import wiring, wiring_release
from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.adapters.releases import CodeDeployHook, PublishedVersions
from lotbook.api.requests.policy_document import parse_policy
from lotbook.domain.accounts.canary import BURNS, CANARY, POLICY
from lotbook.usecases.audit.audit_account import audit_account
from tests import table as tables
from tests.fakes.outbox import RecordingBus
from tests.functions.conftest import ACCOUNT, Api
from tests.functions.test_outbox import record

OWN = {"account_id": CANARY}


class Lambda:
    """Lambda's client: the version's name is the function's folder. `broken`: what a version answers instead."""

    def __init__(self) -> None:
        self.broken: dict[str, Any] = {}
        self.once: list[dict[str, Any]] = []  # what is answered first
        self.bent: Callable[[Any, Any], Any] = lambda _event, answer: answer  # what becomes of an answer

    def invoke(self, **asked: Any) -> dict[str, Any]:
        function, event = asked["FunctionName"], json.loads(asked["Payload"])
        if self.once:
            return self.once.pop(0)
        if function in self.broken:
            return {"FunctionError": "Unhandled", "Payload": BytesIO(b"{}")} | self.broken[function]
        answer = self.bent(event, import_module(f"functions.{function}.app").handler(event, None))
        return {"Payload": BytesIO(json.dumps(answer).encode())}


class CodeDeploy:
    """CodeDeploy's client."""

    def __init__(self) -> None:
        self.told: list[Mapping[str, Any]] = []

    def put_lifecycle_event_hook_execution_status(self, **told: Any) -> None:
        self.told.append(told)


@pytest.fixture
def world(api: Api, monkeypatch: pytest.MonkeyPatch) -> tuple[Api, Lambda, CodeDeploy]:
    versions, deploy = Lambda(), CodeDeploy()
    folders = {"account": "account", "consume": "consume"}
    monkeypatch.setattr(wiring_release, "versions", lambda: PublishedVersions(versions, folders))
    monkeypatch.setattr(wiring_release, "hook", lambda: CodeDeployHook(deploy))
    return api, versions, deploy


def check(deployment: str = "d-1") -> dict[str, str]:
    return app.handler({"DeploymentId": deployment, "LifecycleEventHookExecutionId": "e-1"}, None)


def available(api: Api) -> int:
    found: int = api.call(f"GET {ACCOUNT}/balance", path=OWN).ok()["available"]
    return found


World = tuple[Api, Lambda, CodeDeploy]


def test_s1_it_opens_its_account_burns_one_credit_once_a_deployment_and_lets_calls_come(world: World) -> None:
    api, _, deploy = world
    assert check() == {"status": "Succeeded"}
    assert deploy.told == [{"deploymentId": "d-1", "lifecycleEventHookExecutionId": "e-1", "status": "Succeeded"}]
    assert available(api) == BURNS - 1
    check()
    assert available(api) == BURNS - 1, "CodeDeploy may call twice"
    check("d-2")
    assert available(api) == BURNS - 2
    (entry, *_) = api.call(f"GET {ACCOUNT}/entries", path=OWN).ok()["entries"]
    assert (entry["reference"], entry["actor"]) == ("d-2", "release-check")
    newest = wiring.policies().newest(CANARY)
    assert newest is not None
    assert newest.version == 1


def test_s1_the_checks_of_all_functions_begin_together_and_all_succeed(world: World) -> None:
    """The second one's policy is refused, for the first one's is there since it looked; busy is asked again, inside a bound."""
    _, versions, deploy = world
    busy = json.dumps({"statusCode": 503, "body": "{}"}).encode()
    versions.once = [
        {"Payload": BytesIO(json.dumps({"statusCode": 404, "body": "{}"}).encode())},
        {"Payload": BytesIO(json.dumps({"statusCode": 409, "body": "{}"}).encode())},
        {"Payload": BytesIO(busy)},
    ]
    wiring.policies().publish(CANARY, dict(POLICY))
    assert check() == {"status": "Succeeded"}
    assert versions.once == []
    assert len(deploy.told) == 1


@pytest.mark.parametrize(
    ("broken", "told"),
    [
        ({"consume": {}}, "consume"),
        ({"account": {}}, "account"),
        ({"consume": {"FunctionError": None, "Payload": BytesIO(b'{"statusCode": 402, "body": "{}"}')}}, "402 None"),
    ],
    ids=["a burn crashes", "the account crashes", "a burn is refused"],
)
def test_s1_what_does_not_burn_gets_no_call(
    world: World, caplog: pytest.LogCaptureFixture, broken: dict[str, Any], told: str
) -> None:
    _, versions, deploy = world
    versions.broken = broken
    assert check() == {"status": "Failed"}
    assert [each["status"] for each in deploy.told] == ["Failed"]
    (rung,) = [each for each in caplog.records if each.name == "lotbook.alarm"]
    assert "release_check_failed" in rung.message
    assert told in rung.message


def a_key_burns_again(event: Any, answer: Any) -> Any:
    again = event["routeKey"].endswith("/consume") and "idempotent-replayed" in answer["headers"]
    return {**answer, "body": json.dumps({**json.loads(answer["body"]), "entry_id": "ent_2"})} if again else answer


def nothing_is_listed(event: Any, answer: Any) -> Any:
    return {**answer, "body": json.dumps({"entries": []})} if event["routeKey"].endswith("/entries") else answer


@pytest.mark.parametrize(
    ("bent", "told"), [(a_key_burns_again, "did not answer the same"), (nothing_is_listed, "not on the statement")]
)
def test_s1_a_release_that_burns_wrongly_gets_no_call(
    world: World, caplog: pytest.LogCaptureFixture, bent: Callable[[Any, Any], Any], told: str
) -> None:
    _, versions, _ = world
    versions.bent = bent
    assert check() == {"status": "Failed"}
    assert told in caplog.text


def test_s1_a_release_that_meets_newer_data_gets_no_call(world: World, environment: Table) -> None:
    """As after a rollback: it must not come back into the same half."""
    _, _, deploy = world
    check()
    key = to_item(keys.book(CANARY, "credits"))
    newer = {**environment.client.get_item(TableName=environment.name, Key=key)["Item"], formats.NAME: {"N": "1000"}}
    environment.client.put_item(TableName=environment.name, Item=newer)
    check("d-2")
    assert [each["status"] for each in deploy.told] == ["Succeeded", "Failed"]


def test_s1_its_entries_are_on_its_statement_and_in_the_audit_and_in_no_report(
    world: World, environment: Table, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bus = RecordingBus()
    monkeypatch.setattr(wiring, "bus", lambda: bus)
    wiring.outlets.cache_clear()
    check()
    everything = [record(item, f"{number:05d}") for number, item in enumerate(tables.everything(environment))]
    capsys.readouterr()
    assert outbox.handler({"Records": everything}, None) == {"batchItemFailures": []}
    assert bus.published == []
    assert '"burns":0,"credits":0' in capsys.readouterr().out
    filed = [item["pk"]["S"] for item in tables.everything(environment) if item["pk"]["S"].startswith("S#")]
    assert filed == [f"S#{CANARY}#credits"] * 2
    audited = audit_account(CANARY, ("credits",), auditing=wiring.auditing())
    assert (audited.entries, audited.differences) == (2, ())


def test_the_canarys_policy_is_a_policy_and_sells_nothing() -> None:
    assert [plan.top_up_allowed for plan in parse_policy(dict(POLICY)).plans] == [False]


def test_s1_no_customer_gets_the_deployments_account_and_it_gets_no_customers_policy(world: World, shop: Api) -> None:
    """What that account burns is told to nobody."""
    body = {"region": "US", "email": "a@b.example"}
    for account_id, policy_id in ((CANARY, "insurestack"), ("mine", CANARY)):
        asked = {"account_id": account_id, "policy_id": policy_id, **body}
        refused = shop.call("POST /v1/accounts", asked).problem(422, "invalid_request")
        assert [each["code"] for each in refused["errors"]] == ["reserved"]
    assert check() == {"status": "Succeeded"}
