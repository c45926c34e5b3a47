"""Functions as Lambda calls them: whole events in, answers out, on moto's DynamoDB in this process (one thread)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import Any

import pytest

import lotbook
from local.cloud.permissions import BEFORE_A_CALL, Permissions, asking, checker
from local.cloud.template import load
from local.policies import read_document
from lotbook import settings, wiring, wiring_endpoints, wiring_schedules
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.next_run import LambdaNextRun
from lotbook.api import openapi
from lotbook.api.http.identity import to_context
from lotbook.api.http.routes import CONTRACT
from lotbook.domain.values.access import SCOPES, Caller
from lotbook.usecases.credits.prunes import OF_THIS_PROCESS, Prunes
from tests import table as tables
from tests.fakes.accounts import ManualClock
from tests.fakes.endpoints import FakeDeliveryQueue, FakeNames
from tests.fakes.purchases import FakeGateway
from tests.functions.events import an_event
from tests.quick_moto import mock_aws

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "us-east-1",
    "TABLE_NAME": "lotbook",
    "TABLE_CLIENT": "botocore",  # which moto answers; that the other client asks and hears the same: tests/contracts/thin
    "STAGE": "test",
    "GATEWAY_KEY_PARAMETER": "/lotbook/test/stripe-key",
    "WEBHOOK_SECRETS_PARAMETER": "/lotbook/test/stripe-webhook-secrets",
    "TOKEN_ISSUER": "https://issuer.example/",
    "TOKEN_AUDIENCE": "lotbook",
    "TOKEN_KEYS_URL": "https://issuer.example/keys",
}
SERVICE = Caller("service", "backend", scopes=frozenset(SCOPES))


def member(account_id: str, role: str = "owner") -> Caller:
    """A member of an account."""
    return Caller("member", f"{role}@{account_id}", account_id=account_id, role=role)  # type: ignore[arg-type]


def key_with(*scopes: str) -> Caller:
    """A service key with these scopes."""
    return Caller("service", "key", scopes=frozenset(scopes))  # type: ignore[arg-type]


@dataclass(frozen=True)
class Answer:
    """What a function answered."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def code(self) -> str | None:
        """The problem's code; None for every other answer."""
        return self.body.get("code") if isinstance(self.body, dict) else None

    def ok(self, status: int = 200) -> Any:
        """Assert success; answers the body."""
        assert self.status == status, self
        return self.body

    def problem(self, status: int, code: str) -> dict[str, Any]:
        """Assert a problem document; answers it."""
        assert (self.status, self.body.get("code")) == (status, code), self
        assert self.headers["content-type"] == "application/problem+json"
        assert self.body["status"] == status
        assert {"type", "title", "detail", "request_id"} <= set(self.body)
        return self.body


@dataclass
class Api:
    """All functions behind their routes."""

    clock: ManualClock
    keys: int = 0  # handed out by `fresh`

    def call(
        self,
        route_key: str,
        body: Any = None,
        caller: Caller | None = SERVICE,
        key: str | None = None,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        **more: Any,
    ) -> Answer:
        """Invoke the function of a route with one event."""
        return self.invoke(self.event(route_key, body, caller, key, path, query, raw, **more))

    def event(
        self,
        route_key: str,
        body: Any = None,
        caller: Caller | None = SERVICE,
        key: str | None = None,
        path: Mapping[str, str] | None = None,
        query: Mapping[str, str] | None = None,
        raw: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """The event of one call."""
        sent = raw if raw is not None else (None if body is None else json.dumps(body).encode())
        keyed = {} if key is None else {"idempotency-key": key}
        return an_event(route_key, to_context(caller), path or {}, query or {}, {**(headers or {}), **keyed}, sent)

    def invoke(self, event: Mapping[str, Any]) -> Answer:
        """Invoke the function of the event's route."""
        result = import_module(f"functions.{CONTRACT[event['routeKey']].function}.app").handler(event, None)
        is_text = result["headers"]["content-type"].startswith("text/")
        answer = Answer(
            result["statusCode"], result["headers"], result["body"] if is_text else json.loads(result["body"])
        )
        if answer.status >= 400 and not (event["routeKey"].startswith("GET ") and event.get("body")):
            promised = openapi.refusals(event["routeKey"]).get(answer.status, [])
            assert answer.code in promised, f"OpenAPI does not name {answer.code} at {event['routeKey']}"
        return answer

    def fresh(self) -> str:
        """An idempotency key that was not used yet."""
        self.keys += 1
        return f"key-{self.keys}"


@dataclass(frozen=True)
class Begun:
    """Where a beginning left off: the table, the clock, the keys that were used, and its answer."""

    items: list[dict[str, Any]]
    instant: int
    keys: int
    answer: Any


def clear_wiring() -> None:
    """Forget every adapter, the settings and the receipts of the process: another test's `acme` left some of its own."""
    settings.settings.cache_clear()
    Prunes.__init__(OF_THIS_PROCESS)
    for made in (each for module in wirings() for each in vars(module).values()):
        if callable(clear := getattr(made, "cache_clear", None)):
            clear()


@cache
def wirings() -> list[ModuleType]:
    """The modules that wire functions, also those that a function imports when it needs them."""
    names = [each.name for each in iter_modules(lotbook.__path__) if each.name.startswith("wiring")]
    return [import_module(f"lotbook.{name}") for name in names]


@cache
def permissions() -> Permissions:
    """What the template lets each function do: an answer here must not need more than there will be on AWS."""
    return load(SAMPLES.parent / "template.yaml", {}).permissions


def _as_deployed(function: str, handler: Callable[..., Any]) -> Callable[..., Any]:
    def handled(*args: Any) -> Any:
        caller = asking.set(function)
        try:
            return handler(*args)
        finally:
            asking.reset(caller)

    return handled


@pytest.fixture(autouse=True)
def begun(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, dict[str, Any]]]:
    """Runs that runs have begun: function and event. Nothing runs by itself here."""
    found: list[tuple[str, dict[str, Any]]] = []

    def begin(_: LambdaNextRun, function: str, event: Mapping[str, Any]) -> None:
        found.append((function, dict(event)))

    monkeypatch.setattr(LambdaNextRun, "begin", begin)
    wiring_schedules.onward.cache_clear()
    return found


