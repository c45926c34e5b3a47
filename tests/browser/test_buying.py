"""A purchase from the link to the balance, as a person makes it: each vendor's wizard, the gateway's page, and the way back.

Every story plays several rules, for a page in a browser is what costs here; each rule alone is proved in `tests/functions`.
"""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests import patience
from tests.browser.people import People, Person
from tests.scenarios.conftest import DECLINED_CARD, GOOD_CARD, Stack

ASKS_THE_BANK = "4000002500003155"
IN_REVIEW = "card_in_review"
MOST_TABS = 60  # presses of the tab key between two fields


def number(person: Person, credits: int) -> Person:
    person.page.get_by_label(re.compile("^Number of credits")).fill(str(credits))
    return person.press("Next")


def choose(person: Person, name: str) -> Person:
    person.page.get_by_role("radio", name=name, exact=True).check()
    return person.press("Next")


def ordered(stack: Stack, account: str) -> list[str]:
    """The states of an account's purchases, newest first."""
    return [row["state"] for row in stack.get(f"/v1/accounts/{account}/purchases").ok()["purchases"]]


def tab_to(person: Person, name: str) -> None:
    """Go on by the tab key until what has the focus is called so, and can be seen to have it."""
    said = (
        "const e = document.activeElement; const s = getComputedStyle(e);"
        "return [e.ariaLabel || e.labels?.[0]?.innerText || e.innerText || '', s.outlineStyle !== 'none']"
    )
    for _ in range(MOST_TABS):
        person.page.keyboard.press("Tab")
        called, is_seen = person.page.evaluate(f"() => {{ {said} }}")
        if called.strip() == name:
            assert is_seen, f"nobody sees that {name!r} has the focus"
            return
    raise AssertionError(f"the tab key does not reach {name!r} at {person.page.url}")


def test_is_09_is_10_is_28_insurestack_one_number_and_the_credits_are_there(shop: Stack, ann: Person) -> None:
    """NP-29, D3: pressed twice, it orders once; the back button over the gateway's page charges nothing again."""
    account = shop.open_account("insurestack")
    ann.enter(account).follow("Buy credits")
    assert ann.page.get_by_label("Number of credits").get_attribute("min") == "1"
    number(ann, 30)
    assert (ann.value("total"), ann.field("tax").count()) == ("3000", 0)
    assert ann.value("expires-at")
    ann.button("Pay with card").dblclick()
    expect(ann.page).to_have_url(re.compile(re.escape(shop.stripe)), timeout=patience.SECONDS * 1_000)
    assert ordered(shop, account) == ["pending"]
    ann.pay()
    assert ann.heading() == "Thank you"
    assert [ann.value(name) for name in ("purchase-state", "purchase-credits", "available")] == [
        "completed",
        "30",
        "40",
    ]
    for _ in range(2):
        ann.page.go_back()
    if ann.button("Pay with card").count():
        ann.press("Pay with card")
    assert ordered(shop, account).count("completed") == 1
    ann.go("/")
    assert (ann.value("available"), ann.page.locator('[data-row="lot"]').count()) == ("40", 2), "free and bought"
    assert ann.wrong == []


def test_mk_11_mk_12_mk_13_mk_15_make_in_steps_of_1000_and_a_verdict_that_comes_later(shop: Stack, ann: Person) -> None:
    """NP-24, NP-31: while the payment is in review the page looks by itself, and shows what came without a reload."""
    account = shop.open_account("make", plan_id="core-10k")
    ann.enter(account).follow("Buy credits")
    number(ann, 1_500)
    assert ann.alerts() == ["Choose at least 1,000, in steps of 1,000."]
    assert ann.page.get_by_label("Number of credits").input_value() == "1500", "what was typed stays"
    number(ann, 1_000)
    assert ann.value("total") == "90"
    assert "1,000 × $0.0009" in ann.page.locator("[data-summary]").inner_text()
    ann.press("Proceed to payment").pay(IN_REVIEW)
    assert (ann.heading(), ann.value("purchase-state")) == ("Your payment is being checked", "processing")
    ann.page.evaluate("() => { window.sameDocument = true }")
    (row,) = shop.get(f"/v1/accounts/{account}/purchases").ok()["purchases"]
    shop.control(f"/_stand_in/payments/{row['gateway_refs']['payment_intent']}", {"outcome": "succeed"})
    ann.wait_for("purchase-state", "completed")
    assert ann.page.evaluate("window.sameDocument") is True
    assert ann.value("available") == "11000"
    ann.follow("Overview")
    assert "Add-on 1,000" in " ".join(ann.page.locator(".legend").first.inner_text().split())


