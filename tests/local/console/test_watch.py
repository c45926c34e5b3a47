"""What goes through the run's door is noted: who, what, how it ended, as curl; and no secret of anybody."""

from __future__ import annotations

import base64
import json

import pytest

from local.cloud.api_events import Answer, Request
from local.console.ring import MOST_KEPT, Noted, Ring
from local.console.same_in_api import PURCHASE, SAME
from local.console.watch import Watch
from local.issuer import Issuer
from lotbook.api.http.routes import CONTRACT
from lotbook.api.portal.routes import PAGES

SECRET = "s3cr3t"
BASE, GATEWAY = "http://127.0.0.1:3000", "http://127.0.0.1:3001"
PROBLEM = Answer(
    402, (("content-type", "application/problem+json"),), b'{"code": "insufficient_credits", "detail": "too few"}'
)
JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded", "cookie": f"lotbook={SECRET}; other=1"}
SERVICE = {"authorization": f"Bearer lbk_demo-all_{SECRET}"}


def watch(gateway: str | None = GATEWAY) -> Watch:
    ticks = iter(range(1_000_000))
    return Watch(Ring(), BASE, gateway, "make", lambda: 1_700_000_000_000, lambda: next(ticks) / 8)


def noted(method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Noted:
    watching = watch()
    watching.watching(lambda _: PROBLEM)(Request(method, target, headers or {}, body, "r", 0, "127.0.0.1"))
    (found,) = watching.ring.newest()
    return found


def token(issuer: Issuer) -> dict[str, str]:
    return {"authorization": f"Bearer {issuer.token('make', 'owner')}"}


# Who asks, what for, with what; and what the command holds beside the address.
CALLS: tuple[tuple[str, str, str, bytes, dict[str, str], tuple[str, ...]], ...] = (
    ("service key", "POST", "/v1/accounts/a/consume", b'{"credits": 1}', {**SERVICE, **JSON, "idempotency-key": "k 1"}, ('"Authorization: Bearer $KEY"', "'Idempotency-Key: k 1'", "'{\"credits\": 1}'")),
    ("nobody", "GET", "/v1/openapi.json", b"", {}, ()),
    ("member", "GET", "/v1/accounts/a", b"", {"authorization": f"Basic {SECRET}"}, ('"Authorization: $AUTHORIZATION"',)),
    ("billing page", "POST", "/portal/buy", f"form={SECRET}&credits=30".encode(), FORM, ('"form=$FORM"', "credits=30", '"lotbook=$COOKIE"')),
    ("billing page", "GET", f"/portal/enter?code={SECRET}&x=1", b"", {}, ("code=$CODE&x=1",)),
    ("nobody", "GET", f"/mails/stop?token={SECRET}", b"", {}, ("token=$STOP",)),
    ("local", "POST", "/_local/clock", b'{"advance_seconds": 60}', JSON, ("advance_seconds",)),
    ("gateway", "POST", "/v1/webhooks/stripe", b'{"id": "evt_1"}', {"stripe-signature": f"t=1,v1={SECRET}"}, (f"{GATEWAY}/_stand_in/webhooks/deliver", "evt_1")),
)  # fmt: skip


@pytest.mark.parametrize(("who", "method", "target", "body", "headers", "words"), CALLS)
def test_a_call_is_noted_as_it_is_typed_without_a_secret(
    who: str, method: str, target: str, body: bytes, headers: dict[str, str], words: tuple[str, ...]
) -> None:
    found = noted(method, target, body, headers)
    assert (found.who, found.method, found.status, found.milliseconds) == (who, method, 402, 125)
    assert (found.code, found.detail) == ("insufficient_credits", "too few")
    assert SECRET not in repr(found)
    assert [word for word in words if word not in found.command.text] == []
    assert found.path == target.replace(SECRET, "...")


def test_a_members_token_is_one_that_can_be_asked_for(tmp_path_factory: pytest.TempPathFactory) -> None:
    found = noted("GET", "/v1/accounts/make", headers=token(Issuer(tmp_path_factory.mktemp("i") / "issuer.pem")))
    assert '"Authorization: Bearer $TOKEN"' in found.command.text
    assert [each.how for each in found.command.needs] == ["TOKEN=$(make -s key ACCOUNT=make ROLE=owner)"]
    forged = noted(
        "GET",
        "/v1/accounts/a",
        headers={"authorization": "Bearer a.eyJhY2NvdW50X2lkIjogIiQoaWQpIiwgInJvbGUiOiAib3duZXIifQ.c"},
    )
    assert [each.name for each in forged.command.needs] == ["AUTHORIZATION"], "an account named $(id) is no account"


def test_json_on_several_lines_is_one_line_and_the_same() -> None:
    content = {"credits": 5, "reference": "é\u2028", "metadata": {"a": "b"}}
    body = json.dumps(content, indent=2).encode()
    shown = noted("POST", "/v1/accounts/a/consume", body, {**SERVICE, **JSON}).command.text
    assert '\n  "credits"' not in shown
    twice = b'{"credits": 1,\n "credits": 2}'
    assert twice.decode() in noted("POST", "/v1/x", twice, JSON).command.text, "what is wrong with it stays"


@pytest.mark.parametrize("path", ["/", "/_local/console/calls", "/_local/health", "/portal/static/page.1.css"])
def test_what_says_nothing_about_the_product_is_not_noted(path: str) -> None:
    watching = watch()
    watching.watching(lambda _: PROBLEM)(Request("GET", path, {}, b"", "r", 0, "127.0.0.1"))
    assert watching.ring.newest() == []


def test_without_a_stand_in_an_event_cannot_be_sent_again() -> None:
    watching = watch(None)
    request = Request("POST", "/v1/webhooks/stripe", {}, b'{"id": "evt_1"}', "r", 0, "127.0.0.1")
    watching.watching(lambda _: PROBLEM)(request)
    assert watching.ring.newest()[0].command.why_not.endswith("`stripe events resend`.")


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b'{"id": 7}', b"\xff\xfe"])
def test_an_event_without_an_id_is_noted_all_the_same(body: bytes) -> None:
    assert noted("POST", "/v1/webhooks/stripe", body).command.text == ""