@pytest.fixture(scope="session", autouse=True)
def handlers() -> Iterator[None]:
    """Every function does what it does with its own permissions, also where a test is the schedule or the stream."""
    with pytest.MonkeyPatch.context() as patch:
        for function in permissions():
            module = import_module(f"functions.{function}.app")
            patch.setattr(module, "handler", _as_deployed(function, module.handler))
        yield


@pytest.fixture(scope="module")
def aws() -> Iterator[Table]:
    """An environment and moto with a client of its own; making clients is what takes time here."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        clear_wiring()
        table = wiring.table()
        table.client.meta.events.register(BEFORE_A_CALL, checker(permissions()))
        yield table
    clear_wiring()


@pytest.fixture
def environment(aws: Table) -> Iterator[Table]:
    """An empty table, and nothing remembered from other tests."""
    tables.create(aws.client, aws.name)
    clear_wiring()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wiring, "table", lambda: aws)
        yield aws
    aws.client.delete_table(TableName=aws.name)


@pytest.fixture
def api(environment: Table, monkeypatch: pytest.MonkeyPatch) -> Api:
    """The functions, at a clock that the test moves. No name is looked up, and no message is sent."""
    clock = ManualClock()
    monkeypatch.setattr(wiring, "clock", lambda: clock)
    monkeypatch.setattr(wiring_endpoints, "SystemNames", FakeNames)
    asked = FakeDeliveryQueue()
    monkeypatch.setattr(wiring_endpoints, "queue", lambda: asked)
    return Api(clock)


SAMPLES = Path(__file__).resolve().parents[2] / "samplefiles"
ACCOUNT = "/v1/accounts/{account_id}"
_BEGUN: dict[str, Begun] = {}  # by their names


@pytest.fixture
def shop(api: Api) -> Api:
    """The functions, with one account `acme` that has 10 free credits."""
    open_account(api, "acme")
    return api


@pytest.fixture
def gateway(shop: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """The payment gateway in memory."""
    made = FakeGateway(shop.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: made)
    return made


def begin(api: Api, name: str, play: Callable[[], Any]) -> Any:
    """How a story begins, on an empty table: played by the first test that asks; the others find its items put back."""
    table = wiring.table()
    if name not in _BEGUN:
        answer = play()
        _BEGUN[name] = Begun(tables.everything(table), api.clock.instant, api.keys, answer)
        return answer
    begun = _BEGUN[name]
    tables.put_back(table, begun.items)
    api.clock.instant, api.keys = begun.instant, begun.keys
    return deepcopy(begun.answer)


def open_account(api: Api, account_id: str, policy_id: str = "insurestack", **changes: Any) -> Any:
    """Open an account under a sample policy, which is published first; answers it."""

    def play() -> Any:
        publish(api, policy_id)
        return api.call("POST /v1/accounts", body).ok(201)

    body = {"account_id": account_id, "policy_id": policy_id, "region": "US", "email": "a@b.example"} | changes
    if tables.everything(wiring.table()):
        return play()
    return begin(api, f"{api.clock.instant} {json.dumps(body, sort_keys=True)}", play)


def publish(api: Api, policy_id: str) -> Any:
    """Publish a sample policy; answers its version."""
    return api.call("PUT /v1/policies/{policy_id}", sample(policy_id), path={"policy_id": policy_id}).ok(201)


@cache
def sample(policy_id: str) -> dict[str, Any]:
    """The document of a sample policy."""
    return read_document(SAMPLES / "policies" / f"{policy_id}.yaml")
