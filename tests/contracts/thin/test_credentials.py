"""Whose keys a request bears: Lambda's variables, or those that an address gives, renewed before they end."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from lotbook.adapters.refusals import NoAnswer
from lotbook.adapters.thin import client as thin
from lotbook.adapters.thin import credentials
from lotbook.adapters.thin.connection import Limits
from lotbook.adapters.thin.credentials import RENEWED_BEFORE, TRIES, OfContainer
from lotbook.adapters.thin.target import NotUnderstood, Place, Target
from lotbook.domain.values.instants import HOUR, MINUTE, to_text
from tests import patience
from tests.contracts.thin.conftest import Pauses
from tests.scripted import Act, Scripted, answer, environment, hang_up, serving

NOW = 1_800_000_000_000
KEY: dict[str, Any] = {"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}
ADDRESS = "AWS_CONTAINER_CREDENTIALS_FULL_URI"


@dataclass
class Clock:
    at: int = NOW

    def now(self) -> int:
        return self.at


def _given(number: int, ends: int = NOW + HOUR) -> Act:
    document = {
        "AccessKeyId": f"AKIA{number}",
        "SecretAccessKey": "s",
        "Token": f"token{number}",
        "Expiration": to_text(ends),
    }
    return answer(json.dumps(document).encode())


@pytest.fixture(scope="module")
def server() -> Iterator[Scripted]:
    with serving() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def container(server: Scripted, clock: Clock) -> OfContainer:
    server.plays()
    target = Target.read(f"{server.address}/2021-03/credentials?id=7")
    return OfContainer(target, "the-password", clock)


def test_they_are_asked_for_once_with_the_password_and_kept(container: OfContainer, server: Scripted) -> None:
    server.plays(_given(1))
    assert [container.keys().access for _ in range(3)] == ["AKIA1"] * 3
    (asked,) = server.requests
    assert asked.head.startswith("GET /2021-03/credentials?id=7 HTTP/1.1\r\n")
    assert asked.headers["authorization"] == "the-password"


def test_they_are_renewed_before_they_end(container: OfContainer, server: Scripted, clock: Clock) -> None:
    server.plays(_given(1), _given(2, NOW + 2 * HOUR))
    assert container.keys().token == "token1"
    clock.at = NOW + HOUR - RENEWED_BEFORE - 1
    assert container.keys().token == "token1"
    clock.at += 1
    assert container.keys().token == "token2"


def test_while_they_are_good_a_fetch_that_fails_stops_nothing(
    container: OfContainer, server: Scripted, clock: Clock
) -> None:
    server.plays(_given(1), *[hang_up] * TRIES)
    container.keys()
    clock.at = NOW + HOUR - MINUTE
    assert container.keys().token == "token1"
    clock.at = NOW + HOUR
    server.plays(*[answer(b"", 500)] * TRIES)
    with pytest.raises(NoAnswer):
        container.keys()
    server.plays(_given(2, NOW + 3 * HOUR))
    assert container.keys().token == "token2"


@pytest.mark.parametrize(
    "act",
    [
        hang_up,
        answer(b"", 403),
        answer(b"no json"),
        answer(b"[]"),
        answer(b'{"AccessKeyId": "a"}'),
        answer(b'{"AccessKeyId": "a", "SecretAccessKey": "s", "Token": "t", "Expiration": "soon"}'),
        answer(b'{"AccessKeyId": "a", "SecretAccessKey": "s", "Token": "t", "Expiration": null}'),
    ],
)
def test_what_are_no_credentials_is_asked_for_again_inside_a_bound(
    act: Act, container: OfContainer, server: Scripted
) -> None:
    server.plays(act, _given(1))
    assert container.keys().access == "AKIA1"
    container.forget()
    server.plays(*[act] * TRIES)
    with pytest.raises(NoAnswer):
        container.keys()
    assert len(server.requests) == TRIES


def test_of_many_callers_one_fetches(container: OfContainer, server: Scripted, clock: Clock) -> None:
    """Where there are none yet, the others wait; where the kept ones are still good, they go on with those."""
    server.plays(_given(1))
    with ThreadPoolExecutor(8) as pool:
        assert {keys.access for keys in pool.map(lambda _: container.keys(), range(8))} == {"AKIA1"}
    assert len(server.requests) == 1
    clock.at = NOW + HOUR - MINUTE
    asked, go_on = threading.Event(), threading.Event()

    def slow(connection: Any) -> bool:
        asked.set()
        go_on.wait(patience.SECONDS)
        return _given(2, NOW + 2 * HOUR)(connection)

    server.plays(slow)
    with ThreadPoolExecutor(1) as pool:
        fetching = pool.submit(container.keys)
        assert asked.wait(patience.SECONDS)
        try:
            assert container.keys().access == "AKIA1"
        finally:
            go_on.set()
        assert fetching.result(patience.SECONDS).access in {"AKIA1", "AKIA2"}


def test_keys_that_are_said_to_be_expired_are_fetched_anew_once(clock: Clock, pauses: Pauses) -> None:
    """SnapStart's, of the day on which the snapshot was taken."""
    expired = answer(b'{"__type":"com.amazon.coral.service#ExpiredTokenException","message":"old"}', 400)
    with serving() as giving, serving() as table:
        giving.plays(_given(1), _given(2))
        table.plays(expired, answer(), expired, expired, expired)
        named = {"AWS_REGION": "us-east-1", "AWS_ENDPOINT_URL": table.address, ADDRESS: f"{giving.address}/c"}
        client = thin.of(named, Limits(5, 30), tries=3, clock=clock)
        client.get_item(**KEY)
        assert [request.headers["x-amz-security-token"] for request in table.requests] == ["token1", "token2"]


