"""What the console's pages say: where things are, empty, full, refused; and that everybody can use them."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from local.cloud.api_events import Request
from local.console import controls
from local.console.app import Console
from local.console.dues import Due
from local.console.pages import SHOWN
from local.console.ring import Ring
from local.stripe_stand_in import controls as of_stand_in
from lotbook import wiring
from lotbook.adapters.dynamo.deliveries import DynamoDeliveries
from lotbook.domain.endpoints.deliveries import Attempt
from lotbook.domain.values.access import ROLES
from tests.fakes.endpoints import a_delivery
from tests.local.console.a_console import Opened, said

VOID = {"meta", "link", "input", "br", "img", "option"}


class Outline(HTMLParser):
    """What matters of a page to somebody who does not see it."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.labelled: set[str] = set()
        self.fields: list[str] = []
        self.described: list[str] = []
        self.tags: Counter[str] = Counter()
        self.forms: list[dict[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "label" and found.get("for"):
            self.labelled.add(found["for"])
        if tag == "form":
            self.forms.append({"action": found["action"], "method": found["method"]})
        if tag in ("input", "select") and found.get("type") not in ("hidden", "checkbox"):
            self.fields.append(found.get("id", ""))
        if tag == "input" and found.get("name") in ("form", "back"):
            self.forms[-1][found["name"]] = found["value"]
        self.described += found.get("aria-describedby", "").split()
        self.described += found.get("aria-labelledby", "").split()


PAGES = [name for name in SHOWN if "*" not in name] + ["accounts/insurestack", "accounts/9pic"]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_can_be_used_without_seeing_it(shown: Opened, name: str) -> None:
    address = f"/_local/console/{name}" if name else "/"
    outline = Outline(shown.page(address))
    assert outline.tags["h1"] == 1
    assert [each for each, times in Counter(outline.ids).items() if times > 1] == []
    assert [each for each in outline.fields if each not in outline.labelled] == []
    assert [each for each in outline.described if each not in outline.ids] == []
    for form in outline.forms:
        assert (form["method"], form["back"], len(form["form"])) == ("post", address, 64)


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("mails", "No mail was sent yet"),
        ("events", "Nothing was published yet"),
        ("endpoints", "No endpoint yet"),
        ("schedules", "It has not run since the start"),
        ("gateway", "No page is open"),
        ("calls?who=member", "No call yet by member"),
        ("accounts/9pic", "Nothing was ordered yet"),
    ],
)
def test_an_empty_page_says_what_would_fill_it(shown: Opened, name: str, says: str) -> None:
    assert says in shown.page(f"/_local/console/{name}")


@pytest.mark.parametrize(
    "name", ["nothing", "accounts/nobody", "accounts/a/b", "mails/7", "mails/x", "calls/999999", "calls/x", "clock/1"]
)
def test_what_there_is_not_is_a_page_of_one_sentence(shown: Opened, name: str) -> None:
    answer = shown.send("GET", f"/_local/console/{name}")
    assert (answer.status, b"<h1" in answer.body, b"To the accounts" in answer.body) == (404, True, True)


def test_an_endpoint_is_shown_with_its_state_and_what_was_sent(shown: Opened) -> None:
    made = shown.api("POST", "/v1/endpoints", {"url": "https://93.184.215.14/hook", "types": ["credits.low"]})
    table = wiring.table()
    sent = a_delivery(made["endpoint_id"], state="delivered", attempts=(Attempt(0, "ok", 204, 12),))
    DynamoDeliveries(table).create(sent)
    page = shown.page("/_local/console/endpoints")
    for word in ("https://93.184.215.14/hook", 'data-value="enabled"', "Hears of credits.low", "delivered, 204"):
        assert word in page
    assert made["secret"] not in page
    shown.api("DELETE", f"/v1/endpoints/{made['endpoint_id']}")
    assert "No endpoint yet" in shown.page("/_local/console/endpoints")


