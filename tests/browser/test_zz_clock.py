"""A session that ends while somebody looks at the page. The clock goes on for every test, so this comes last."""

from __future__ import annotations

from tests.browser.people import Person
from tests.scenarios.conftest import Stack

AN_HOUR_SECONDS = 3_601


def test_a_session_that_has_ended_changes_nothing_shows_nothing_and_a_new_link_opens_the_page_again(
    shop: Stack, ann: Person
) -> None:
    account = shop.open_account("insurestack")
    ann.enter(account).go("/buy?step=review&credits=5")
    shop.control("/_local/clock", {"advance_seconds": AN_HOUR_SECONDS})
    ann.press("Pay with card")
    assert ann.heading() == "Your session has ended. Open the page again from where you came."
    assert ann.page.locator("[data-field], nav").count() == 0
    assert ann.page.get_by_role("link", name="Back to Lotbook").get_attribute("href") == "https://app.example/settings"
    assert shop.get(f"/v1/accounts/{account}/purchases").ok()["purchases"] == []
    assert ann.enter(account).value("available") == "10"
