"""Transactions, cards and billing details on the billing page: what each row says and lets do, for whom."""

from __future__ import annotations

import csv
from io import StringIO
from typing import Any

import pytest

from lotbook import wiring
from lotbook.api.portal import transactions
from lotbook.domain.values.instants import DAY
from lotbook.portal import rows
from tests.fakes.purchases import FakeGateway
from tests.functions.browsing import Browser, Shown
from tests.functions.conftest import ACCOUNT, Api, member, open_account
from tests.functions.portal_visits import visitor

ACME = {"account_id": "acme"}


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    made = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: made)
    return made


@pytest.fixture
def shop(api: Api, gateway: FakeGateway) -> Api:
    open_account(api, "acme")
    return api


def buy(api: Api, gateway: FakeGateway, credits: int, *, paid: bool = True) -> str:
    body = {"item": {"kind": "top_up", "credits": credits}}
    api.clock.instant += 1  # ids sort by time
    made: str = api.call(f"POST {ACCOUNT}/purchases", body, key=api.fresh(), path=ACME).ok(201)["purchase_id"]
    if paid:
        gateway.pay(gateway.opened[made])
        path = {**ACME, "purchase_id": made}
        api.call(f"POST {ACCOUNT}/purchases/{{purchase_id}}/recheck", path=path).ok()
    return made


def ids_of(shown: Shown) -> list[str]:
    return [row.attributes["data-id"] for row in shown.rows("purchase")]


def test_np_40_np_45_rows_say_what_when_how_much_and_by_which_payment(shop: Api, gateway: FakeGateway) -> None:
    first, second = buy(shop, gateway, 5), buy(shop, gateway, 6, paid=False)
    browser, _ = visitor(shop)
    shown = browser.get("/portal/transactions")
    assert ids_of(shown) == [second, first], "newest first"
    paid = shown.rows("purchase")[1]
    assert paid.one(data_field="total").attributes["data-value"] == "500"
    assert paid.one(data_field="purchase-state").text == "Completed"
    assert paid.one(data_field="payment-id").text == f"pi_{gateway.opened[first]}"
    assert [each.attributes["data-copy"] for each in paid.all("button", data_copy=None)] == [
        paid.one(data_field="payment-id").text,
        *(each.text for each in paid.all(data_field="gateway-ref")),
    ]
    assert all(each.text != "Recheck" for each in shown.page.all("button"))


def test_np_43_np_44_recheck_stands_on_late_pending_rows_and_the_invoice_on_completed_ones(
    shop: Api, gateway: FakeGateway
) -> None:
    done, late = buy(shop, gateway, 5), buy(shop, gateway, 6, paid=False)
    shop.clock.instant += DAY // 24
    browser, _ = visitor(shop)
    buttons = {
        row.attributes["data-id"]: [each.text for each in row.all("button") if each.text != "Copy"]
        for row in browser.get("/portal/transactions").rows("purchase")
    }
    assert buttons == {late: ["Recheck"], done: ["Invoice"]}
    looker, _ = visitor(shop, role="member")
    assert [
        each.text for row in looker.get("/portal/transactions").rows("purchase") for each in row.all("button")
    ].count("Recheck") == 0


def test_df_23_rows_are_filtered_by_type_and_days_paged_and_downloaded(
    shop: Api, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transactions, "ROWS_A_PAGE", 2)
    old = sorted(buy(shop, gateway, number, paid=False) for number in range(1, 4))
    shop.clock.instant += 2 * DAY
    new = buy(shop, gateway, 50, paid=False)
    browser, _ = visitor(shop)
    first = browser.get("/portal/transactions")
    assert ids_of(first) == [new, old[2]]
    (older,) = [link for link in first.links() if "after=" in link]
    assert ids_of(browser.get(older)) == [old[1], old[0]]
    assert ids_of(browser.get("/portal/transactions?from=2026-01-17&kind=top_up")) == [new]
    assert ids_of(browser.get("/portal/transactions?from=2026-01-17&to=2026-01-17")) == [new], "both days belong to it"
    assert ids_of(browser.get("/portal/transactions?to=2026-01-16&kind=plan")) == []
    assert ids_of(browser.get("/portal/transactions?from=nonsense&kind=nonsense")) == ids_of(first)
    file = browser.press(browser.get("/portal/transactions?from=2026-01-17"), "Download CSV")
    assert file.headers["content-disposition"] == 'attachment; filename="purchases.csv"'
    assert [row["purchase_id"] for row in csv.DictReader(StringIO(file.text))] == [new]
    assert browser.get("/portal/transactions?after=../../x").status == 404


