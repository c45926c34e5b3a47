"""HTTP over a kept connection: what is an answer, what is not, and which connections are used again."""

from __future__ import annotations

import gzip
import os
import select
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest

from lotbook.adapters.refusals import NoAnswer
from lotbook.adapters.thin import client as thin
from lotbook.adapters.thin import connection as connections
from lotbook.adapters.thin import pool as pools
from lotbook.adapters.thin.connection import Limits
from lotbook.adapters.thin.pool import MAX_IDLE
from tests import patience
from tests.contracts.thin.conftest import Pauses
from tests.scripted import Act, Scripted, answer, environment, hang_up, plain, raw, serving

KEY: dict[str, Any] = {"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}
GOOD = b'{"Item":{"n":{"N":"7"}}}'
FOUND = {"n": {"N": "7"}}
HEAD = b"HTTP/1.1 200 OK\r\n"


@dataclass
class Clock:
    at: int = 1_800_000_000_000

    def now(self) -> int:
        return self.at


@pytest.fixture(scope="module")
def server() -> Iterator[Scripted]:
    with serving() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(server: Scripted, clock: Clock, pauses: Pauses) -> Any:
    server.plays()
    return thin.of(environment(server.address), Limits(connect=30, read=30), tries=3, clock=clock)


def _chunked(*parts: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    body = b"".join(f"{len(part):x};name=value\r\n".encode() + part + b"\r\n" for part in parts)
    return HEAD + b"Transfer-Encoding: Chunked\r\n\r\n" + body + end


ANSWERS: dict[str, tuple[Act, bool]] = {  # and whether the connection is used again
    "byte by byte": (raw(*[bytes([each]) for each in plain(GOOD)]), True),
    "in chunks": (raw(_chunked(GOOD[:5], GOOD[5:])), True),
    "in chunks with a trailer": (raw(_chunked(GOOD, end=b"0\r\nX-Sum: 1\r\n\r\n")), True),
    "until it closes": (raw(HEAD + b"\r\n" + GOOD, keep=False), False),
    "said to be the last": (answer(GOOD, connection="Close"), False),
    "http 1.0": (raw(plain(GOOD).replace(b"HTTP/1.1", b"HTTP/1.0")), False),
    "with more behind it": (raw(plain(GOOD) + b"HTTP/1.1 200 OK\r\n"), False),
    "blanks and cases of headers": (raw(HEAD + b"CONTENT-LENGTH:24 \r\nx: \r\n\r\n" + GOOD), True),
}
NO_ANSWERS = {
    "no length that is a number": HEAD + b"Content-Length: +24\r\n\r\n" + GOOD,
    "two lengths": HEAD + b"Content-Length: 24\r\nContent-Length: 2\r\n\r\n" + GOOD,
    "a length past every bound": HEAD + b"Content-Length: 99999999999\r\n\r\n" + GOOD,
    "a negative length": HEAD + b"Content-Length: -1\r\n\r\n" + GOOD,
    "an unknown encoding": HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + GOOD,
    "a chunk without a size": HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n" + GOOD,
    "a chunk without an end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n18\r\n" + GOOD + b"..0\r\n\r\n",
    "chunks without the last": _chunked(GOOD, end=b""),
    "a header without a colon": HEAD + b"Content-Length 24\r\n\r\n" + GOOD,
    "a folded header": HEAD + b"X: a\r\n b: c\r\nContent-Length: 24\r\n\r\n" + GOOD,
    "an interim answer that nobody asked for": b"HTTP/1.1 100 Continue\r\n\r\n" + plain(GOOD),
    "no status": b"HTTP/1.1 twohundred\r\n\r\n" + GOOD,
    "another protocol": b"HTTP/2 200\r\n\r\n" + GOOD,
    "packed by gzip, which nobody asked for": plain(gzip.compress(GOOD), content_encoding="gzip"),
    "a head without an end": HEAD + b"X: " + b"y" * (connections.MAX_HEAD_BYTES + 1),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_an_answer_by_the_standard_is_read(name: str, client: Any, server: Scripted) -> None:
    act, keeps = ANSWERS[name]
    server.plays(act, answer(GOOD))
    assert [client.get_item(**KEY)["Item"] for _ in range(2)] == [FOUND] * 2
    first, second = server.requests
    assert (first.connection == second.connection) is keeps


@pytest.mark.parametrize("name", NO_ANSWERS)
def test_what_is_none_is_not_guessed_and_asked_for_again(name: str, client: Any, server: Scripted) -> None:
    server.plays(raw(NO_ANSWERS[name], keep=False), answer(GOOD))
    assert client.get_item(**KEY)["Item"] == FOUND
    first, second = server.requests
    assert first.connection != second.connection


def test_a_connection_that_was_closed_meanwhile_is_seen_before_it_is_used(client: Any, server: Scripted) -> None:
    """So nothing is sent twice, and no pause is made."""
    server.plays(raw(plain(GOOD), keep=False), answer(GOOD))
    client.get_item(**KEY)
    server.wait_until_over(server.requests[0].connection)
    assert client.get_item(**KEY)["ResponseMetadata"]["RetryAttempts"] == 0
    assert len(server.requests) == 2


def test_a_connection_that_is_closed_by_half_is_not_used_again(client: Any, server: Scripted) -> None:
    """The other end still reads, and can say nothing any more: a request that went out there would be lost."""

    def halves(connection: socket.socket) -> bool:
        connection.sendall(plain(GOOD))
        connection.shutdown(socket.SHUT_WR)
        return True

    server.plays(halves, answer(GOOD))
    client.get_item(**KEY)
    (kept,) = client.pool._waiting
    assert select.select([kept._socket], [], [], patience.SECONDS)[0], "the end has come"
    assert client.get_item(**KEY)["ResponseMetadata"]["RetryAttempts"] == 0
    first, second = server.requests
    assert first.connection != second.connection


def test_a_name_that_moves_is_followed_by_the_next_connection(
    clock: Clock, pauses: Pauses, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name is looked up for each new connection and kept by nobody: an address that is gone is left with its connection."""
    with serving() as before, serving() as after:
        home = [before]

        def resolve(host: str, _port: int, *_more: Any) -> list[Any]:
            assert host == "table.example"
            where = ("127.0.0.1", int(home[0].address.rpartition(":")[2]))
            return [(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", where)]

        monkeypatch.setattr(socket, "getaddrinfo", resolve)
        client = thin.of(environment("http://table.example:8000"), Limits(connect=5, read=30), tries=3, clock=clock)
        before.plays(answer(GOOD), hang_up)
        after.plays(answer(GOOD))
        client.get_item(**KEY)
        home[0] = after
        assert client.get_item(**KEY)["Item"] == FOUND
        assert [len(before.requests), len(after.requests)] == [2, 1]


@pytest.mark.parametrize("size", [100_000, 390_000, 2_000_000])
def test_requests_and_answers_of_many_packets_come_whole(size: int, client: Any) -> None:
    """An item has up to 400 KB, a page a megabyte."""
    key = {"pk": {"S": "a"}, "sk": {"B": bytes(range(250)) * (size // 250)}}
    with serving() as echoing:
        echoing.echoes = True
        client.pool._target = client.pool._target._replace(port=int(echoing.address.rpartition(":")[2]))
        assert [client.get_item(TableName="t", Key=key)["Item"] for _ in range(2)] == [key] * 2
        assert echoing.connections == 1


def test_one_that_breaks_as_it_is_used_is_sent_again_at_once(client: Any, server: Scripted, pauses: Pauses) -> None:
    """Without a pause, without a token, inside the tries; the others that waited as long are not tried either."""
    server.plays(answer(GOOD), hang_up, answer(GOOD))
    client.get_item(**KEY)
    tokens = client.tokens.left
    assert client.get_item(**KEY)["Item"] == FOUND
    assert client.tokens.left == tokens
    assert pauses.thins == []
    assert len(server.requests) == 3


def test_a_new_connection_that_says_nothing_is_a_fault_with_its_price(
    client: Any, server: Scripted, pauses: Pauses
) -> None:
    server.plays(hang_up, answer(GOOD))
    assert client.get_item(**KEY)["Item"] == FOUND
    assert len(pauses.thins) == 1


@pytest.mark.parametrize("later", [MAX_IDLE, -MAX_IDLE, 40 * 24 * 60 * MAX_IDLE])
def test_a_connection_that_was_frozen_or_comes_from_a_snapshot_is_not_used(
    later: int, client: Any, server: Scripted, clock: Clock
) -> None:
    """By the wall clock: a process that is frozen, or restored weeks later, has lived through none of it."""
    server.plays(answer(GOOD), answer(GOOD))
    client.get_item(**KEY)
    clock.at += later
    client.get_item(**KEY)
    assert server.requests[0].connection != server.requests[1].connection


@pytest.mark.process
def test_a_child_does_not_write_into_its_parents_connection(client: Any, server: Scripted) -> None:
    server.plays(answer(GOOD), answer(GOOD), answer(GOOD))
    client.get_item(**KEY)
    child = os.fork()
    if child == 0:
        os._exit(0 if client.get_item(**KEY)["Item"] == FOUND else 1)
    assert os.waitpid(child, 0)[1] == 0
    client.get_item(**KEY)
    mine, childs, again = (request.connection for request in server.requests)
    assert mine == again != childs


def test_the_last_one_used_goes_first_and_no_more_wait_than_may(
    client: Any, server: Scripted, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pools, "MAX_WAITING", 2)
    taken = [client.pool.take() for _ in range(3)]
    for each in taken:
        each.is_kept = True
        client.pool.give_back(each)
    assert taken[2].is_stale(), "it was closed: two wait already"
    assert client.pool.take() is taken[1]
    assert client.pool.take() is taken[0]


def test_threads_have_a_connection_each_and_each_hears_its_own_answer(client: Any, server: Scripted) -> None:
    def ask(number: int) -> Any:
        return client.get_item(TableName="t", Key={"pk": {"S": str(number)}})["Item"]["pk"]["S"]

    with serving() as echoing, ThreadPoolExecutor(8) as pool:
        echoing.echoes = True
        client.pool._target = client.pool._target._replace(port=int(echoing.address.rpartition(":")[2]))
        assert list(pool.map(ask, range(200))) == [str(number) for number in range(200)]
        assert echoing.connections <= 8


def test_a_port_that_nobody_listens_on_is_no_answer(client: Any) -> None:
    with socket.socket() as kept:  # taken, so nobody else can listen there meanwhile
        kept.bind(("127.0.0.1", 0))
        port = kept.getsockname()[1]
        held = thin.of(environment(f"http://127.0.0.1:{port}"), Limits(connect=30, read=30), tries=1)
        with pytest.raises(NoAnswer, match="cannot be reached"):
            held.get_item(**KEY)
