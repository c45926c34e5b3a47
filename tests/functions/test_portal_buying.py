"""Buying on the billing page: every vendor's wizard from the first step to the new balance, and everything that goes wrong on it."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest

from lotbook import wiring
from lotbook.domain.sales.gateway import CheckoutFacts
from lotbook.domain.values.instants import MINUTE
from tests.fakes.purchases import FakeGateway
from tests.functions.browsing import Browser, Shown
from tests.functions.conftest import ACCOUNT, Api, open_account
from tests.functions.portal_visits import visitor


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """The payment gateway in memory, and no account yet."""
    made = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: made)
    return made


@pytest.fixture
def vendor(api: Api, gateway: FakeGateway) -> Api:
    """The shop with that gateway."""
    return api


def open_vendor(api: Api, policy_id: str, **more: Any) -> tuple[Browser, Shown]:
    open_account(api, policy_id, policy_id, **more)
    return visitor(api, policy_id)


def orders(api: Api, account_id: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.call(f"GET {ACCOUNT}/purchases", path={"account_id": account_id}).ok()[
        "purchases"
    ]
    return found


def checkout(gateway: FakeGateway, shown: Shown) -> tuple[str, CheckoutFacts]:
    """The gateway's page that the order leads to."""
    location = shown.headers["location"]
    assert shown.status == 303
    session = location.removeprefix("https://pay.example/")
    return session, gateway.sessions[session]


def here(url: str) -> str:
    return urlsplit(url).path


def pay_button(shown: Shown) -> str:
    """What the policy calls it."""
    (label,) = [each.text for each in shown.page.all("button", class_="first")]
    return label


VENDORS = [
    ("insurestack", {}, {"credits": "25"}, 25, 2_500),
    ("make", {"plan_id": "core-10k"}, {"credits": "3000"}, 3_000, 270),
    ("9pic", {"region": "IN"}, {"plan": "payg", "credits": "1000"}, 1_000, 177_000),
    ("gocontent", {}, {"credits": "7"}, 7, 875),
    ("diaflow", {}, {"pack": "2k"}, 2_000, None),
]


@pytest.mark.parametrize(
    ("policy_id", "account", "typed", "credits", "total"), VENDORS, ids=[each[0] for each in VENDORS]
)
def test_np_07_np_16_np_25_from_the_first_step_to_the_new_balance(
    vendor: Api,
    gateway: FakeGateway,
    policy_id: str,
    account: Any,
    typed: dict[str, Any],
    credits: int,
    total: int | None,
) -> None:
    browser, home = open_vendor(vendor, policy_id, **account)
    before = int(home.value("available"))
    shown = browser.get("/portal/buy")
    if policy_id == "9pic":
        shown = browser.press(shown, "Next", plan=typed["plan"])
    elif policy_id == "diaflow":
        typed = {"pack": shown.page.all("input", name="pack")[0].attributes["value"]}
    review = browser.press(shown, "Next", **{name: value for name, value in typed.items() if name != "plan"})
    assert total in (None, int(review.value("total")))
    typed_consent: dict[str, Any] = {"consent": "yes"} if policy_id == "9pic" else {}
    session, facts = checkout(gateway, browser.press(review, pay_button(review), **typed_consent))
    (order,) = orders(vendor, policy_id)
    assert facts.total_minor == int(review.value("total")) == order["total_minor"]
    gateway.pay(session)
    done = browser.get(f"/portal/purchases/{order['purchase_id']}/returned")
    assert (done.value("purchase-state"), done.value("purchase-credits")) == ("completed", str(credits))
    assert int(done.value("available")) == before + credits
    assert int(browser.get("/portal/").value("available")) == before + credits


def test_np_20_np_21_without_consent_the_review_says_so_and_keeps_what_was_chosen(
    vendor: Api, gateway: FakeGateway
) -> None:
    browser, _ = open_vendor(vendor, "9pic")
    review = browser.get("/portal/buy?plan=payg&credits=1500&step=review")
    assert "checked" not in review.page.one("input", id="consent").attributes
    again = browser.press(review, "Pay with PayGlocal")
    assert (again.status, gateway.opened) == (422, {})
    box = again.page.one("input", id="consent")
    assert box.attributes["aria-describedby"].strip() == again.page.one(role="alert").attributes["id"]
    assert again.value("total") == "3000"
    checkout(gateway, browser.press(again, "Pay with PayGlocal", consent="yes"))


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("999", "at least 1,000"),
        ("0", "at least 1,000"),
        ("-5", "at least 1,000"),
        ("1.5", "whole number"),
        ("many", "whole number"),
        ("", "whole number"),
        ("9" * 16, "whole number"),
        ("900000000000", "total must be between"),
    ],
)
def test_np_02_a_number_that_is_not_sold_is_told_at_its_field_and_stays_there(
    vendor: Api, gateway: FakeGateway, typed: str, told: str
) -> None:
    browser, _ = open_vendor(vendor, "9pic")
    shown = browser.get(f"/portal/buy?plan=payg&credits={typed}&step=review")
    assert shown.status == 422
    (alert,) = shown.page.all(role="alert")
    assert told in alert.text
    box = shown.page.one("input", id="credits")
    assert alert.attributes["id"] in box.attributes["aria-describedby"].split()
    assert box.attributes["value"] == (typed or "1000")


