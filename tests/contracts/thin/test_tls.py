"""TLS: whom the client believes, and that a server which misbehaves behind a good certificate is no answer either."""

from __future__ import annotations

import hashlib
import socket
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from lotbook.adapters.calls import send
from lotbook.adapters.thin import client as thin
from lotbook.adapters.thin import trust
from lotbook.adapters.thin.connection import Limits
from lotbook.domain.values.errors import Unavailable
from tests.contracts.thin.certificates import Authority
from tests.contracts.thin.conftest import Pauses
from tests.scripted import Scripted, answer, environment, hang_up, plain, raw, reset, serving

LIMITS = Limits(connect=30, read=30)
KEY = {"TableName": "t", "Key": {"pk": {"S": "a"}, "sk": {"S": "b"}}}
GOOD = b'{"Item":{"n":{"N":"7"}}}'
# https://www.amazontrust.com/repository/ publishes them: SHA-256 of the certificate.
FIVE = {
    "8ecde6884f3d87b1125ba31ac3fcb13d7016de7f57cc904fe1cb97c6ae98196e": "Amazon Root CA 1",
    "1ba5b2aa8c65401a82960118f80bec4f62304d83cec4713a19c39c011ea46db4": "Amazon Root CA 2",
    "18ce6cfe7bf14e60b2e347b8dfe868cb31d02ebb3ada271569f50343b46db3a4": "Amazon Root CA 3",
    "e35d28419ed02025cfa69038cd623962458da5c695fbdea3c22b0bfb25897092": "Amazon Root CA 4",
    "568d6905a2c88708a4b3025190edcfedb1974a606a13c6e5290fcb2ae63edab5": "Starfield Services Root Certificate Authority - G2",
}
WARNED_BEFORE = timedelta(days=365)


def test_the_roots_are_amazons_five() -> None:
    found = {hashlib.sha256(der).hexdigest() for der in trust.context().get_ca_certs(binary_form=True)}
    assert found == set(FIVE)


def test_a_root_that_ends_within_a_year_is_found_out_here() -> None:
    """The first ends in 2037. A release that is a year old then must still reach the table."""
    for root in trust.context().get_ca_certs():
        ends = datetime.fromtimestamp(ssl.cert_time_to_seconds(str(root["notAfter"])), UTC)
        assert ends - datetime.now(UTC) > WARNED_BEFORE, root["subject"]


def test_chain_and_name_are_checked_and_old_protocols_are_not_spoken() -> None:
    context = trust.context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
    assert len(context.get_ca_certs()) == len(FIVE)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("certificates"))


@pytest.fixture(scope="module")
def server(authority: Authority) -> Iterator[Scripted]:
    with serving(authority.server("localhost"), "localhost") as found:
        yield found


def _client(server: Scripted, roots: Path | None, limits: Limits = LIMITS) -> Any:
    return thin.of(environment(server.address), limits, tries=3, roots=str(roots) if roots else None)


def _read(client: Any) -> Any:
    return send(client, "get_item", KEY)["Item"]


def test_many_calls_go_over_one_connection(server: Scripted, authority: Authority, pauses: Pauses) -> None:
    before = server.connections
    server.plays(*[answer(GOOD)] * 5)
    client = _client(server, authority.roots)
    assert [_read(client) for _ in range(5)] == [{"n": {"N": "7"}}] * 5
    assert server.connections - before <= 2  # a late ticket of the handshake may cost one


@pytest.mark.parametrize(
    ("host", "ends", "why"),
    [("other.example", timedelta(days=1), "of another host"), ("localhost", timedelta(days=-1), "of the past")],
)
def test_a_certificate_that_is_not_right_is_no_table(
    host: str, ends: timedelta, why: str, authority: Authority, pauses: Pauses
) -> None:
    """Nothing is sent to it: the request has the account's data, and a signature."""
    with serving(authority.server(host, ends), "localhost") as wrong:
        with pytest.raises(Unavailable) as unavailable:
            _read(_client(wrong, authority.roots))
        assert "certificate" in str(unavailable.value.__cause__), why
        assert wrong.requests == []


def test_a_certificate_that_nobody_known_has_signed_is_no_table(server: Scripted, pauses: Pauses) -> None:
    """Neither one of the five, nor what this machine trusts besides."""
    server.plays()
    with pytest.raises(Unavailable):
        _read(_client(server, None))
    assert server.requests == []


SPOILED = {
    "nothing": hang_up,
    "reset": reset,
    "cut body": raw(plain(GOOD)[:-3], keep=False),
    "cut head": raw(plain(GOOD)[:25], keep=False),
    "wrong checksum": answer(GOOD, x_amz_crc32="7"),
    "503": answer(b"<html></html>", 503),
}


@pytest.mark.parametrize("name", SPOILED)
def test_what_is_spoiled_by_tls_is_asked_for_again(
    name: str, server: Scripted, authority: Authority, pauses: Pauses
) -> None:
    server.plays(answer(GOOD), SPOILED[name], answer(GOOD))
    client = _client(server, authority.roots)
    assert [_read(client) for _ in range(2)] == [{"n": {"N": "7"}}] * 2
    assert len(server.requests) == 3


def test_a_server_that_says_nothing_or_trickles_is_given_up_in_time(authority: Authority, pauses: Pauses) -> None:
    """One second of silence; four for a whole answer that never stands still and never ends."""
    from threading import Event

    over = Event()

    def silent(_: socket.socket) -> bool:
        over.wait(60)
        return False

    def trickling(connection: socket.socket) -> bool:
        connection.sendall(plain(GOOD)[:30])
        while not over.wait(0.2):
            connection.sendall(b"x")
        return False

    with serving(authority.server("localhost"), "localhost") as slow:
        for act in (silent, trickling):
            slow.always = act
            client = thin.of(environment(slow.address), Limits(connect=30, read=1), tries=1, roots=str(authority.roots))
            with pytest.raises(Unavailable) as unavailable:
                _read(client)
            assert "in time" in str(unavailable.value.__cause__)
        over.set()