def test_accounts_are_shown_with_state_plan_balance_and_doors(shown: Opened) -> None:
    page = shown.page("/")
    for word in (
        "InsureStack, Pay as you Go",
        'data-field="state" data-value="active"',
        "Free <b>",
        "9Pic, Pay as you go",
    ):
        assert word in page
    for role in ROLES:
        assert f'href="/_local/portal/insurestack/{role}"' in page
    assert "The clock says Nov" in page


def test_an_account_that_cannot_be_read_is_named_and_the_others_are_shown(shown: Opened) -> None:
    desk = replace(shown.console.desk, account_ids=lambda: ["broken", "insurestack"])
    request = Request("GET", "/", {}, b"", "r", 0, "127.0.0.1")
    page = Console(desk, Ring(), {}).answer(request).body.decode()
    assert 'data-row="unread" data-id="broken"' in page
    assert 'data-row="account" data-id="insurestack"' in page


# What is clicked, with what; the code, a word of the next step, and the field that is marked.
REFUSALS = (
    ("account.burn", {"account_id": "9pic", "credits": "5", "key": "r1"}, "insufficient_credits", "Order some or grant some", None),
    ("account.burn", {"account_id": "9pic", "credits": "some", "key": "r2"}, "refused", "Nothing was called", "credits"),
    ("account.burn", {"account_id": "9pic", "credits": "", "key": "r2"}, "refused", "Nothing was called", "credits"),
    ("account.burn", {"account_id": "9pic", "credits": "0", "key": "r2"}, "invalid_request", "Correct the fields", "credits"),
    ("account.burn", {"account_id": "no/body", "credits": "1", "key": "r2"}, "account_not_found", "Check the account", None),
    ("account.order", {"account_id": "9pic", "credits": "1000", "key": "r3"}, "consent_required", "Tick that the buyer", None),
    ("clock.move", {"to": "soon"}, "refused", "Correct the field", "to"),
    ("clock.move", {"to": "3999-01-01T00:00"}, "400", "what was sent", None),
    ("checkout.pay", {"session": "cs_no", "card": "4242424242424242"}, "resource_missing", "look", None),
    ("schedule.run", {"schedule": "nothing"}, "404", "gone", None),
    ("call.again", {"number": "999999"}, "refused", "Nothing was called", None),
    ("fault.set", {"operation": "a", "kind": "500", "times": "1"}, "422", "look", None),
)  # fmt: skip


@pytest.mark.parametrize(("action", "fields", "code", "step", "marked"), REFUSALS)
def test_a_refusal_is_told_with_its_code_and_the_next_step(
    shown: Opened, action: str, fields: dict[str, str], code: str, step: str, marked: str | None
) -> None:
    back = (
        f"/_local/console/accounts/{fields['account_id']}"
        if fields.get("account_id") == "9pic"
        else "/_local/console/clock"
    )
    answer = shown.post(action, {**fields, "back": back})
    page = shown.page(dict(answer.headers)["location"].partition("#")[0])
    told = said(page)
    assert 'role="alert"' in page
    assert (code in told, step.lower() in told.lower()) == (True, True), told
    if marked:
        field = re.search(rf'<input[^>]*name="{marked}"[^>]*aria-invalid="true"[^>]*>', page)
        assert field is not None
        assert f'value="{fields[marked]}"' in field[0], "what was typed stays"
        assert set(Outline(page).described) <= set(Outline(page).ids)


def test_a_lost_answer_is_told_as_what_was_ordered(shown: Opened) -> None:
    order = {"account_id": "insurestack", "credits": "1", "key": "lost"}
    shown.click("fault.set", operation="checkout.sessions.create", kind="500_kept", times="3")
    told = shown.click("account.order", **order)
    shown.click("fault.clear", operation="checkout.sessions.create")
    assert "refused" in told
    assert "unavailable" in told


