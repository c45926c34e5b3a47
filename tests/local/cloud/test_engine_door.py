"""S1: the local AWS engine obeys the processes of the run that started it, and nobody else. Asked as a page would ask it."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import time
from collections.abc import Iterator
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from local.cloud import cloud
from local.cloud.engine import (
    ADDRESS_FILE,
    LEAVE_SECONDS,
    PYTHON,
    Address,
    Engine,
    note_address,
    running_engine,
)
from tests import patience, ports
from tests.local.a_run import on_this_machine

pytestmark = [
    pytest.mark.engine,
    pytest.mark.skipif(not PYTHON.exists(), reason="the local engine is not installed: make run"),
]
SECRET = "/lotbook/local/stripe-key"
READ_THE_SECRET = ("POST", "/", {"X-Amz-Target": "AmazonSSM.GetParameter"}, {"Name": SECRET, "WithDecryption": True})
ATTACKS: dict[str, tuple[str, str, dict[str, str], Any]] = {
    "read the gateway's key": READ_THE_SECRET,
    "write a service key": (
        "POST",
        "/",
        {"X-Amz-Target": "DynamoDB_20120810.PutItem"},
        {"TableName": "lotbook", "Item": {"pk": {"S": "K#1"}, "sk": {"S": "key"}}},
    ),
    "wipe everything": ("POST", "/_ministack/reset", {}, ""),
    "change settings": ("POST", "/_ministack/config", {}, {}),
    "make a function": ("POST", "/2015-03-31/functions", {}, {"FunctionName": "x"}),
    "run a function": ("POST", "/2015-03-31/functions/x/invocations", {}, {}),
    "look around": ("GET", "/_ministack/health", {}, None),
    "ask first": ("OPTIONS", "/", {"Access-Control-Request-Method": "POST"}, None),
}
FOREIGN = {"Origin": "http://evil.example"}


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    found = Engine(tmp_path_factory.mktemp("engine"), ports.free())
    found.start()
    client(found.address, "ssm").put_parameter(Name=SECRET, Value="sk_test_developer", Type="SecureString")
    yield found
    found.stop()


def client(address: Address, service: str, key: str | None = None) -> Any:
    make: Any = boto3.client
    return make(
        service,
        endpoint_url=address.url,
        region_name="us-east-1",
        aws_access_key_id=key or address.key,
        aws_secret_access_key="local",
        config=cloud.CONFIG,
    )


def ask(engine: Engine, attack: tuple[str, str, dict[str, str], Any], headers: dict[str, str]) -> tuple[int, Any, str]:
    """A simple request, as a page may send it without asking first, with further headers."""
    method, path, own, body = attack
    port = int(engine.address.url.rpartition(":")[2])
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=patience.SECONDS)
    payload = None if body is None else body if isinstance(body, str) else json.dumps(body)
    line.request(method, path, payload, {"Content-Type": "text/plain", **own, **headers})
    answer = line.getresponse()
    found = answer.status, answer.headers, answer.read().decode()
    line.close()
    return found


def named(key: str) -> dict[str, str]:
    return {"Authorization": f"AWS4-HMAC-SHA256 Credential={key}/20260101/us-east-1/ssm/aws4_request, Signature=0"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_s1_a_page_of_another_origin_gets_nothing_and_changes_nothing(engine: Engine, attack: str) -> None:
    status, headers, body = ask(engine, ATTACKS[attack], FOREIGN)
    assert status == 403
    assert not [name for name in headers if name.lower().startswith("access-control")]
    assert "sk_test" not in body
    assert client(engine.address, "ssm").get_parameter(Name=SECRET)["Parameter"]["Name"] == SECRET, "nothing was wiped"


@pytest.mark.parametrize(
    "headers",
    [
        FOREIGN,
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Mode": "no-cors"},
        {"Referer": "http://evil.example/"},
        {"Host": "evil.example"},
        {"Host": "localhost"},
        {"Host": "127.0.0.1"},
    ],
)
def test_s1_not_even_with_the_key(engine: Engine, headers: dict[str, str]) -> None:
    """A browser, or a name that was bent to this machine, is no process of the run."""
    assert ask(engine, READ_THE_SECRET, {**named(engine.address.key), **headers})[0] == 403


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer x", named("local")["Authorization"], named("000000000000")["Authorization"], "AWS4-HMAC-SHA256"],
)
def test_s1_no_other_key_is_obeyed(engine: Engine, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    status, _, body = ask(engine, READ_THE_SECRET, headers)
    assert (status, "sk_test" in body, engine.address.key in body) == (403, False, False)


def test_s1_the_runs_own_processes_are_served(engine: Engine) -> None:
    found = client(engine.address, "ssm").get_parameter(Name=SECRET, WithDecryption=True)
    assert found["Parameter"]["Value"] == "sk_test_developer"
    status, _, body = ask(engine, READ_THE_SECRET, named(engine.address.key))
    assert (status, json.loads(body)["Parameter"]["Value"]) == (200, "sk_test_developer")


def test_s1_what_nobody_here_uses_is_not_served(engine: Engine) -> None:
    """Functions above all: they would run as whoever started the run."""
    functions = client(engine.address, "lambda")
    with pytest.raises(ClientError):
        functions.list_functions()
    status, _, body = ask(engine, ATTACKS["look around"], named(engine.address.key))
    assert (status, set(json.loads(body)["services"])) == (
        200,
        {"dynamodb", "dynamodbstreams", "ssm", "events", "sqs", "ses"},
    )


@pytest.mark.parametrize(
    "raw",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n",  # TLS
        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
    ],
)
def test_s1_what_is_no_request_is_refused_and_what_stands_behind_it_is_none(engine: Engine, raw: bytes) -> None:
    """Two servers that read it differently would be two doors."""
    found = sent(engine, raw + b"GET / HTTP/1.1\r\n\r\n")
    assert found.startswith(b"HTTP/1.1 400 ")
    assert found.count(b"HTTP/1.1") == 1
    assert client(engine.address, "ssm").get_parameter(Name=SECRET)["Parameter"]["Name"] == SECRET, "it lives"


def test_s1_no_page_gets_a_websocket(engine: Engine) -> None:
    upgrade = {
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": "eA==",
    }
    assert ask(engine, ("GET", "/", upgrade, None), {**FOREIGN, **named(engine.address.key)})[0] == 403


def sent(engine: Engine, raw: bytes) -> bytes:
    """All that comes back until the engine closes the connection."""
    port = int(engine.address.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=patience.SECONDS) as line:
        line.sendall(raw)
        return b"".join(iter(partial(line.recv, 65_536), b""))


def test_s1_every_engine_has_a_key_of_its_own_that_only_its_owner_can_read(tmp_path: Path) -> None:
    first, second = Engine(tmp_path, 4_102).address, Engine(tmp_path, 4_102).address
    assert len(first.key) > 32
    assert first.key != second.key
    note_address(tmp_path, first)
    assert (tmp_path / ADDRESS_FILE).stat().st_mode & 0o777 == 0o600
    assert running_engine(tmp_path) == first


@pytest.mark.parametrize("noted", ["", "{", "[]", "{}", '{"url": "u", "key": "k"}', '{"url": 1, "key": 2, "pid": "x"}'])
def test_a_note_that_cannot_be_read_names_no_engine(tmp_path: Path, noted: str) -> None:
    (tmp_path / ADDRESS_FILE).write_text(noted)
    assert running_engine(tmp_path) is None


def test_n4_an_engine_waits_until_the_one_before_it_has_written_its_state(tmp_path: Path) -> None:
    """A run does not wait for an engine that takes long to end; the next run's engine does."""
    first, second = Engine(tmp_path, ports.free()), Engine(tmp_path, ports.free())
    first.start()
    os.kill(_child_of(first), signal.SIGSTOP)  # it takes long
    began = time.monotonic()
    first.leave()
    assert time.monotonic() - began < on_this_machine(LEAVE_SECONDS + 1)
    waited = count(1)

    def go_on() -> None:
        if next(waited) == 3:
            assert second._child is None, "it started beside the first"
            os.kill(_child_of(first), signal.SIGCONT)

    try:
        second.start(go_on)
    finally:
        os.kill(_child_of(first), signal.SIGCONT)
        first.stop()
        second.stop()


def test_n4_a_client_that_sends_half_a_request_keeps_no_engine_from_writing_its_state(tmp_path: Path) -> None:
    first, second = Engine(tmp_path, ports.free()), Engine(tmp_path, ports.free())
    first.start()
    port = int(first.address.url.rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nhalf")
        client(first.address, "ssm").put_parameter(Name=SECRET, Value="kept", Type="SecureString")
        first.stop()
    second.start()
    try:
        assert (
            client(second.address, "ssm").get_parameter(Name=SECRET, WithDecryption=True)["Parameter"]["Value"]
            == "kept"
        )
    finally:
        second.stop()


def _child_of(engine: Engine) -> int:
    assert engine._child is not None
    return engine._child.pid