def test_np_07_np_16_np_22_the_whole_of_9pics_wizard_by_keyboard_alone(shop: Stack, ann: Person) -> None:
    """NP-10, NP-14, NP-17..20: the present plan is marked, the total is live, tax, label and consent are India's."""
    ann.enter(shop.open_account("9pic", region="IN"))
    keys = ann.page.keyboard
    keys.press("Tab")
    assert ann.page.evaluate("document.activeElement.innerText") == "To the content"
    tab_to(ann, "Buy credits")
    keys.press("Enter")
    ann.comes(ann.page.locator(".steps"))
    assert ann.page.locator(".steps li").all_inner_texts() == ["Plan", "Credits", "Review", "Payment"]
    assert "Your current plan" in ann.page.locator("label.choice", has_text="Pay as you go").inner_text()
    tab_to(ann, "Next")
    keys.press("Enter")
    ann.comes(ann.page.get_by_label("Number of credits"))
    tab_to(ann, "Number of credits")
    keys.press("Control+A")
    keys.type("3000")
    ann.wait_for("total", 531_000)
    keys.press("Enter")
    ann.comes(ann.page.get_by_role("checkbox"))
    assert (ann.value("total"), ann.value("tax")) == ("531000", "81000")
    tab_to(ann, "I accept the refund policy")
    keys.press("Space")
    tab_to(ann, "Pay with Razorpay")
    keys.press("Enter")
    ann.comes(ann.page.get_by_label("Card number"))
    tab_to(ann, "Card number")
    keys.type(GOOD_CARD)
    keys.press("Enter")
    ann.wait_for("purchase-state", "completed")
    assert ann.value("available") == "3000"
    assert ann.wrong == []


def test_gc_01_gc_02_gc_03_gocontent_any_number_when_the_month_is_used_up(shop: Stack, ann: Person) -> None:
    """And 3DS: the bank asks in between."""
    account = shop.open_account("gocontent", plan_id="starter")
    shop.consume(account, 40).ok()
    ann.enter(account)
    assert ann.alerts() == ["Your credits are used up."]
    assert ann.page.get_by_role("link", name="See all plans").count() == 1, "the other way to go on"
    ann.click(ann.page.locator(".note").get_by_role("link", name="Buy credits"))
    number(ann, 7)
    assert ann.value("total") == "875"
    ann.press("Purchase Extra Credits").pay(ASKS_THE_BANK)
    assert ordered(shop, account) == ["pending"]
    ann.click(ann.page.locator("button[name=authenticate]").first)
    ann.wait_for("purchase-state", "completed")
    assert ann.value("available") == "7"


def test_df_02_to_05_np_27_np_28_diaflow_without_a_script_declined_left_and_paid(shop: Stack, people: People) -> None:
    """DF-07, NP-30, NP-41: nothing is charged, the next step is there, and whom to write to."""
    account = shop.open_account("diaflow")
    ann = people.somebody(java_script_enabled=False).enter(account).follow("Buy credits")
    named = [each.get_attribute("aria-label") for each in ann.page.get_by_role("radio").all()]
    sizes = (2_000, 4_000, 6_000, 11_000, 22_000, 44_000, 66_000, 115_000, 230_000, 480_000, 1_200_000)
    assert named == [f"{size:,} credits" for size in sizes]
    choose(ann, "4,000 credits")
    assert ann.value("total") == "2000"
    ann.press("Complete payment").pay(DECLINED_CARD)
    assert "declined" in ann.alerts()[0]
    ann.close()
    assert (ann.heading(), ordered(shop, account)) == ("Order abandoned", ["abandoned"])
    assert "Nothing was charged" in ann.page.locator("main").inner_text()
    assert ann.page.get_by_role("link", name="support@diaflow.io").count() == 1
    ann.click(ann.page.get_by_role("link", name="Order again"))
    assert ann.page.get_by_role("radio", name="4,000 credits", exact=True).is_checked()
    ann.press("Next").press("Complete payment")
    assert shop.balance(account)["available"] == 100, "nothing before the payment"
    ann.pay()
    assert (ann.value("purchase-state"), ann.value("available")) == ("completed", "4100")
    assert ann.page.get_by_role("button", name="Copy").count() == 0, "what needs a script is not there"


def test_two_tabs_and_two_people_at_once_buy_what_each_ordered(shop: Stack, people: People, ann: Person) -> None:
    """And whoever signs out is out in every tab; the other one is not."""
    account = shop.open_account("insurestack")
    bob = people.somebody().enter(account, "admin")
    tab = people.another_tab(ann.enter(account)).go("/")
    orders = ((tab, 5), (bob, 9))
    for person, credits in orders:
        number(person.follow("Buy credits"), credits).press("Pay with card")
    for person, _ in reversed(orders):
        person.pay()
    assert [person.value("available") for person, _ in reversed(orders)] == ["19", "24"]
    ann.press("Sign out")
    tab.follow("Overview")
    assert tab.heading() == "Your session has ended. Open the page again from where you came."
    assert tab.field("available").count() == 0
    bob.follow("Overview")
    assert bob.value("available") == "24"
