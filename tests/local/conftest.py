"""Tiny functions behind a template of their own, so that the gateway is tested by itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from local.cloud.api_events import Answer, Request
from local.cloud.functions import Functions
from local.cloud.gateway import Gateway, Identities
from local.cloud.template import Template, load
from tests import ports
from tests.local.a_run import Run

TEMPLATE = """
Parameters:
  Stage: {Type: String, Default: dev}
Globals:
  Function:
    Timeout: 3
    MemorySize: 256
    Environment: {Variables: {TABLE_NAME: !Ref Table, NAME: !Sub "lotbook-${Stage}"}}
Resources:
  Api:
    Type: AWS::Serverless::HttpApi
    Properties:
      Auth:
        DefaultAuthorizer: Token
        Authorizers:
          Token: {FunctionArn: !Ref WhoFunction.Alias, Identity: {Headers: [Authorization], ReauthorizeEvery: 60}}
  WhoFunction: {Type: AWS::Serverless::Function, Properties: {CodeUri: functions/who/}}
  EchoFunction:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: functions/echo/
      Events:
        One: {Type: HttpApi, Properties: {Method: GET, Path: "/v1/things/{thing_id}"}}
        Mine: {Type: HttpApi, Properties: {Method: GET, Path: /v1/things/mine}}
        Rest: {Type: HttpApi, Properties: {Method: GET, Path: "/v1/files/{path+}"}}
        Post: {Type: HttpApi, Properties: {Method: POST, Path: "/v1/things/{thing_id}/parts/{part_id}"}}
        Open: {Type: HttpApi, Properties: {Method: POST, Path: /v1/open, Auth: {Authorizer: NONE}}}
        Tick: {Type: ScheduleV2, Properties: {ScheduleExpression: rate(5 minutes)}}
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      BillingMode: PAY_PER_REQUEST
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      GlobalSecondaryIndexes: []
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
"""
ECHO = """
import json
def handler(event, context):
    wanted = (event.get("headers") or {}).get("x-answer")
    if wanted == "raise":
        raise RuntimeError("a secret detail")
    if wanted == "set":
        return {"statusCode": 200, "body": {1, 2}}
    if wanted:
        return json.loads(wanted)
    return {"statusCode": 200, "headers": {"content-type": "application/json"}, "body": json.dumps(event)}
"""
WHO = """
seen = []
def handler(event, context):
    token = event["identitySource"][0]
    seen.append(event)
    if token == "crash":
        raise RuntimeError(token)
    if token == "nonsense":
        return "yes"
    return {"isAuthorized": token != "no", "context": {"actor": token}}
"""


@pytest.fixture
def template(tmp_path: Path) -> Template:
    path = tmp_path / "template.yaml"
    path.write_text(TEMPLATE)
    return load(path, {"Stage": "local"})


@pytest.fixture
def functions(tmp_path: Path, template: Template) -> Functions:
    for name, source in (("echo", ECHO), ("who", WHO)):
        folder = tmp_path / "functions" / name
        folder.mkdir(parents=True)
        (folder / "app.py").write_text(source)
    return Functions(tmp_path / "functions", template.functions)


class Elapsed:
    """Seconds that pass when the test says so."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def elapsed() -> Elapsed:
    return Elapsed()


@pytest.fixture
def gateway(template: Template, functions: Functions, elapsed: Elapsed) -> Gateway:
    return Gateway(template, functions, Identities(functions, elapsed))


REQUEST = Request(
    method="GET",
    target="/v1/things/7",
    headers={"host": "127.0.0.1:3000", "authorization": "Bearer good"},
    body=b"",
    request_id="r-1",
    received_at=1_583_348_638_390,
    source_ip="127.0.0.1",
)


@pytest.fixture
def send(gateway: Gateway) -> Callable[..., Answer]:
    """One request through the gateway; keywords change the plain one."""

    def sent(method: str, target: str, headers: dict[str, str] | None = None, body: bytes = b"") -> Answer:
        merged = {**REQUEST.headers, **(headers or {})}
        kept = {name: value for name, value in merged.items() if value is not None}
        return gateway.answer(replace(REQUEST, method=method, target=target, headers=kept, body=body))

    return sent


@pytest.fixture
def event(send: Callable[..., Answer]) -> Callable[..., Any]:
    """The event that the route's function saw."""

    def seen(*arguments: Any, **more: Any) -> Any:
        answer = send(*arguments, **more)
        assert answer.status == 200, answer
        return json.loads(answer.body)

    return seen


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    found = Run(tmp_path, ports.free())
    yield found
    if found.process is not None and found.process.poll() is None:
        found.process.kill()
        found.process.wait()
