"""Automatic purchase on the billing page: what it costs before it is on, the limit, the switch, what it did."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook import wiring
from tests.fakes.purchases import FakeGateway
from tests.functions.browsing import Browser, Shown
from tests.functions.conftest import ACCOUNT, Api, open_account
from tests.functions.portal_visits import visitor

HERE = "/portal/automatic-purchase"
MAKE = {"account_id": "make"}


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    made = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: made)
    return made


@pytest.fixture
def make(api: Api, gateway: FakeGateway) -> Browser:
    """An owner on the plan of 10,000 credits, with a card."""
    open_account(api, "make", "make", plan_id="core-10k")
    browser, _ = visitor(api, "make")
    gateway.finish_setup(browser.press(browser.get("/portal/cards"), "Add card").headers["location"], api.clock.now())
    return browser


def switch(api: Api) -> dict[str, Any]:
    path = f"GET {ACCOUNT}/auto-top-up"
    found: dict[str, Any] = api.call(path, path=MAKE).ok()
    return found


def test_mk_17_mk_19_mk_23_unit_price_surcharge_and_cap_are_told_before_it_is_switched_on(
    api: Api, make: Browser
) -> None:
    shown = make.get(HERE)
    assert shown.value("auto-top-up") == "off"
    assert (shown.value("auto-credits"), shown.value("total")) == ("10000", "1170")
    assert "30%" in shown.text
    assert "At most" in shown.text
    on = make.press(shown, "Switch on", limit="25.00")
    assert on.value("auto-top-up") == "on"
    assert (switch(api)["enabled"], switch(api)["limit_minor"]) == (True, 2_500)
    lifted = make.press(on, "Save", limit="")
    assert switch(api)["limit_minor"] is None
    make.press(lifted, "Switch off")
    assert switch(api)["enabled"] is False


def test_a_limit_that_is_no_amount_is_told_at_its_field_and_nothing_is_switched(api: Api, make: Browser) -> None:
    wrong = make.press(make.get(HERE), "Switch on", limit="lots")
    assert wrong.status == 422
    box = wrong.page.one("input", id="limit")
    assert (box.attributes["value"], "limit-error" in box.attributes["aria-describedby"]) == ("lots", True)
    assert switch(api)["enabled"] is False


def test_a_limit_that_is_saved_in_an_old_tab_switches_nothing_on(api: Api, make: Browser) -> None:
    old_tab = make.press(make.get(HERE), "Switch on")
    make.press(old_tab, "Switch off")
    make.press(old_tab, "Save", limit="5")
    assert (switch(api)["enabled"], switch(api)["limit_minor"]) == (False, 500)


def test_mk_28_what_was_bought_and_what_was_not_is_told_with_its_reason(api: Api, make: Browser) -> None:
    make.press(make.get(HERE), "Switch on", limit="1")
    answer = api.call(f"POST {ACCOUNT}/consume", {"credits": 10_001}, key="c", path=MAKE)
    assert answer.code == "insufficient_credits"
    (row,) = make.get(HERE).rows("auto-event")
    assert (row.attributes["data-value"], "money limit" in row.text) == ("limit_reached", True)


def test_mk_25_without_a_card_it_says_what_is_needed_and_a_plan_without_it_says_so(
    api: Api, gateway: FakeGateway
) -> None:
    open_account(api, "make", "make", plan_id="core-10k")
    browser, home = visitor(api, "make")
    shown = browser.get(HERE)
    assert ("Switch on" in shown.buttons(), "needs a card" in shown.text) == (False, True)
    form = {"form": home.form("Sign out")[2]["form"], "do": "on"}
    assert browser.post(HERE, form).status == 409
    open_account(api, "free", "make")
    free, home = visitor(api, "free")
    assert "does not have automatic purchase" in free.get(HERE).text
    assert free.post(HERE, {"form": home.form("Sign out")[2]["form"], "do": "on"}).status == 403


def test_is_31_a_role_that_may_not_buy_sees_it_and_switches_nothing(api: Api, make: Browser) -> None:
    looker, home = visitor(api, "make", role="operator")
    shown: Shown = looker.get(HERE)
    assert (shown.status, shown.buttons()) == (200, ["Sign out"])
    form = {"form": home.form("Sign out")[2]["form"], "do": "on"}
    assert looker.post(HERE, form).status == 403
    assert looker.post(HERE, {**form, "do": "everything"}).status == 422
    assert switch(api)["enabled"] is False
