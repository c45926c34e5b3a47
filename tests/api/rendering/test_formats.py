"""Figures in the reader's locale: exact, whatever the currency's decimals and the language's marks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lotbook.api.rendering.formats import Formats, accepted, locale_of
from lotbook.domain.values.instants import from_text

AT = from_text("2026-11-26T17:05:09Z")


@pytest.mark.parametrize(
    ("locale", "amount", "currency", "shown"),
    [
        ("en", 123_450, "usd", "$1,234.50"),
        ("en", -513, "usd", "-$5.13"),
        ("de", 123_450, "eur", "1.234,50\xa0€"),
        ("en_IN", 12_345_600, "inr", "₹1,23,456.00"),
        ("ja", 1_200, "jpy", "￥1,200"),
        ("en", 1_200, "jpy", "¥1,200"),
        ("en", 12_340, "kwd", "KWD\xa012.340"),  # three decimals
        ("en", 1_200, "isk", "ISK\xa012.00"),  # two as the gateway counts them, whatever CLDR would show
        ("en", 99_999_999_999_999_999_999, "usd", "$999,999,999,999,999,999.99"),  # no float
        ("ar", 450, "usd", "\u200f4.50\xa0US$"),
    ],
)
def test_an_amount_has_exactly_the_decimals_of_its_currency(
    locale: str, amount: int, currency: str, shown: str
) -> None:
    assert Formats(locale).money(amount, currency) == shown


@pytest.mark.parametrize(
    ("price", "shown"),
    [("0.0009", "$0.0009"), ("1.5", "$1.50"), ("200", "$200.00"), ("0.000000000001", "$0.000000000001")],
)
def test_a_unit_price_keeps_every_decimal_that_it_has(price: str, shown: str) -> None:
    assert Formats("en").price(Decimal(price), "usd") == shown


def test_a_rate_is_not_rounded() -> None:
    assert [Formats("en").percent(Decimal(rate)) for rate in ("0.18", "0.0825")] == ["18%", "8.25%"]


def test_an_instant_is_told_in_the_accounts_zone_and_names_it() -> None:
    assert Formats("en", "UTC").instant(AT) == "Nov 26, 2026, 5:05\u202fPM UTC"
    assert Formats("de", "Asia/Kolkata").instant(AT) == "26.11.2026, 22:35 +0530"
    assert Formats("en", "Pacific/Auckland").date(AT) == "Nov 27, 2026"


@pytest.mark.parametrize(
    ("tags", "locale"),
    [
        (["de-AT", "en"], "de_AT"),
        (["xx-YY", "fr"], "fr"),
        (["../../etc/passwd"], "en"),
        (["a" * 10_000], "en"),
        ([], "en"),
    ],
)
def test_the_first_known_tag_counts_and_nonsense_is_english(tags: list[str], locale: str) -> None:
    assert locale_of(tags) == locale


@pytest.mark.parametrize(
    ("header", "tags"),
    [
        ("de;q=0.5, fr-CH, en;q=0.9", ["fr-CH", "en", "de"]),
        ("", []),
        ("*;q=x, de", ["de"]),
        (",,;q=1", []),
    ],
)
def test_the_browsers_languages_come_by_their_weight(header: str, tags: list[str]) -> None:
    assert accepted(header) == tags