def test_d3_a_form_that_is_sent_twice_orders_once(vendor: Api, gateway: FakeGateway) -> None:
    browser, _ = open_vendor(vendor, "insurestack")
    review = browser.get("/portal/buy?credits=5&step=review")
    _, path, fields = review.form("Pay with card")
    first, second = browser.post(path, fields), browser.post(path, fields)
    assert first.headers["location"] == second.headers["location"]
    assert len(orders(vendor, "insurestack")) == 1
    changed = browser.post(path, {**fields, "credits": "6"})
    assert changed.status == 422
    assert "other figures" in changed.text
    checkout(gateway, browser.press(browser.get("/portal/buy?credits=5&step=review"), "Pay with card"))
    assert len(orders(vendor, "insurestack")) == 2, "looked at anew it is another order"


def test_np_28_whoever_comes_back_without_paying_has_abandoned_the_order_and_can_order_again(
    vendor: Api, gateway: FakeGateway
) -> None:
    browser, _ = open_vendor(vendor, "insurestack")
    browser.press(browser.get("/portal/buy?credits=5&step=review"), "Pay with card")
    (order,) = orders(vendor, "insurestack")
    left = browser.get(f"/portal/purchases/{order['purchase_id']}/left")
    assert left.value("purchase-state") == "abandoned"
    assert "Nothing was charged" in left.text
    (again,) = [address for address in left.links() if "/buy?" in address]
    assert "credits=5" in again


def test_np_34_whoever_comes_back_by_the_cancel_address_and_has_paid_gets_the_credits(
    vendor: Api, gateway: FakeGateway
) -> None:
    browser, _ = open_vendor(vendor, "insurestack")
    session, _ = checkout(gateway, browser.press(browser.get("/portal/buy?credits=5&step=review"), "Pay with card"))
    gateway.pay(session)
    (order,) = orders(vendor, "insurestack")
    left = browser.get(f"/portal/purchases/{order['purchase_id']}/left")
    assert (left.value("purchase-state"), left.value("available")) == ("completed", "15")


def test_np_24_until_the_gateway_has_answered_the_page_says_verifying_and_looks_again(
    vendor: Api, gateway: FakeGateway
) -> None:
    browser, _ = open_vendor(vendor, "insurestack")
    browser.press(browser.get("/portal/buy?credits=5&step=review"), "Pay with card")
    (order,) = orders(vendor, "insurestack")
    gateway.later["checkout"] = ["before"]
    shown = browser.get(f"/portal/purchases/{order['purchase_id']}/returned")
    assert shown.value("purchase-state") == "pending"
    assert "Verifying" in shown.page.one("h1").text
    assert shown.page.all(data_wait=None)
    assert "Recheck" not in shown.buttons()
    vendor.clock.instant += 15 * MINUTE
    late = browser.get(f"/portal/purchases/{order['purchase_id']}")
    gateway.pay(gateway.opened[order["purchase_id"]])
    done = browser.press(late, "Recheck")
    assert (done.value("purchase-state"), done.value("available")) == ("completed", "15")


def test_np_30_a_gateway_that_does_not_answer_is_told_with_the_next_step_and_the_same_form_goes_on(
    vendor: Api, gateway: FakeGateway
) -> None:
    browser, _ = open_vendor(vendor, "insurestack")
    review = browser.get("/portal/buy?credits=5&step=review")
    gateway.later["open_checkout"] = ["after"]
    failed = browser.press(review, "Pay with card")
    assert failed.status == 503
    checkout(gateway, browser.press(review, "Pay with card"))
    assert len(orders(vendor, "insurestack")) == 1