def test_lambdas_own_variables_come_first_and_are_not_asked_for(server: Scripted, clock: Clock, pauses: Pauses) -> None:
    server.plays(answer())
    named = environment(server.address, AWS_SESSION_TOKEN="of the environment", **{ADDRESS: "http://127.0.0.1:1/"})
    thin.of(named, Limits(5, 30), tries=1, clock=clock).get_item(**KEY)
    assert server.requests[0].headers["x-amz-security-token"] == "of the environment"


NO_TRUST: Any = None


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ({}, "TABLE_CLIENT"),
        ({"AWS_ACCESS_KEY_ID": "a"}, "TABLE_CLIENT"),
        ({ADDRESS: "http://metadata.example/c"}, "this machine"),
        ({ADDRESS: "http://169.254.169.254/c"}, "this machine"),
        ({ADDRESS: "ftp://127.0.0.1/c"}, "address"),
        ({ADDRESS: "http://127.0.0.1/c", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "a\r\nx: y"}, "header"),
    ],
)
def test_what_is_not_understood_is_said(named: dict[str, str], says: str, clock: Clock) -> None:
    with pytest.raises(NotUnderstood, match=says):
        credentials.of(named, clock, NO_TRUST)


REGION = {"AWS_REGION": "eu-central-1"}
PROXIED = {"HTTPS_PROXY": "http://proxy.example:3128"}


@pytest.mark.parametrize(
    ("named", "authority"),
    [
        (REGION, "dynamodb.eu-central-1.amazonaws.com"),
        (REGION | {"AWS_DEFAULT_REGION": "us-west-2"}, "dynamodb.us-west-2.amazonaws.com"),
        ({"AWS_REGION": "cn-north-1"}, "dynamodb.cn-north-1.amazonaws.com.cn"),
        (REGION | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566/"}, "127.0.0.1:4566"),
        (REGION | {"AWS_ENDPOINT_URL": "http://a", "AWS_ENDPOINT_URL_DYNAMODB": "https://b:443"}, "b"),
        (REGION | {"AWS_ENDPOINT_URL": "http://[::1]:80"}, "[::1]"),
        (REGION | PROXIED | {"NO_PROXY": "a, .amazonaws.com"}, "dynamodb.eu-central-1.amazonaws.com"),
        (REGION | PROXIED | {"no_proxy": "*"}, "dynamodb.eu-central-1.amazonaws.com"),
        (REGION | PROXIED | {"https_proxy": ""}, "dynamodb.eu-central-1.amazonaws.com"),
        (REGION | {"HTTP_PROXY": "http://proxy:3128"}, "dynamodb.eu-central-1.amazonaws.com"),
        (REGION | PROXIED | {"AWS_ENDPOINT_URL": "http://127.0.0.1:4566"}, "127.0.0.1:4566"),
        (
            REGION | {"AWS_ENDPOINT_URL": "http://a", "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"},
            "dynamodb.eu-central-1.amazonaws.com",
        ),
    ],
)
def test_where_a_call_goes_is_what_awss_variables_say(named: dict[str, str], authority: str) -> None:
    assert Place.read(named).target.authority == authority


@pytest.mark.parametrize(
    "named",
    [
        {},
        REGION | {"AWS_USE_FIPS_ENDPOINT": "true"},
        REGION | {"AWS_USE_DUALSTACK_ENDPOINT": "TRUE"},
        REGION | PROXIED,
        REGION | PROXIED | {"NO_PROXY": ".amazonaws.com", "no_proxy": ""},
        REGION | {"https_proxy": "http://proxy.example:3128", "NO_PROXY": "other.example, xamazonaws.com"},
        REGION | {"AWS_ENDPOINT_URL": "http://a/path"},
        REGION | {"AWS_ENDPOINT_URL": "http://user@a"},
        REGION | {"AWS_ENDPOINT_URL": "a:4566"},
    ],
)
def test_where_it_cannot_go_it_says_so(named: dict[str, str]) -> None:
    with pytest.raises(NotUnderstood):
        Place.read(named)
