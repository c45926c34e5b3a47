"""Plans, cards, automatic purchase and invoices as a person handles them: said before it is done, and then it is so."""

from __future__ import annotations

from tests.browser.people import Person
from tests.scenarios.conftest import Stack

MASTERCARD = "5555555555554444"


def change(person: Person, plan: str) -> Person:
    """To the page that says what this change does."""
    person.follow("Plans").press("Change plan", inside=person.row("plan", plan))
    return person


def test_gc_06_gc_21_gc_22_df_20_a_plan_is_bought_raised_lowered_cancelled_and_kept(shop: Stack, ann: Person) -> None:
    """And NP-44, NP-45: its invoice is one press away."""
    account = shop.open_account("gocontent")
    change(ann.enter(account), "starter")
    assert "You type your card on the payment provider's own page." in ann.page.locator("main").inner_text()
    ann.press("Confirm change").pay()
    ann.wait_for("purchase-state", "completed")
    change(ann, "growth")
    assert (ann.value("total"), "ending in 4242" in ann.page.locator("main").inner_text()) == ("9000", True)
    ann.press("Confirm change")
    assert ann.page.get_by_role("status").inner_text() == "Your plan was changed."
    change(ann, "starter")
    ends = ann.value("effective-at")
    assert "Nothing is charged now" in ann.page.locator("main").inner_text()
    ann.press("Confirm change")
    assert ann.value("next-plan") == "starter"
    ann.press("Keep plan").press("Cancel plan")
    assert ann.value("effective-at") == ends
    ann.press("Confirm change")
    assert ann.value("plan-ends-at") == ends
    ann.press("Keep plan")
    assert ann.button("Keep plan").count() == 0
    ann.follow("Overview")
    assert (ann.value("plan"), ann.value("available")) == ("growth", "140")
    ann.click(ann.follow("Transactions").button("Invoice").first)
    assert ann.page.url.startswith(f"{shop.stripe}/invoice/")
    assert ann.wrong == []


def test_mk_16_mk_25_is_23_a_card_is_added_and_automatic_purchase_switched_on_and_off(shop: Stack, ann: Person) -> None:
    account = shop.open_account("make", plan_id="core-10k")
    ann.enter(account).follow("Automatic purchase")
    assert ann.button("Switch on").count() == 0
    ann.click(ann.page.get_by_role("link", name="To the cards"))
    ann.press("Add card").pay(MASTERCARD)
    assert "Mastercard" in ann.page.locator('[data-row="card"]').inner_text()
    ann.follow("Automatic purchase")
    said = ann.page.locator("main").inner_text()
    assert all(each in said for each in ("10,000 credits", "$0.0009", "30%", "$11.70", "At most")), said
    ann.page.get_by_label("Money limit a period").fill("20")
    ann.press("Switch on")
    assert (ann.value("auto-top-up"), "$20.00" in ann.page.locator("main").inner_text()) == ("on", True)
    ann.press("Switch off")
    assert ann.value("auto-top-up") == "off"
    assert shop.get(f"/v1/accounts/{account}/auto-top-up").ok()["enabled"] is False
