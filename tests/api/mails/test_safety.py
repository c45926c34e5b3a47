"""Nothing that a stranger wrote gets out of its place, and nothing that is secret gets in: over all templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest

from lotbook.api.mails.render import MAX_SUBJECT_CHARACTERS, write
from lotbook.domain.accounts.account import Account
from lotbook.domain.mails.grounds import Grounds
from lotbook.domain.mails.letters import Button
from lotbook.domain.mails.writing import letter_of
from lotbook.domain.sales.items import Tax
from lotbook.domain.sales.purchase import GatewayRefs, GivenConsent, Purchase
from tests.api.mails.cases import APP, CASES, LOCALES, NOW, Case, envelope, letter, mail, occasion
from tests.fakes.samples import published

HOSTILE = 'R&D <script>alert(1)</script>"><img src=x onerror=y>\r\nBcc: all@evil.example\u202e{{ 7 * 7 }}{% raw %}'
SECRET = "s3cr3t"


class Tags(HTMLParser):
    """Tags and attributes of a page, as a browser would see them."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags = list[str]()
        self.attributes = list[tuple[str, str]]()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.words += data


def hostile(case: Case) -> Case:
    """The case with a stranger's words wherever a seller or buyer may write."""
    row = case.row and replace(
        case.row,
        lines=tuple(replace(line, description=HOSTILE) for line in case.row.lines),
        tax=Tax(HOSTILE, Decimal("0.18"), 360),
        unit=HOSTILE,
    )
    words = {
        name: HOSTILE for name in ("unit", "plan_id", "previous_plan_id", "current_plan_id") if name in case.detail
    }
    return replace(case, row=row, detail={**case.detail, **words})


@pytest.mark.parametrize("name", CASES)
def test_a_strangers_words_stay_words_in_every_mail(name: str) -> None:
    honest = Tags(mail(name, "en-US").html)
    written = write(letter(hostile(CASES[name])), envelope("en-US", product=HOSTILE, support_url="javascript:alert(1)"))
    page = Tags(written.html)
    assert set(page.tags) == set(honest.tags), "no tag that is not of the layout"
    assert {each for each, _ in page.attributes} == {each for each, _ in honest.attributes}
    assert "<script>alert(1)</script>" in page.words, "shown as it was written"
    assert "49" not in page.words
    assert not any("javascript:" in value for _, value in page.attributes)
    assert len(written.subject) <= MAX_SUBJECT_CHARACTERS
    for text in (written.subject, written.text, written.html):
        assert not set("\r\u202e") & set(text)
    assert "\n" not in written.subject
    assert not any(line.startswith("Bcc:") for line in written.text.splitlines())


def secretive(case: Case) -> Case:
    """The case with a secret in each field that no mail has any business with."""
    account: Account = replace(
        case.account,
        gateway_customer=SECRET,
        failed_payment_method=SECRET,
        request_digest=SECRET,
        email=f"{SECRET}@a.example",
    )
    row: Purchase | None = case.row and replace(
        case.row,
        actor=SECRET,
        customer=SECRET,
        checkout_request=SECRET,
        checkout_url=f"https://{SECRET}.example",
        success_url=f"https://{SECRET}.example",
        gateway_refs=GatewayRefs(SECRET, SECRET, SECRET, SECRET),
        consent=GivenConsent("refund_policy", SECRET, 1, SECRET, SECRET, SECRET),
    )
    return replace(case, account=account, row=row, detail={**case.detail, "decline_code": SECRET, "id": SECRET})


@pytest.mark.parametrize("name", CASES)
def test_no_mail_holds_a_token_a_key_a_card_or_who_did_it(name: str) -> None:
    case = secretive(CASES[name])
    wanted = occasion(case)
    assert wanted is not None
    written = letter_of(
        wanted,
        Grounds(
            case.account, published("make").policy, case.news, case.row, APP, NOW, automatic_is_on=True, book=case.book
        ),
    )
    assert written is not None
    for locale in LOCALES:
        texts = write(written, envelope(locale))
        assert SECRET not in texts.subject + texts.text + texts.html


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", 'https://a.example/"x y', "https://a\nb", ""]
)
def test_a_button_leads_to_a_page_or_is_not_there(url: str) -> None:
    low = letter(CASES["credits_low"])
    written = write(replace(low, button=Button("buy_credits", url)), envelope(None))
    assert "Buy credits" not in written.text + written.html


@pytest.mark.parametrize(
    ("locale", "region", "shown", "word"),
    [
        (None, "US", "$1,234.50", "Thank you"),
        (None, "DE", "1.234,50\xa0US$", "Thank you"),
        ("de-AT", "US", "$\xa01.234,50", "Vielen Dank"),
        ("de", "US", "1.234,50\xa0$", "Vielen Dank"),
        ("fr-FR", "US", "1\u202f234,50\xa0$US", "Thank you"),
        ("xx-nothing", "ZZ", "$1,234.50", "Thank you"),
    ],
)
def test_money_is_written_by_the_locale_and_words_by_its_language(
    locale: str | None, region: str, shown: str, word: str
) -> None:
    case = CASES["purchase_completed"]
    row = replace(case.row, total_minor=123_450) if case.row else None
    written = write(letter(replace(case, row=row)), envelope(locale, region=region))
    assert shown in written.text
    assert word in written.text


@pytest.mark.parametrize(("currency", "shown"), [("jpy", "¥123,450"), ("kwd", "KWD\xa0123.450"), ("inr", "₹1,234.50")])
def test_d33_an_amount_has_its_currencys_decimals_also_in_a_mail(currency: str, shown: str) -> None:
    case = CASES["purchase_completed"]
    row: Any = replace(case.row, total_minor=123_450, currency=currency) if case.row else None
    assert shown in write(letter(replace(case, row=row)), envelope("en-US")).text


def test_one_credit_is_not_one_credits() -> None:
    case = CASES["credits_low"]
    low = replace(case, detail={**case.detail, "available": 1, "of_credits": 4})
    assert "Of 4 credits you have 1 credit left." in write(letter(low), envelope(None)).text


def test_a_mail_without_a_page_to_go_to_has_neither_button_nor_link_to_stop_it() -> None:
    case = CASES["credits_low"]
    wanted = occasion(case)
    assert wanted is not None
    bare = letter_of(
        wanted,
        Grounds(
            case.account, published("make").policy, case.news, None, None, NOW, automatic_is_on=True, book=case.book
        ),
    )
    assert bare is not None
    written = write(bare, envelope(None, support_email=None, support_url=None, stop_url=None))
    assert "http" not in written.text
    assert "<a " not in written.html
