"""Who may use the console: a person at its own pages. Not another page of the same browser, not a bent name, not a form without its token."""

from __future__ import annotations

import re

import pytest

from local.console.app import ACTIONS, form_token
from local.console.pages import SHOWN
from local.run_secrets import ALL_SCOPES, RunSecrets
from tests.local.console.a_console import BASE, TOKEN, Opened

BURN = {"account_id": "insurestack", "credits": "1", "key": "door", "back": "/"}
BALANCE = "/v1/accounts/insurestack/balance"
FOREIGN = (
    {"origin": "http://evil.example"},
    {"origin": "null"},
    {"origin": "http://127.0.0.1:3001"},
    {"host": "evil.example:3000"},
    {"host": "127.0.0.1:3001"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
)


def token(shown: Opened) -> str:
    found = TOKEN.search(shown.page("/_local/console/schedules"))
    assert found is not None
    return found[1]


@pytest.mark.parametrize("headers", FOREIGN)
@pytest.mark.parametrize("action", ["account.burn", "clock.move", "call.again", "fault.set"])
def test_s13_another_page_of_the_browser_can_do_nothing(shown: Opened, headers: dict[str, str], action: str) -> None:
    before = shown.api("GET", BALANCE)["available"], shown.control.clock.path.read_text()
    filled = {**BURN, "form": token(shown), "by": "year", "operation": "refunds.create", "kind": "500", "times": "1"}
    assert shown.raw_post(action, filled, **headers).status == 403
    assert (shown.api("GET", BALANCE)["available"], shown.control.clock.path.read_text()) == before
    assert shown.gateway("/_stand_in/fail") == {"faults": {}}


@pytest.mark.parametrize("given", ["", "0" * 64, "ü", None])
def test_a_form_without_this_runs_token_does_nothing(shown: Opened, given: str | None) -> None:
    """Whatever a browser says of where it comes from: what says nothing needs the token."""
    filled = {**BURN, **({} if given is None else {"form": given})}
    before = shown.api("GET", BALANCE)["available"]
    answer = shown.send(
        "POST", "/_local/console/do/account.burn", "&".join(f"{a}={b}" for a, b in filled.items()).encode()
    )
    assert answer.status == 403
    assert b"Nothing was done" in answer.body
    assert shown.api("GET", BALANCE)["available"] == before


def test_the_token_outlives_a_restart_and_is_no_key(shown: Opened) -> None:
    key = shown.console.desk.service_key
    assert token(shown) == form_token(key) != form_token("another run's")
    assert key not in token(shown)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_only_a_form_that_is_sent_does_anything(shown: Opened, method: str) -> None:
    query = f"form={token(shown)}&account_id=insurestack&credits=1&key=get"
    before = shown.api("GET", BALANCE)["available"]
    assert shown.send(method, f"/_local/console/do/account.burn?{query}").status in (404, 405)
    assert shown.send("POST", "/").status == 405
    assert shown.raw_post("no.such", {"form": token(shown)}).status == 404
    assert shown.api("GET", BALANCE)["available"] == before


@pytest.mark.parametrize(
    "back",
    ["http://evil.example/", "//evil.example/", "/\\evil.example", "/v1/accounts", "javascript:alert(1)", "/\r\nset-cookie: a=b", "", "é"],
)  # fmt: skip
def test_nobody_is_sent_elsewhere(shown: Opened, back: str) -> None:
    answer = shown.post("clock.go", {"back": back})
    location = dict(answer.headers)["location"]
    assert re.fullmatch(r"/\?done=\d+#done", location), location


def every_page(shown: Opened) -> dict[str, str]:
    steps = {
        "accounts/*": "accounts/insurestack",
        "mails/*": "mails/1",
        "calls/*": f"calls/{shown.watch.ring.newest()[0].number}",
    }
    names = [steps.get(name, name) for name in SHOWN]
    return {name: shown.page(f"/_local/console/{name}" if name else "/") for name in names}


EVIL = '<script>alert(1)</script><img src="https://evil.example/x">'


@pytest.fixture
def pages(shown: Opened) -> dict[str, str]:
    """Every page, after others have put what they could into it."""
    shown.click("account.burn", account_id="insurestack", credits="1", reference=EVIL, key="evil")
    shown.click("account.grant", account_id=EVIL, credits=EVIL, reason=EVIL, key=EVIL)
    shown.send("GET", f"/v1/{EVIL}?{EVIL}", headers={"idempotency-key": EVIL})
    shown.mails[:] = [{"at": "2026-11-01T09:00:00Z", "account_id": EVIL, "to": EVIL, "kind": EVIL, "subject": EVIL, "text": EVIL, "html": f"<p>{EVIL}</p>", "from": EVIL, "headers": {EVIL: EVIL}}]  # fmt: skip
    shown.events[:] = [
        {"id": EVIL, "type": EVIL, "at": "2026-11-01T09:00:00Z", "detail": {"account_id": EVIL, "half": "\ud800"}}
    ]
    return every_page(shown)


def test_nothing_that_others_write_acts_on_a_page_and_nothing_comes_from_elsewhere(pages: dict[str, str]) -> None:
    assert [name for name, page in pages.items() if "alert(1)</script>" in page] == []
    for name, page in pages.items():
        own = r"(?:/_local/console/static/console\.[0-9a-f]{16}\.(?:css|js)|/_local/console/mails/1/html)"
        loaded = re.findall(r'<(?:script|iframe|img|link|source|object|embed)\b[^>]*?(?:src|href)="([^"]*)"', page)
        assert [each for each in loaded if not re.fullmatch(own, each) and each != "data:,"] == [], name
        assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?! type=\"module\" src=)", page), name