def test_np_08_np_12_np_13_the_plan_step_has_all_plans_and_a_payment_of_ones_own(
    vendor: Api, gateway: FakeGateway
) -> None:
    browser, _ = open_vendor(vendor, "9pic")
    plans = browser.get("/portal/buy")
    assert [each.attributes["aria-label"] for each in plans.page.all("input", type="radio")] == [
        "Pay as you go",
        "Pro Subscription",
        "Enterprise",
        "Custom payment",
    ]
    assert "Your current plan" in plans.text
    contact = browser.press(plans, "Next", plan="enterprise")
    assert "https://9pic.ai/contact/" in contact.links()
    pro = browser.press(browser.press(plans, "Next", plan="pro"), "Next", credits="2000")
    assert pro.value("total") == "24000"
    session, _ = checkout(gateway, browser.press(pro, "Pay with PayGlocal", consent="yes"))
    gateway.pay(session)
    (order,) = orders(vendor, "9pic")
    browser.get(f"/portal/purchases/{order['purchase_id']}/returned")
    home = browser.get("/portal/")
    assert (home.value("plan"), home.value("available")) == ("pro", "2000")


def test_np_11_np_56_a_custom_payment_asks_amount_and_remark_and_adds_nothing(
    vendor: Api, gateway: FakeGateway
) -> None:
    browser, _ = open_vendor(vendor, "9pic")
    form = browser.press(browser.get("/portal/buy"), "Next", plan="custom")
    wrong = browser.press(form, "Next", amount="12.345", remark="")
    assert wrong.status == 422
    review = browser.press(form, "Next", amount="12.50", remark="Album for Ann & Bob <3")
    assert review.value("total") == "1250"
    session, _ = checkout(gateway, browser.press(review, "Pay with PayGlocal", consent="yes"))
    gateway.pay(session)
    (order,) = orders(vendor, "9pic")
    done = browser.get(f"/portal/purchases/{order['purchase_id']}/returned")
    assert (done.value("purchase-state"), done.page.all(data_field="purchase-credits")) == ("completed", [])


@pytest.mark.parametrize("role", ["operator", "member"])
def test_is_31_np_01_a_role_that_may_not_buy_sees_everything_and_changes_nothing(
    vendor: Api, gateway: FakeGateway, role: str
) -> None:
    buyer, _ = open_vendor(vendor, "insurestack")
    buyer.press(buyer.get("/portal/buy?credits=5&step=review"), "Pay with card")
    (order,) = orders(vendor, "insurestack")
    browser, home = visitor(vendor, "insurestack", role=role)
    assert not [
        address for address in home.links() if "/buy" in address and "Buy" not in address and address != "/portal/buy"
    ]
    shown = browser.get("/portal/buy")
    assert (shown.status, shown.buttons()) == (200, ["Sign out"])
    review = browser.get("/portal/buy?credits=5&step=review")
    assert "Pay with card" not in review.buttons()
    token = home.form("Sign out")[2]["form"]
    assert browser.post("/portal/buy", {"form": token, "credits": "5", "key": "k"}).status == 403
    path = f"/portal/purchases/{order['purchase_id']}"
    assert browser.post(f"{path}/recheck", {"form": token}).status == 403
    assert browser.get(f"{path}/left").status == 403
    assert browser.get(f"{path}/returned").value("purchase-state") == "pending"
    assert len(orders(vendor, "insurestack")) == 1


def test_d40_another_accounts_purchase_is_not_there(vendor: Api, gateway: FakeGateway) -> None:
    buyer, _ = open_vendor(vendor, "insurestack")
    buyer.press(buyer.get("/portal/buy?credits=5&step=review"), "Pay with card")
    (order,) = orders(vendor, "insurestack")
    open_account(vendor, "acme")
    browser, home = visitor(vendor)
    token = home.form("Sign out")[2]["form"]
    path = f"/portal/purchases/{order['purchase_id']}"
    for address in (path, f"{path}/returned", f"{path}/left", f"{path}/invoice", f"{path}x"):
        assert browser.get(address).status == 404, address
    assert browser.post(f"{path}/recheck", {"form": token}).status == 404
    assert orders(vendor, "insurestack")[0]["state"] == "pending"


def test_mk_07_what_is_not_sold_on_a_plan_is_a_sentence_and_no_button(vendor: Api, gateway: FakeGateway) -> None:
    browser, _ = open_vendor(vendor, "make")
    shown = browser.get("/portal/buy")
    assert (shown.status, "not sold on your present plan" in shown.text) == (200, True)
    assert shown.buttons() == ["Sign out"]


def test_np_33_the_invoice_leads_to_the_gateways_page(vendor: Api, gateway: FakeGateway) -> None:
    browser, _ = open_vendor(vendor, "insurestack")
    session, _ = checkout(gateway, browser.press(browser.get("/portal/buy?credits=5&step=review"), "Pay with card"))
    (order,) = orders(vendor, "insurestack")
    path = f"/portal/purchases/{order['purchase_id']}"
    assert browser.get(f"{path}/invoice").status == 409
    gateway.pay(session)
    done = browser.get(f"{path}/returned")
    assert browser.press(done, "Invoice").headers["location"] == "https://i.example/1"