def test_a_request_of_the_billing_page_names_the_call_of_the_api() -> None:
    pages = {page.replace("{purchase_id}", "*") for page in PAGES}
    assert {page for page, _ in SAME} <= pages
    assert pages - {page for page, _ in SAME} == {
        *("GET /portal/enter", "GET /portal/static/{file}", "POST /portal/leave", "GET /portal/plan/cancel"),
    }, "what only the page has"
    assert {call for _, call in SAME} <= set(CONTRACT)
    assert noted("POST", "/portal/purchases/p/recheck").note == f"Through the API it is POST {PURCHASE}/recheck."
    assert noted("POST", "/portal/leave").note is None
    assert noted("GET", "/portal/buy?credits=5&step=x").command.text.endswith(
        "'http://127.0.0.1:3000/portal/buy?credits=5&step=x'"
    )


def test_the_ring_keeps_the_newest_and_no_more() -> None:
    watching = watch()
    ask = watching.watching(lambda _: PROBLEM)
    for number in range(MOST_KEPT + 3):
        ask(Request("GET", f"/v1/{number}", {}, b"", "r", 0, "127.0.0.1"))
    kept = watching.ring.newest()
    assert (len(kept), kept[0].path, kept[-1].path) == (MOST_KEPT, f"/v1/{MOST_KEPT + 2}", "/v1/3")
    assert watching.ring.find(3) is None
    assert watching.ring.find(4) is kept[-1]


DEEP = base64.urlsafe_b64encode(b"[" * 100_000).decode()
HOSTILE: tuple[tuple[str, bytes, dict[str, str]], ...] = (
    ("/portal/buy", b"\xff\xfe=\xff&a@/etc/passwd&=&x=%ff%00", FORM),
    ("/portal/buy", b"\xff" * 20_000, FORM),
    ("/v1/x", b"[" * 100_000, JSON),
    ("/v1/x", b"\x00\x01", {**JSON, "idempotency-key": "\xff\x00\n"}),
    ("/v1/x", b'{"a":\n"\\ud800"}', JSON),
    ("/v1/x", b"", {"authorization": f"Bearer a.{DEEP}.c"}),
    ("/v1/x", b"", {"authorization": "Bearer a.\xff.c"}),
    ("/v1/x", b"", {"authorization": "Bearer a.W10.c"}),
    ("/v1/x?\udcff=&&=&code", b"", {}),
    ("//x?code=a?code=b", b"", {"cookie": "lotbook="}),
    ("/v1/webhooks/stripe", b"[" * 100_000, JSON),
)


@pytest.mark.parametrize(("target", "body", "headers"), HOSTILE)
def test_whatever_is_sent_is_answered_and_noted(target: str, body: bytes, headers: dict[str, str]) -> None:
    """The list must never cost anybody their answer."""
    found = noted("PUT", target, body, headers)
    assert found.status == 402
    assert [letter for letter in found.command.text if not letter.isprintable() and letter != "\n"] == []
