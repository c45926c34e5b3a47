"""The checkout page as a person without scripts uses it: read, filled in, sent, redirected."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import requests

from tests import patience
from tests.local.stand_in.shop import Shop, order


class Page(HTMLParser):
    """What matters of a page: forms with their fields, labels, texts."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[dict[str, Any]] = []
        self.labels: set[str] = set()
        self.ids: set[str] = set()
        self.alerts = 0
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.forms.append({"action": found["action"], "method": found["method"], "fields": {}})
        if tag in ("input", "button") and found.get("name"):
            self.forms[-1]["fields"][found["name"]] = found
        if tag == "input" and found.get("type") not in ("hidden", "checkbox"):
            self.ids.add(found["id"] or "")
        if tag == "label" and found.get("for"):
            self.labels.add(found["for"] or "")
        self.alerts += found.get("role") == "alert"

    def handle_data(self, text: str) -> None:
        self.text += text


def _get(shop: Shop, session: Any) -> Page:
    answer = requests.get(f"{shop.url}/checkout/{session.id}", timeout=patience.SECONDS)
    assert answer.status_code == 200
    assert "script" not in answer.text
    return Page(answer.text)


def _post(shop: Shop, page: Page, form: int, **fields: str) -> requests.Response:
    return requests.post(
        shop.url + page.forms[form]["action"], data=fields, allow_redirects=False, timeout=patience.SECONDS
    )


def test_the_page_shows_the_order_and_every_field_has_a_label(shop: Shop) -> None:
    client = shop.client()
    rate = client.v1.tax_rates.create({"display_name": "GST", "percentage": 18, "inclusive": False})
    line: Any = {
        "quantity": 10_000,
        "tax_rates": [rate.id],
        "price_data": {"currency": "usd", "unit_amount_decimal": "0.117", "product_data": {"name": "Credits <b>&"}},
    }
    page = _get(shop, client.v1.checkout.sessions.create(order(line_items=[line])))
    for text in ("Credits <b>&", "Quantity 10,000", "USD 11.70", "USD 2.11", "USD 13.81", "Pay USD 13.81"):
        assert text in page.text
    assert page.labels == page.ids == {"card", "email"}
    assert [form["method"] for form in page.forms] == ["post", "post"]


def test_no_subtotal_is_shown_that_would_hold_a_tax_sold_as_a_line(shop: Shop) -> None:
    """The tax of a policy's table is a line of the order: "Subtotal" beside it would count it in."""
    lines: Any = [
        {"quantity": 1, "price_data": {"currency": "inr", "unit_amount": amount, "product_data": {"name": name}}}
        for name, amount in (("Credits (1,000 x 1.5)", 150_000), ("GST 18 %", 27_000))
    ]
    page = _get(shop, shop.client().v1.checkout.sessions.create(order(line_items=lines)))
    assert "Subtotal" not in page.text
    for text in ("GST 18 %INR 270.00", "TotalINR 1,770.00"):
        assert text in page.text


def test_a_person_pays_and_is_sent_to_the_success_url(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    page = _get(shop, session)
    answer = _post(shop, page, 0, card="4242 4242 4242 4242", email="b@example.com")
    assert answer.status_code == 303
    assert answer.headers["Location"] == f"https://shop.example/done?session_id={session.id}"
    done = shop.client().v1.checkout.sessions.retrieve(session.id)
    assert done.customer_details
    assert done.customer_details.email == "b@example.com"
    assert "your payment went through" in _get(shop, session).text


def test_a_decline_is_shown_and_announced_and_the_form_is_still_there(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    answer = _post(shop, _get(shop, session), 0, card="4000000000000002", email="b@example.com")
    assert answer.status_code == 402
    page = Page(answer.text)
    assert (page.alerts, "Your card was declined." in page.text, len(page.forms)) == (1, True, 2)
    assert "4000000000000002" not in answer.text
    assert _post(shop, page, 0, card="4242424242424242").status_code == 303


def test_an_empty_card_number_is_told_on_the_page(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    answer = _post(shop, _get(shop, session), 0, card="")
    assert (answer.status_code, "incomplete" in answer.text) == (422, True)


def test_authentication_is_a_second_page_with_two_buttons(shop: Shop) -> None:
    consent: Any = {"terms_of_service": "required"}
    session = shop.client().v1.checkout.sessions.create(order(consent_collection=consent))
    page = _get(shop, session)
    assert "accept_terms" in page.forms[0]["fields"]
    asked = Page(_post(shop, page, 0, card="4000002500003155", accept_terms="true").text)
    assert "authenticate" in asked.forms[0]["fields"]
    failed = _post(shop, asked, 0, authenticate="false", accept_terms="true")
    assert failed.status_code == 402
    asked = Page(_post(shop, Page(failed.text), 0, card="4000002500003155", accept_terms="true").text)
    assert _post(shop, asked, 0, authenticate="true", accept_terms="true").status_code == 303


def test_closing_goes_back_to_the_shop_or_says_what_happened(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    answer = _post(shop, _get(shop, session), 1, x="")
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://shop.example/cart")
    plain = shop.client().v1.checkout.sessions.create(order(cancel_url=None))
    answer = _post(shop, _get(shop, plain), 1, x="")
    assert (answer.status_code, "Nothing was charged" in answer.text) == (200, True)


def test_an_expired_page_says_so_and_cannot_be_paid(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    page = _get(shop, session)
    shop.client().v1.checkout.sessions.expire(session.id)
    assert "has expired" in _get(shop, session).text
    assert _post(shop, page, 0, card="4242424242424242").status_code == 409
    assert shop.client().v1.charges.list({}).data == []


def test_paying_twice_from_two_tabs_charges_once(shop: Shop) -> None:
    session = shop.client().v1.checkout.sessions.create(order())
    page = _get(shop, session)
    answers = [_post(shop, page, 0, card="4242424242424242").status_code for _ in range(2)]
    assert answers == [303, 409]
    assert len(shop.client().v1.charges.list({}).data) == 1


def test_a_page_that_does_not_exist_is_a_404_page(shop: Shop) -> None:
    answer = requests.get(f"{shop.url}/checkout/cs_test_%3Cscript%3E", timeout=patience.SECONDS)
    assert (answer.status_code, "does not exist" in answer.text, "<script>" in answer.text) == (404, True, False)