def test_no_page_shows_a_secret(shown: Opened, pages: dict[str, str]) -> None:
    kept = RunSecrets.of(shown.control.clock.path.parent / "secrets.json")
    secrets = [
        kept.service_keys[ALL_SCOPES],
        kept.webhook_secret,
        *kept.service_keys.values(),
        "sk_test_",
        "Bearer lbk_",
        "Bearer ey",
    ]
    assert [(name, secret) for name, page in pages.items() for secret in secrets if secret in page] == []


def test_pages_and_mails_are_held_by_their_headers(shown: Opened, pages: dict[str, str]) -> None:
    assert pages
    headers = dict(shown.send("GET", "/").headers)
    for rule in (
        "default-src 'none'",
        "script-src 'self'",
        "frame-ancestors 'none'",
        "form-action 'self'",
        "base-uri 'none'",
    ):
        assert rule in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["cache-control"] == "no-store"
    mail = shown.send("GET", "/_local/console/mails/1/html")
    policy = dict(mail.headers)["content-security-policy"]
    assert (policy.startswith("sandbox; default-src 'none'"), "script-src" in policy) == (True, False)
    assert '<iframe class="mail" sandbox src=' in pages["mails/1"]
    assert shown.send("GET", "/_local/console/mails/2/html").status == 404


def test_files_are_kept_for_ever_under_their_digest_and_an_old_one_is_gone(shown: Opened) -> None:
    found = re.findall(r'"(/_local/console/static/[^"]+)"', shown.page("/"))
    assert len(found) == 2
    for each in found:
        answer = shown.send("GET", each)
        assert (answer.status, "immutable" in dict(answer.headers)["cache-control"]) == (200, True)
        assert (
            shown.send("GET", each.replace("console.", "console.0", 1).replace("/console.0", "/console.0")).status
            == 404
        )
        assert len(answer.body) < (40_000 if each.endswith("css") else 2_000)


def test_the_console_is_not_in_the_template() -> None:
    from local import ROOT

    text = (ROOT / "template.yaml").read_text()
    assert [word for word in ("_local", "console.py", "local/console") if word in text] == []
    deployed = [*(ROOT / "layers").rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    assert deployed
    assert [path for path in deployed if "local.console" in path.read_text()] == []
    assert len(ACTIONS) > 20
    assert BASE.startswith("http://127.0.0.1:")


@pytest.mark.parametrize(
    "target",
    [
        "/?" + "&".join(f"a{number}=1" for number in range(60)),
        f"/_local/console/calls/{'9' * 5_000}",
        f"/_local/console/mails/{'9' * 5_000}",
        f"/_local/console/mails/{'9' * 5_000}/html",
        f"/?done={'9' * 5_000}",
        "/?done=%d9%a3&page=%d9%a3&%ff=%ff",
        "/_local/console/accounts/%00%ff%2e%2e",
        "/_local/console//calls//",
        "/_local/console/static/../app.py",
    ],
)
def test_an_address_that_no_page_has_written_is_no_crash(shown: Opened, target: str) -> None:
    assert shown.send("GET", target).status in (200, 400, 404)


@pytest.mark.parametrize("more", [b"&a=1" * 60, b"&\xff\xfe=\x00", b"&key", b"&credits=" + b"9" * 5_000])
def test_a_form_that_no_page_has_written_is_no_crash_and_does_nothing(shown: Opened, more: bytes) -> None:
    before = shown.api("GET", BALANCE)["available"]
    body = f"form={token(shown)}&account_id=insurestack&back=/".encode() + more
    assert shown.send("POST", "/_local/console/do/account.burn", body).status in (303, 400, 403)
    assert shown.api("GET", BALANCE)["available"] == before
