"""S13: the stand-in answers programs, its own pages, and people who come by a link; no page of another origin."""

from __future__ import annotations

import http.client
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from local.stripe_stand_in.door import refusal
from local.stripe_stand_in.server import Server, serve
from local.stripe_stand_in.stand_in import StandIn
from lotbook.adapters.system import SystemClock
from tests import patience

PORT = 3_001
BROWSER_LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("GET", {"host": "127.0.0.1:3001"}),  # curl, the SDK
        ("POST", {"host": "localhost:3001"}),
        ("POST", {"host": "127.0.0.1:3001", "origin": "http://127.0.0.1:3001", "sec-fetch-site": "same-origin"}),
        ("POST", {"host": "localhost:3001", "origin": "http://localhost:3001"}),
        ("GET", {"host": "127.0.0.1:3001", "sec-fetch-site": "none", "sec-fetch-mode": "navigate"}),  # typed
        ("GET", {"host": "127.0.0.1:3001", **BROWSER_LINK}),  # from the shop to the checkout page
        ("GET", {"host": "127.0.0.1:3001", **BROWSER_LINK, "sec-fetch-site": "same-site"}),
    ],
)
def test_s13_programs_own_pages_and_people_are_answered(method: str, headers: dict[str, str]) -> None:
    assert refusal(method, headers, PORT) is None


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("POST", {}),
        ("POST", {"host": ""}),
        ("POST", {"host": "evil.example:3001"}),  # a name that was bent to this machine
        ("POST", {"host": "127.0.0.1"}),
        ("POST", {"host": "127.0.0.1:3000"}),
        ("POST", {"host": "127.0.0.1:3001, evil.example"}),
        ("POST", {"host": "127.0.0.1:3001", "origin": "http://evil.example"}),
        ("POST", {"host": "127.0.0.1:3001", "origin": "null"}),
        ("POST", {"host": "127.0.0.1:3001", "origin": ""}),
        ("POST", {"host": "127.0.0.1:3001", "origin": "http://127.0.0.1:3000"}),
        ("POST", {"host": "127.0.0.1:3001", "origin": "https://127.0.0.1:3001"}),
        ("GET", {"host": "127.0.0.1:3001", "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors"}),
        ("GET", {"host": "127.0.0.1:3001", **BROWSER_LINK, "sec-fetch-dest": "iframe"}),
        ("POST", {"host": "127.0.0.1:3001", **BROWSER_LINK}),
    ],
)
def test_s13_a_page_of_another_origin_is_refused(method: str, headers: dict[str, str]) -> None:
    said = refusal(method, headers, PORT)
    assert said is not None
    assert said.endswith(".")


def test_s13_on_port_80_browsers_name_no_port() -> None:
    assert refusal("GET", {"host": "localhost"}, 80) is None
    assert refusal("GET", {"host": "localhost"}, 8_080) is not None


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("stand-in")
    stand_in = StandIn(folder, SystemClock(), None, "whsec_x", "http://127.0.0.1")
    found = serve(stand_in, 0)
    yield found
    found.close()
    stand_in.close()


def ask(server: Server, method: str, path: str, headers: dict[str, str]) -> tuple[int, str]:
    line = http.client.HTTPConnection("127.0.0.1", server.port, timeout=patience.SECONDS)
    line.request(method, path, "{}" if method == "POST" else None, {"Content-Type": "text/plain", **headers})
    answer = line.getresponse()
    found = answer.status, answer.read().decode()
    line.close()
    return found


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/_stand_in/webhooks"),
        ("POST", "/_stand_in/webhooks"),
        ("POST", "/_stand_in/refund"),
        ("POST", "/_stand_in/fail"),
        ("GET", "/checkout/cs_1"),
        ("POST", "/checkout/cs_1/pay"),
        ("GET", "/v1/customers"),
        ("GET", "/"),
    ],
)
@pytest.mark.parametrize("headers", [{"Origin": "http://evil.example"}, {"Host": "evil.example"}])
def test_s13_no_room_of_the_stand_in_is_open_to_a_foreign_page(
    server: Server, method: str, path: str, headers: dict[str, str]
) -> None:
    status, said = ask(server, method, path, headers)
    assert status == 403
    assert "evil.example" in said


def test_s13_two_hosts_are_none_of_ours(server: Server) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 20) as line:
        own = f"127.0.0.1:{server.port}"
        line.sendall(f"GET / HTTP/1.1\r\nHost: {own}\r\nHost: evil.example\r\nConnection: close\r\n\r\n".encode())
        assert line.recv(65_536).startswith(b"HTTP/1.1 403 ")


def test_a_program_is_answered(server: Server) -> None:
    assert ask(server, "GET", "/_stand_in/webhooks", {})[0] == 200
    assert ask(server, "GET", "/_stand_in/webhooks", {"Host": f"localhost:{server.port}"})[0] == 200