def test_df_23_purchases_that_one_file_cannot_hold_come_in_parts_and_none_is_missing(
    shop: Api, gateway: FakeGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    for credits in (5, 6, 7):
        buy(shop, gateway, credits)
    browser, _ = visitor(shop)
    whole = browser.press(browser.get("/portal/transactions"), "Download CSV").text.splitlines()
    monkeypatch.setattr(rows, "MAX_ROWS_READ", 2)
    shown = browser.press(browser.get("/portal/transactions"), "Download CSV")
    assert shown.value("part") == "2"
    to = {link.text: link.attributes["href"] for link in shown.page.all("a")}
    parts = [browser.get(to[label]).text.splitlines() for label in ("Download this part", "Next part")]
    assert (len(whole), [*parts[0], *parts[1][1:]]) == (4, whole)


def test_is_23_is_24_cards_are_listed_chosen_and_removed(shop: Api, gateway: FakeGateway) -> None:
    browser, _ = visitor(shop)
    empty = browser.get("/portal/cards")
    assert empty.rows("card") == []
    for _ in range(2):
        page = browser.press(empty, "Add card").headers["location"]
        gateway.finish_setup(page, shop.clock.now())
        shop.clock.instant += 1_000
    shown = browser.get("/portal/cards?added=1")
    newest, oldest = shown.rows("card")
    assert ("Default" in newest.text, "Default" in oldest.text) == (True, False)
    changed = browser.press(shown, "Make default", inside=oldest)
    newest, oldest = changed.rows("card")
    assert "Default" in oldest.text
    left = browser.press(changed, "Remove", inside=oldest)
    assert [row.attributes["data-id"] for row in left.rows("card")] == [newest.attributes["data-id"]]
    _, path, fields = changed.form("Remove", inside=oldest)
    assert browser.post(path, fields).status == 404, "it is gone"


def test_d40_is_31_another_accounts_card_is_not_there_and_who_may_not_buy_has_no_button(
    shop: Api, gateway: FakeGateway
) -> None:
    owner, _ = visitor(shop)
    gateway.finish_setup(owner.press(owner.get("/portal/cards"), "Add card").headers["location"], shop.clock.now())
    (theirs,) = owner.get("/portal/cards").rows("card")
    open_account(shop, "other")
    stranger, home = visitor(shop, "other")
    form = {"form": home.form("Sign out")[2]["form"], "card": theirs.attributes["data-id"]}
    for path in ("/portal/cards/default", "/portal/cards/remove"):
        assert stranger.post(path, form).status == 404
    looker, home = visitor(shop, role="member")
    assert looker.get("/portal/cards").buttons() == ["Sign out"]
    form["form"] = home.form("Sign out")[2]["form"]
    for path in ("/portal/cards", "/portal/cards/default", "/portal/cards/remove"):
        assert looker.post(path, form).status == 403
    assert owner.get("/portal/cards").rows("card")[0].attributes["data-id"] == form["card"]


DETAILS: dict[str, Any] = {
    "name": "Ümlaut & Söhne <GmbH>",
    "email": "pay@umlaut.example",
    "line1": "Straße 1",
    "city": "Berlin",
    "postal_code": "10115",
    "country": "DE",
    "tax_id": "DE 136 695 976",
    "purchase_order": "PO-7",
}


def labelled(shown: Shown) -> dict[str, str]:
    """What stands in each field, by its label."""
    labels = {each.attributes["for"]: each.text for each in shown.page.all("label", for_=None)}
    return {
        labels[each.attributes["id"]]: each.attributes.get("value", "") for each in shown.page.all("input", id=None)
    }


def test_np_48_df_22_billing_details_are_filled_in_checked_by_country_and_kept(shop: Api, gateway: FakeGateway) -> None:
    browser, _ = visitor(shop)
    empty = browser.get("/portal/billing-details")
    assert set(labelled(empty)) >= {"Name", "E-mail", "Phone", "Address", "City", "Postal code", "Tax id", "PO number"}
    wrong = browser.press(empty, "Save", **{**DETAILS, "tax_id": "DE1", "email": "nobody"})
    assert wrong.status == 422
    assert labelled(wrong)["Name"] == DETAILS["name"], "what was typed stays"
    box = wrong.page.one("input", id="email")
    assert (box.attributes["aria-invalid"], box.attributes["aria-describedby"].strip()) == ("true", "email-error")
    assert "E-mail must be an e-mail address" in wrong.page.one(id="email-error").text
    again = browser.press(wrong, "Save", **{**DETAILS, "tax_id": "DE1"})
    assert "Tax id must be" in again.page.one(id="tax_id-error").text
    saved = browser.press(again, "Save", **DETAILS)
    assert (saved.status, "Saved" in saved.text) == (200, True)
    assert labelled(saved)["Tax id"] == "DE136695976"
    path, home_address = (
        f"{ACCOUNT}/billing-details",
        {"line1": "Lager 1", "city": "Bonn", "postal_code": "53111", "country": "DE"},
    )
    on_file = shop.call(f"GET {path}", path=ACME).ok()
    kept = {name: value for name, value in on_file.items() if value is not None and name not in ("address", "shipping")}
    address = {name: value for name, value in on_file["address"].items() if value is not None}
    shop.call(f"PUT {path}", {**kept, "address": address, "shipping": home_address}, member("acme"), path=ACME).ok()
    browser.press(browser.get("/portal/billing-details"), "Save", phone="+49 30 1234567")
    assert shop.call(f"GET {path}", path=ACME).ok()["shipping"]["city"] == "Bonn", (
        "where goods go is not asked here, and stays"
    )
    looker, home = visitor(shop, role="operator")
    assert looker.get("/portal/billing-details").page.all("input", id=None) == []
    form = {"form": home.form("Sign out")[2]["form"], **DETAILS, "name": "Mallory"}
    assert looker.post("/portal/billing-details", form).status == 403
    assert labelled(Browser.get(browser, "/portal/billing-details"))["Name"] == DETAILS["name"]
