"""What is the Python client's own: two clients with one shape, settings, and what becomes of values on their way."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

import lotbook_client as lotbook
from lotbook.api import openapi
from lotbook.api.requests.bus_events import event_of
from lotbook.domain.endpoints import signing
from lotbook_client import models
from lotbook_client.answers import decode
from lotbook_client.calls import Operation, as_sent, request_of
from lotbook_client.settings import KEY, URL
from tests.architecture.tree import imports, parsed
from tests.clients import rules
from tests.loops import in_a_loop

ROOT = Path(__file__).resolve().parents[2]
PYTHON, TYPESCRIPT = ROOT / "clients" / "python", ROOT / "clients" / "typescript"
SECRET = "lbk_do_not_show_me"
NOT_CALLED = {"receive_stripe_event"}  # the gateway calls it
OPERATIONS = {
    each["operationId"] for path in openapi.document()["paths"].values() for each in path.values()
} - NOT_CALLED


def public(kind: type) -> dict[str, Any]:
    """Methods by name; what opens and closes has other names in the async one."""
    found = inspect.getmembers(kind, inspect.isfunction)
    return {name.replace("__a", "__"): each for name, each in found if not re.match("_[a-z]", name)}


def test_the_sync_and_the_async_client_have_the_same_methods_with_the_same_parameters() -> None:
    sync, parallel = public(lotbook.Lotbook), public(lotbook.AsyncLotbook)
    assert sync.keys() == parallel.keys()
    for name in sync.keys() - {"__init__"}:
        assert inspect.signature(sync[name]).parameters == inspect.signature(parallel[name]).parameters, name
    init, parallel_init = (inspect.signature(each["__init__"]).parameters for each in (sync, parallel))
    assert list(init) == list(parallel_init)


def test_so_have_holds_and_lists() -> None:
    for sync, parallel in ((lotbook.Hold, lotbook.AsyncHold), (lotbook.Pages, lotbook.AsyncPages)):
        ours = {name.replace("aiter", "iter") for name in public(parallel)}
        assert {name.replace("__aenter", "__enter").replace("__aexit", "__exit") for name in public(sync)} == {
            name.replace("__aenter", "__enter").replace("__aexit", "__exit") for name in ours
        }


def test_every_operation_of_the_document_has_a_method_in_both_languages() -> None:
    assert OPERATIONS - set(public(lotbook.Lotbook)) == set()
    text = (TYPESCRIPT / "src" / "calls.ts").read_text()
    camel = {re.sub("_(.)", lambda found: found[1].upper(), name) for name in OPERATIONS}
    assert camel - set(re.findall(r"^  (\w+)\($", text, re.MULTILINE)) == set()


def test_the_clients_need_httpx_and_nothing() -> None:
    modules = (PYTHON / "lotbook_client").glob("*.py")
    needed = {name.split(".")[0] for path in modules for _, name in imports(parsed(path))} - sys.stdlib_module_names
    assert needed == {"lotbook_client", "httpx"}
    sources = "".join(path.read_text() for path in (TYPESCRIPT / "src").glob("*.ts"))
    assert {name for name in re.findall(r'from "(.+?)"', sources) if not name.startswith("./")} == set()


def test_both_packages_have_one_version() -> None:
    package = json.loads((TYPESCRIPT / "package.json").read_text())["version"]
    assert lotbook.__version__ == package
    assert f'"{package}"' in (TYPESCRIPT / "src" / "version.ts").read_text()


def test_a_client_reads_where_and_who_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(URL, "https://credits.example/v1/")
    monkeypatch.setenv(KEY, f" {SECRET}\n")
    asked: list[httpx.Request] = []
    with answering(asked, {"account_id": "a", "unit": "credits", **BALANCE}, base_url=None, key=None) as client:
        client.read_balance("acme")
    assert str(asked[0].url) == "https://credits.example/v1/accounts/acme/balance"
    assert asked[0].headers["authorization"] == f"Bearer {SECRET}"
    assert re.fullmatch(r"lotbook-client-python/\d\S+ Python/3\S+ httpx/\S+", asked[0].headers["user-agent"])


@pytest.mark.parametrize(
    ("base_url", "key", "told"),
    [
        (None, SECRET, URL),
        ("credits.example", SECRET, URL),
        ("ftp://credits.example", SECRET, URL),
        ("https://credits.example", None, KEY),
        ("https://credits.example", f"{SECRET} {SECRET}", KEY),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named_and_a_key_is_not(
    monkeypatch: pytest.MonkeyPatch, base_url: str | None, key: str | None, told: str
) -> None:
    monkeypatch.delenv(URL, raising=False)
    monkeypatch.delenv(KEY, raising=False)
    with pytest.raises(ValueError, match=told) as refused:
        lotbook.Lotbook(base_url, key)
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("kind", [lotbook.Lotbook, lotbook.AsyncLotbook])
def test_nothing_that_is_printed_shows_the_key(kind: type[Any]) -> None:
    client = kind("https://credits.example", SECRET)
    assert repr(client) == f"{kind.__name__}('https://credits.example')"
    for each in (client, *vars(client).values(), client._settings, client._http.headers):
        assert SECRET not in repr(each)


def test_an_error_shows_neither_key_nor_body() -> None:
    with answering([], {"message": "no"}, status=401) as client, pytest.raises(lotbook.UnauthorizedError) as refused:
        client.consume_credits("acme", 3)
    assert SECRET not in f"{refused.value!r}{refused.value}{vars(refused.value)}"


BALANCE: dict[str, Any] = {
    "as_of": "2026-11-26T23:30:00Z",
    "available": 1,
    "held": 0,
    "frozen": 0,
    "waiting": 0,
    "shortfall": 0,
    "lots": [],
}


@contextmanager
def answering(
    asked: list[httpx.Request],
    body: Any,
    status: int = 200,
    base_url: str | None = "https://credits.example",
    key: str | None = SECRET,
) -> Iterator[lotbook.Lotbook]:
    """A client that always gets that answer."""

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(status, json=body)

    with lotbook.Lotbook(base_url, key, transport=httpx.MockTransport(handle), retries=0) as client:
        yield client


def test_ids_are_quoted_so_that_none_leads_to_another_call() -> None:
    asked: list[httpx.Request] = []
    with answering(asked, {"account_id": "a", "unit": "credits", **BALANCE}) as client:
        client.read_balance("a/b?c#d e%2F", unit="x&y")
        for bad in ("", ".", ".."):
            with pytest.raises(ValueError, match="account_id"):
                client.read_balance(bad)
    assert [str(each.url) for each in asked] == [
        "https://credits.example/v1/accounts/a%2Fb%3Fc%23d%20e%252F/balance?unit=x%26y"
    ]


def test_what_is_left_out_is_not_sent_and_null_is_sent_where_it_says_something() -> None:
    sent: list[httpx.Request] = []
    with answering(sent, {}) as client:
        calls: list[Callable[[], object]] = [
            lambda: client.consume_credits("acme", 3, reference=None),
            lambda: client.change_account("acme", external_id=None),
            lambda: client.grant_credits("acme", 3, reason="sorry"),
        ]
        for call in calls:
            with pytest.raises(lotbook.UnexpectedAnswer):
                call()
    assert [json.loads(each.content) for each in sent] == [
        {"credits": 3},
        {"external_id": None},
        {"credits": 3, "kind": "promotional", "reason": "sorry"},
    ]


def test_an_aware_datetime_is_sent_in_utc_and_a_naive_one_is_refused() -> None:
    sent: list[httpx.Request] = []
    with answering(sent, {"purchases": [], "next_cursor": None}) as client:
        list(client.list_purchases("acme", from_=datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2)))))
        with pytest.raises(ValueError, match="time zone"):
            list(client.list_purchases("acme", from_=datetime(2026, 1, 1)))
    assert sent[0].url.params["from"] == "2026-01-01T00:00:00Z"


@pytest.mark.parametrize("key", ["", "with space", "ü", "k" * 256])
def test_a_key_that_no_header_can_hold_is_refused_here(key: str) -> None:
    with answering([], {}) as client, pytest.raises(ValueError, match="idempotency key"):
        client.consume_credits("acme", 3, idempotency_key=key)


def test_values_are_integers_decimals_and_aware_datetimes() -> None:
    line = decode(models.Line, {"description": "x", "quantity": 2, "unit_price": "0.0009", "amount_minor": 1})
    assert (line.unit_price, type(line.quantity)) == (Decimal("0.0009"), int)
    period = decode(models.Period, {"start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"})
    assert period.start == datetime(2026, 1, 1, tzinfo=UTC)


def test_what_only_a_newer_server_says_is_kept() -> None:
    entry = {"lot_id": "lot_1", "credits": 3, "colour": "red"}
    assert decode(models.Draw, entry).extra == {"colour": "red"}
    order = {"item": {"kind": "gift", "to": "bob"}, "lines": [], "currency": "usd"}
    found = decode(models.OrderEvidence, order | _others(models.OrderEvidence, order))
    assert isinstance(found.item, lotbook.UnknownKind)
    assert (found.item.kind, found.item.extra) == ("gift", {"to": "bob"})


def _others(kind: Any, given: dict[str, Any]) -> dict[str, Any]:
    """Something for the members that a test does not care for."""
    schema = openapi.document()["components"]["schemas"][kind.__name__]["properties"]
    plain = {"integer": 1, "string": "x", "array": [], "boolean": True}
    return {name: plain.get(told.get("type")) for name, told in schema.items() if name not in given}


@pytest.mark.parametrize("wrong", [{"lot_id": "l"}, {"lot_id": "l", "credits": "3"}, {"lot_id": "l", "credits": 3.0}])
def test_an_answer_that_is_not_what_the_contract_says_is_no_answer(wrong: dict[str, Any]) -> None:
    with pytest.raises(lotbook.UnexpectedAnswer, match="Draw"):
        decode(models.Draw, wrong)


HELD = {"hold_id": "hold_1", "credits": 40, "expires_at": "2026-11-27T00:30:00Z", "available": 2}


@pytest.mark.parametrize("is_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("rule", rules.RULES["holds"], ids=lambda rule: rule["name"])
def test_the_end_of_a_hold_gives_back_and_the_blocks_own_error_wins(rule: dict[str, Any], is_async: bool) -> None:
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path.split("/")[-1])
        answer: dict[str, Any] = {"status": 201, "body": HELD} if asked == ["holds"] else rule["release"]
        return httpx.Response(answer["status"], json=answer["body"])

    def work() -> None:
        if rule["fails"]:
            raise RuntimeError("the work")

    async def parallel() -> None:
        client = lotbook.AsyncLotbook(*WHERE, transport=httpx.MockTransport(handle), retries=0)
        async with client, client.hold("acme", 40):
            work()

    def straight() -> None:
        client = lotbook.Lotbook(*WHERE, transport=httpx.MockTransport(handle), retries=0)
        with client, client.hold("acme", 40):
            work()

    seen: str | None = None
    try:
        in_a_loop(parallel()) if is_async else straight()
    except RuntimeError as error:
        seen = str(error)
    except lotbook.LotbookError as error:
        seen = type(error).__name__
    assert (seen, asked) == (rule["outcome"], ["holds", "release"])


WHERE = ("https://credits.example", SECRET)


def test_a_capture_that_is_tried_again_by_the_caller_has_the_same_key_and_a_second_end_another_one() -> None:
    keys: list[str | None] = []
    answers = iter(
        [
            (201, HELD),
            (503, {}),
            (200, {"hold_id": "hold_1", "captured": 30, "released": 10, "available": 12}),
            (409, {"code": "hold_closed", "state": "captured"}),
        ]
    )

    def handle(request: httpx.Request) -> httpx.Response:
        keys.append(request.headers.get("idempotency-key"))
        status, body = next(answers)
        return httpx.Response(status, json=body)

    client = lotbook.Lotbook(*WHERE, transport=httpx.MockTransport(handle), retries=0)
    with client, client.hold("acme", 40, idempotency_key="job-1") as hold:
        with pytest.raises(lotbook.ServerError):
            hold.capture(30)
        hold.capture(30)
        with pytest.raises(lotbook.HoldClosed):
            hold.capture(5)
    assert keys[0] == "job-1"
    assert keys[1] == keys[2]
    assert len(set(keys)) == 3


def test_a_list_that_goes_in_a_circle_has_an_end() -> None:
    with (
        answering([], {"entries": [], "next_cursor": "c"}) as client,
        pytest.raises(lotbook.UnexpectedAnswer, match="does not go on"),
    ):
        list(client.list_entries("acme"))


def test_a_webhook_that_lotbook_signs_is_verified_with_either_secret_while_they_rotate() -> None:
    old, new = (signing.Secret(signing.new_secret(bytes([each]) * signing.SECRET_BYTES)) for each in (1, 2))
    event = event_of(
        {
            "id": "bus-1",
            "detail-type": "credits.low",
            "time": "2026-11-26T23:30:00Z",
            "detail": {"id": "evt_1", "at": "2026-11-26T23:30:00Z", "account_id": "acme", "available": 5},
        }
    )
    headers = signing.headers(event.event_id, 1_795_735_800_000, event.text.encode(), [old, new])
    for secret in (old, new):
        seen = lotbook.verify_webhook(event.text.encode(), headers, secret.text, now=1_795_735_801)
        assert (seen.id, seen.type) == (event.event_id, "credits.low")
        assert (seen.data["account_id"], seen.data["available"]) == ("acme", 5)


def test_a_secret_that_is_shown_once_is_not_printed_by_mistake() -> None:
    hidden = {each.name for each in dataclasses.fields(models.NewEndpoint) if not each.repr}
    assert hidden == {"secret", "extra"}


def test_a_call_says_whether_it_wants_json_or_csv() -> None:
    asked: list[httpx.Request] = []
    with answering(asked, {"lines": [], "next_cursor": None}) as client:
        with pytest.raises(lotbook.UnexpectedAnswer):
            client.read_report("tax", month="2026-11").page()
        client.read_report_csv("tax", month="2026-11", currency="eur").page()
    assert [each.headers["accept"] for each in asked] == ["application/json", "text/csv"]
    assert str(asked[1].url).endswith("/v1/reports/tax?month=2026-11&currency=eur")


def test_a_call_that_may_have_a_key_gets_none_that_nobody_gave() -> None:
    free = Operation[object]("x", "POST", "/x", as_sent, may_be_keyed=True)
    keyed, plain = dataclasses.replace(free, keyed=True), dataclasses.replace(free, may_be_keyed=False)
    assert [request_of(each).key is not None for each in (free, keyed, plain)] == [False, True, False]
    assert [request_of(each, key="job-1").key for each in (free, keyed, plain)] == ["job-1", "job-1", None]


def test_a_member_that_is_a_word_of_the_language_and_one_that_is_missing() -> None:
    @dataclasses.dataclass(frozen=True, kw_only=True)
    class Thing(lotbook.Answer):
        class_: str
        note: str | None

    assert decode(Thing, {"class": "a"}) == Thing(class_="a", note=None)
