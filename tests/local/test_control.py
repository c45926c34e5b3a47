"""The local run's own addresses: who may ask (S13), tokens, and the page that says what there is."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import jwt
import pytest

from local.clock import LocalClock
from local.cloud.api_events import Answer, Request
from local.cloud.schedules import Schedules
from local.control import Control
from local.dev_file import welcome
from local.issuer import Issuer
from lotbook.domain.values.access import ROLES

PORT = 3_000
PLAIN = Request("GET", "/_local/clock", {"host": f"127.0.0.1:{PORT}"}, b"", "r", 0, "127.0.0.1")
DOCUMENT: dict[str, Any] = {
    "base_url": "http://127.0.0.1:3000",
    "stripe_url": "http://127.0.0.1:3001",
    "service_key": "lbk_demo-all_secret",
    "service_keys": {"read": "lbk_demo-read_secret"},
    "webhook_secret": "whsec_secret",
    "accounts": {"insurestack": {"policy_id": "insurestack", "tokens": {"owner": "ey-secret"}}},
}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return Issuer(tmp_path_factory.mktemp("issuer") / "issuer.pem")


@pytest.fixture
def control(tmp_path: Path, issuer: Issuer) -> Control:
    clock = LocalClock(tmp_path / "clock.json")
    functions: Any = SimpleNamespace(invoke=lambda *_: {})
    return Control(clock, Schedules((), functions, clock), issuer, "http://127.0.0.1:3000/_local/jwks.json", port=PORT)


def ask(control: Control, method: str, path: str, body: Any = None, **headers: str) -> Answer:
    content = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
    sent = {**PLAIN.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
    return control.answer(replace(PLAIN, method=method, target=path, body=content, headers=sent))


FOREIGN = [
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"host": "evil.example:3000"},
    {"host": "evil.example"},
    {"sec_fetch_site": "cross-site", "sec_fetch_mode": "no-cors"},
]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/_local/clock"),
        ("POST", "/_local/tokens"),
        ("POST", "/_local/schedules/expire/run"),
        ("GET", "/_local/events"),
        ("GET", "/_local/nothing"),
        ("GET", "/"),
    ],
)
def test_s13_a_page_of_another_origin_is_refused_and_changes_nothing(
    control: Control, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = ask(control, method, path, {"advance_seconds": 31_622_400}, **headers)
    assert answer.status == 403
    assert not [name for name, _ in answer.headers if name.startswith("access-control")]
    assert not control.clock.path.exists()


def test_s13_programs_and_people_are_answered(control: Control) -> None:
    assert ask(control, "GET", "/_local/clock").status == 200
    assert ask(control, "POST", "/_local/clock", {"advance_seconds": 1}, host="localhost:3000").status == 200
    link = {"sec_fetch_site": "same-site", "sec_fetch_mode": "navigate", "sec_fetch_dest": "document"}
    assert ask(control, "GET", "/_local/returned", **link).status == 200


@pytest.mark.parametrize("role", ROLES)
def test_a_members_token_is_made_for_any_account(control: Control, issuer: Issuer, role: str) -> None:
    answer = ask(control, "POST", "/_local/tokens", {"account_id": "acme", "role": role})
    token = json.loads(answer.body)["token"]
    assert (answer.status, token) == (200, issuer.token("acme", role))
    claims = jwt.decode(token, options={"verify_signature": False})
    assert (claims["account_id"], claims["role"]) == ("acme", role)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        [],
        {},
        {"account_id": "acme"},
        {"account_id": "acme", "role": "boss"},
        {"account_id": "acme", "role": ["owner"]},
        {"account_id": "a b", "role": "owner"},
        {"account_id": 7, "role": "owner"},
        {"account_id": "acme", "role": "owner", "expires_at": 0},
    ],
)
def test_a_token_for_nobody_is_refused_with_what_to_send(control: Control, body: Any) -> None:
    answer = ask(control, "POST", "/_local/tokens", body)
    assert (answer.status, list(json.loads(answer.body))) == (400, ["message"])


def test_answers_end_their_line(control: Control) -> None:
    """A terminal's prompt stuck to them."""
    for path in ("/_local/clock", "/_local/nothing"):
        assert ask(control, "GET", path).body.endswith(b"}\n")


@pytest.mark.parametrize("folder", [Path(".lotbook"), Path("/data/of mine")])
def test_the_welcome_names_keys_and_shows_none(folder: Path) -> None:
    said = welcome(DOCUMENT, folder.resolve() / "dev.json", 1.0)
    assert "secret" not in said
    assert "make try" in said
    assert ("DATA_DIR='/data/of mine' make try" in said) == (folder != Path(".lotbook"))
    assert max(len(line) for line in re.sub(r"/\S+", "", said).splitlines()) < 120


def test_a_link_into_the_billing_page_is_for_roles_and_accounts_that_there_are(control: Control) -> None:
    asked: list[tuple[str, str]] = []

    def look(account_id: str, role: str) -> str | None:
        asked.append((account_id, role))
        return "/portal/enter?code=x" if account_id == "make" else None

    control.look = look
    opened = ask(control, "GET", "/_local/portal/make/owner")
    assert (opened.status, dict(opened.headers)["location"]) == (303, "/portal/enter?code=x")
    wrong = ("nobody/owner", "make/root", "a%20b/owner")
    assert [ask(control, "GET", f"/_local/portal/{path}").status for path in wrong] == [404] * 3
    assert asked == [("make", "owner"), ("nobody", "owner")]
