"""Plans on the billing page: what a change will do is said before it is done, and then it does just that."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook import wiring
from tests.fakes.purchases import FakeGateway
from tests.functions.browsing import Browser, Element, Shown
from tests.functions.conftest import ACCOUNT, Api, open_account
from tests.functions.portal_visits import visitor


@pytest.fixture
def gateway(api: Api, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    made = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: made)
    return made


def subscriber(api: Api, gateway: FakeGateway, policy_id: str, plan_id: str) -> Browser:
    """Somebody on a plan that renews, with a card on file."""
    open_account(api, policy_id, policy_id)
    browser, _ = visitor(api, policy_id)
    gateway.finish_setup(browser.press(browser.get("/portal/cards"), "Add card").headers["location"], api.clock.now())
    changed = confirm(browser, plan_id)
    assert "Your plan was changed." in changed.text, changed.text
    return browser


def row(shown: Shown, plan_id: str) -> Element:
    (found,) = [each for each in shown.rows("plan") if each.attributes["data-id"] == plan_id]
    return found


def preview(browser: Browser, plan_id: str) -> Shown:
    plans = browser.get("/portal/plans")
    return browser.press(plans, "Change plan", inside=row(plans, plan_id))


def confirm(browser: Browser, plan_id: str) -> Shown:
    return browser.press(preview(browser, plan_id), "Confirm change")


def account(api: Api, account_id: str) -> dict[str, Any]:
    found: dict[str, Any] = api.call(f"GET {ACCOUNT}", path={"account_id": account_id}).ok()
    return found


def test_is_15_is_56_an_upgrade_says_what_is_forfeited_and_charged_and_then_it_is_so(
    api: Api, gateway: FakeGateway
) -> None:
    browser = subscriber(api, gateway, "insurestack", "plus")
    api.call(f"POST {ACCOUNT}/consume", {"credits": 25}, key="c", path={"account_id": "insurestack"}).ok()
    api.clock.set("2026-01-29T10:00:00")
    browser, _ = visitor(api, "insurestack")
    said = preview(browser, "pro")
    assert said.value("total") == "20000"
    assert "forfeited" in said.text
    assert "brings 350 credits" in said.text
    assert "ending in" in said.text
    assert account(api, "insurestack")["plan_id"] == "plus", "looking changes nothing"
    browser.press(said, "Confirm change")
    home = browser.get("/portal/")
    assert (home.value("plan"), home.value("available")) == ("pro", "360")


def test_mk_40_unused_credits_are_a_discount_line_before_and_in_the_charge(api: Api, gateway: FakeGateway) -> None:
    browser = subscriber(api, gateway, "make", "core-10k")
    said = preview(browser, "pro-40k")
    total = int(said.value("total"))
    assert "becomes a discount" in said.text
    assert "-$9.00" in said.text, "10,000 at $0.0009"
    browser.press(said, "Confirm change")
    rows = api.call(f"GET {ACCOUNT}/purchases", path={"account_id": "make"}).ok()["purchases"]
    assert rows[0]["total_minor"] == total


def test_is_58_a_downgrade_and_a_cancellation_wait_for_the_periods_end_and_a_downgrade_is_taken_back(
    api: Api, gateway: FakeGateway
) -> None:
    browser = subscriber(api, gateway, "insurestack", "pro")
    end = account(api, "insurestack")["period"]["end"]
    said = preview(browser, "plus")
    assert said.value("effective-at") == end
    assert "Nothing is charged now" in said.text
    assert said.page.all(data_field="total") == []
    plans = browser.press(said, "Confirm change")
    assert plans.value("next-plan") == "plus"
    assert "Change plan" not in [each.text for each in row(plans, "plus").all("button")]
    kept = browser.press(plans, "Keep plan")
    assert account(api, "insurestack")["next_plan"] is None
    before = browser.press(kept, "Cancel plan")
    assert (before.value("effective-at"), "cannot be taken back" in before.text) == (end, True)
    gone = browser.press(before, "Confirm change")
    assert gone.value("plan-ends-at") == end
    assert {"Cancel plan", "Keep plan"}.isdisjoint(gone.buttons())


def test_gc_21_gc_22_a_cancellation_can_be_taken_back_until_it_takes_effect(api: Api, gateway: FakeGateway) -> None:
    browser = subscriber(api, gateway, "gocontent", "starter")
    before = browser.press(browser.get("/portal/plans"), "Cancel plan")
    assert "you can take this back" in before.text
    gone = browser.press(before, "Confirm change")
    assert (
        gone.value("plan-ends-at")
        == account(api, "gocontent")["cancel_at"]
        == account(api, "gocontent")["period"]["end"]
    )
    browser.press(gone, "Keep plan")
    assert account(api, "gocontent")["cancel_at"] is None


def test_d3_a_change_that_is_confirmed_twice_is_charged_once(api: Api, gateway: FakeGateway) -> None:
    browser = subscriber(api, gateway, "insurestack", "plus")
    _, path, fields = preview(browser, "pro").form("Confirm change")
    browser.post(path, fields)
    assert browser.post(path, fields).status == 200
    assert sum(bill.due for bill in gateway.plans.bills.values()) == 2_900 + 20_000


def test_without_a_card_the_change_leads_to_the_gateways_page_and_takes_effect_when_it_is_paid(
    api: Api, gateway: FakeGateway
) -> None:
    open_account(api, "gocontent", "gocontent")
    browser, _ = visitor(api, "gocontent")
    wanted = next(each for each in browser.get("/portal/plans").rows("plan") if each.all("button"))
    plan_id = wanted.attributes["data-id"]
    said = preview(browser, plan_id)
    assert "You type your card" in said.text
    session = browser.press(said, "Confirm change").headers["location"].removeprefix("https://pay.example/")
    assert gateway.sessions[session].total_minor == int(said.value("total"))
    gateway.pay(session)
    (made,) = api.call(f"GET {ACCOUNT}/purchases", path={"account_id": "gocontent"}).ok()["purchases"]
    browser.get(f"/portal/purchases/{made['purchase_id']}/returned")
    assert browser.get("/portal/").value("plan") == plan_id


def test_a_declined_card_changes_nothing_and_says_what_to_do(api: Api, gateway: FakeGateway) -> None:
    browser = subscriber(api, gateway, "insurestack", "plus")
    (card,) = browser.get("/portal/cards").rows("card")
    gateway.let_card(card.attributes["data-id"], "insufficient_funds")
    failed = confirm(browser, "pro")
    assert failed.status == 402
    assert "/portal/cards" in failed.links()
    assert browser.get("/portal/").value("plan") == "plus"


def test_np_12_np_13_a_term_is_bought_on_the_gateways_page_with_consent_and_contact_plans_have_a_link(
    api: Api, gateway: FakeGateway
) -> None:
    open_account(api, "9pic", "9pic")
    browser, _ = visitor(api, "9pic")
    plans = browser.get("/portal/plans")
    assert [each.attributes["href"] for each in row(plans, "enterprise").all("a")] == ["https://9pic.ai/contact/"]
    said = preview(browser, "pro")
    assert browser.press(said, "Confirm change").status == 422
    assert browser.press(said, "Confirm change", consent="yes").headers["location"].startswith("https://pay.example/")


def test_is_31_whoever_may_not_buy_sees_the_plans_and_changes_none(api: Api, gateway: FakeGateway) -> None:
    subscriber(api, gateway, "insurestack", "plus")
    browser, home = visitor(api, "insurestack", role="member")
    assert browser.get("/portal/plans").buttons() == ["Sign out"]
    said = browser.get("/portal/plan/change?plan=pro")
    assert (said.status, "Confirm change" in said.buttons()) == (200, False)
    form = {"form": home.form("Sign out")[2]["form"], "plan": "pro", "key": "k"}
    for path in ("/portal/plan/change", "/portal/plan/cancel", "/portal/plan/resume"):
        assert browser.post(path, form).status == 403, path
    assert account(api, "insurestack")["plan_id"] == "plus"


@pytest.mark.parametrize("plan_id", ["", "nothing", "../x", "free"])
def test_a_plan_that_is_not_there_is_told(api: Api, gateway: FakeGateway, plan_id: str) -> None:
    open_account(api, "insurestack", "insurestack")
    browser, home = visitor(api, "insurestack")
    assert browser.get(f"/portal/plan/change?plan={plan_id}").status == 422
    form = {"form": home.form("Sign out")[2]["form"], "plan": plan_id, "key": "k"}
    assert browser.post("/portal/plan/change", form).status == 422