def test_a_double_click_burns_once(shown: Opened) -> None:
    """Both carry the key that the form was made with; the next form has another."""
    before = shown.api("GET", "/v1/accounts/insurestack/balance")["available"]
    form = re.compile(r'do/account\.burn".*?name="key" value="([^"]*)"', re.DOTALL)
    (key,) = form.findall(shown.page("/_local/console/accounts/insurestack"))
    for _ in range(2):
        shown.click("account.burn", account_id="insurestack", credits="2", key=key)
    assert shown.api("GET", "/v1/accounts/insurestack/balance")["available"] == before - 2
    assert form.findall(shown.page("/_local/console/accounts/insurestack")) not in ([key], [""])


def test_a_schedule_shows_when_it_last_ran_and_what_it_answered(shown: Opened) -> None:
    shown.click("schedule.run", schedule="expire")
    page = shown.page("/_local/console/schedules")
    assert re.search(r"Last ran Nov 1, 2026, 9:0\d\sAM UTC, by hand", page)
    assert "lapsed" in page


def test_lists_are_paged_and_keep_their_filter(shown: Opened) -> None:
    for number in range(30):
        shown.send("GET", f"/v1/{number}")
    first, second = (shown.page(f"/_local/console/calls?who=nobody&page={page}") for page in (1, 2))
    assert first.count('data-row="call"') == 25
    assert 'href="?page=2&amp;who=nobody"' in first
    assert 5 <= second.count('data-row="call"') < 25
    for wrong in ("0", "99999999999", "x", "-1"):
        assert shown.send("GET", f"/_local/console/calls?page={wrong}").status == 200


def test_the_page_of_controls_names_every_one_and_no_other(shown: Opened) -> None:
    page = shown.page("/_local/console/controls")
    with_names = {"POST /_local/schedules/{function}/run", "GET /_local/portal/{account}/{role}"}
    assert {call for call, _, _ in controls.CONTROLS} == set(shown.control._routes()) | with_names
    named = set()
    for call, _, _ in controls.STAND_IN:
        method, _, path = call.partition(" /_stand_in/")
        if path:
            named.add((method, path.split("/")[0], len(path.split("/"))))
        assert call.partition(" ")[2] in page
    assert named == set(of_stand_in._ROUTES)


def test_a_due_moment_is_never_before_the_thing() -> None:
    """Half a second cut off would show the lot still alive."""
    assert Due(1_700_000_000_500, "x").moment == "2023-11-14T22:13:21Z"
    assert Due(1_700_000_000_000, "x").moment == "2023-11-14T22:13:20Z"


def test_what_comes_next_can_be_gone_to_and_has_come_then(shown: Opened) -> None:
    page = shown.page("/_local/console/clock")
    found = re.search(r'data-row="due".*?free credits expire.*?name="to" value="([^"]+)"', page, re.DOTALL)
    assert found is not None
    shown.click("clock.move", to=found[1])
    (lot,) = [each for each in shown.api("GET", "/v1/accounts/insurestack/balance")["lots"] if each["kind"] == "free"]
    assert lot["remaining"] == 10, "those of November are gone, those of December are there"
    assert lot["effective_at"] == found[1]


@pytest.mark.parametrize("name", [name for name in SHOWN if "*" not in name])
def test_with_stripes_own_test_mode_no_control_of_the_stand_in_is_shown(shown: Opened, name: str) -> None:
    desk = replace(shown.console.desk, gateway=None)
    console = Console(desk, Ring(), {})
    request = Request("GET", f"/_local/console/{name}" if name else "/", {}, b"", "r", 0, "127.0.0.1")
    answer = console.answer(request)
    page = answer.body.decode()
    assert answer.status == 200
    assert ("_stand_in" in page, "/do/checkout" in page, "/do/webhooks" in page) == (False, False, False)
    assert ("own test mode" in page) == (name in ("gateway", "webhooks"))
