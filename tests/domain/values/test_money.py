"""Rounding and gateway limits (D33, X-16)."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotbook.domain.values.money import (
    CURRENCIES,
    STRIPE_LIMITS,
    amount_text,
    line_minor,
    part_of,
    price_each,
    price_text,
    tax_minor,
    to_major,
    to_text,
)

UNIT_PRICES = st.decimals("0.000000000001", "1000000", places=12, allow_nan=False)


@pytest.mark.parametrize(
    ("quantity", "price", "currency", "minor"),
    [
        (555, "0.0009", "usd", 50),  # 49.95 cents
        (549, "0.0009", "usd", 49),  # 49.41
        (550, "0.0009", "usd", 50),  # 49.50 exactly: up
        (1, "0.005", "usd", 1),
        (1, "0.0049", "usd", 0),
        (1_000, "0.0009", "usd", 90),
        (3, "0.335", "usd", 101),  # 100.5 cents: half to even would say 100
        (5, "0.5", "jpy", 3),
        (100, "1.5", "jpy", 150),
        (1, "1.234", "kwd", 1_230),  # the last digit is 0
        (1, "1.235", "kwd", 1_240),
        (1, "149.5", "isk", 15_000),  # whole units, counted in hundredths
    ],
)
def test_x_16_a_line_is_rounded_once_half_up_in_the_currencys_minor_unit(
    quantity: int, price: str, currency: str, minor: int
) -> None:
    """D33."""
    assert line_minor(quantity, Decimal(price), currency) == minor


@given(st.integers(1, 10**12), UNIT_PRICES, st.sampled_from(sorted(CURRENCIES)))
def test_d_33_no_quantity_or_price_loses_a_digit(quantity: int, price: Decimal, currency: str) -> None:
    """D33: the model is exact fractions, rounded half up to the currency's step."""
    known = CURRENCIES[currency]
    exact = quantity * Fraction(price) * 10**known.exponent / known.step
    assert line_minor(quantity, price, currency) == (exact + Fraction(1, 2)).__floor__() * known.step


@given(st.integers(0, 99_999_999), st.decimals("0", "1", places=6, allow_nan=False))
def test_x_16_tax_is_a_rate_of_the_rounded_subtotal_rounded_half_up(subtotal: int, rate: Decimal) -> None:
    """D33."""
    assert tax_minor(subtotal, rate, "inr") == (subtotal * Fraction(rate) + Fraction(1, 2)).__floor__()


def test_mk_13_the_price_of_one_credit_keeps_its_fractions_of_a_cent() -> None:
    assert to_text(price_each(900, 10_000, "usd")) == "0.0009"
    assert to_text(part_of(price_each(900, 10_000, "usd"), Decimal("0.30"))) == "0.00027"


def test_mk_12_a_price_that_never_ends_is_cut_to_what_is_shown_and_charged() -> None:
    each = price_each(1_600, 30_000, "usd")
    assert to_text(each) == "0.000533333333"
    assert line_minor(30_000, each, "usd") == 1_600


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [(20_000, "usd", "200"), (150, "inr", "1.5"), (500, "jpy", "500"), (1_230, "kwd", "1.23"), (0, "usd", "0")],
)
def test_a_decimal_string_has_neither_exponent_nor_trailing_zeros(minor: int, currency: str, text: str) -> None:
    assert to_text(to_major(minor, currency)) == text


def test_to_text_never_writes_an_exponent() -> None:
    assert to_text(Decimal("1E-7")) == "0.0000001"
    assert to_text(Decimal("1E+3")) == "1000"


# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in major units, as they stand there.
PUBLISHED_LEAST = {
    "usd": "0.50", "aed": "2.00", "aud": "0.50", "bgn": "1.00", "brl": "0.50", "cad": "0.50", "chf": "0.50", "czk": "15.00",
    "dkk": "2.50", "eur": "0.50", "gbp": "0.30", "hkd": "4.00", "huf": "175.00", "inr": "0.50", "jpy": "50", "mxn": "10",
    "myr": "2", "nok": "3.00", "nzd": "0.50", "pln": "2.00", "ron": "2.00", "sek": "3.00", "sgd": "0.50", "thb": "10",
}  # fmt: skip


def test_x_16_every_published_minimum_is_ours_and_no_other_is() -> None:
    ours = {code: to_major(least, code) for code, least in STRIPE_LIMITS.min_minor.items()}
    assert ours == {code: Decimal(least) for code, least in PUBLISHED_LEAST.items()}


@pytest.mark.parametrize(
    ("currency", "least"),
    [("usd", 50), ("inr", 50), ("gbp", 30), ("jpy", 50), ("kwd", 10), ("isk", 100), ("idr", 1), ("huf", 17_500)],
)
def test_x_16_a_charge_is_from_the_gateways_minimum_to_eight_digits(currency: str, least: int) -> None:
    step = CURRENCIES[currency].step
    most = 99_999_999 // step * step
    assert STRIPE_LIMITS.least(currency) == least
    assert STRIPE_LIMITS.allow(least, currency)
    assert not STRIPE_LIMITS.allow(least - step, currency)
    assert STRIPE_LIMITS.allow(most, currency)
    assert not STRIPE_LIMITS.allow(most + step, currency)


@pytest.mark.parametrize("strange", [1_000.0, True, "1000", 1_005])
def test_x_16_only_whole_amounts_of_the_currencys_step_are_charged(strange: object) -> None:
    assert not STRIPE_LIMITS.allow(strange, "kwd")  # type: ignore[arg-type]


def test_d_33_exponents_are_those_of_the_gateway() -> None:
    """100 times too much is the classic: yen have no decimals, dinars have three."""
    exponents = {code: CURRENCIES[code].exponent for code in ("usd", "inr", "jpy", "krw", "kwd", "bhd", "isk", "ugx")}
    assert exponents == {"usd": 2, "inr": 2, "jpy": 0, "krw": 0, "kwd": 3, "bhd": 3, "isk": 2, "ugx": 2}
    assert "xxx" not in CURRENCIES


@pytest.mark.parametrize(
    ("price", "currency", "shown"),
    [
        ("1.5", "inr", "1.50"),
        ("1.00", "usd", "1.00"),
        ("1", "usd", "1.00"),
        ("0.0009", "usd", "0.0009"),
        ("-0.0009", "usd", "-0.0009"),
        ("0.020", "usd", "0.02"),
        ("200", "jpy", "200"),
        ("1.5", "jpy", "1.5"),
        ("0.25", "kwd", "0.250"),
        ("1000000", "usd", "1000000.00"),
    ],
)
def test_n19_a_price_is_printed_with_the_currencys_decimals_and_more_only_where_it_has_more(
    price: str, currency: str, shown: str
) -> None:
    assert price_text(Decimal(price), currency) == shown


@pytest.mark.parametrize(
    ("minor", "currency", "shown"),
    [(450, "usd", "4.50"), (5, "usd", "0.05"), (0, "eur", "0.00"), (1200, "jpy", "1200"), (12_340, "kwd", "12.340")],
)
def test_n19_an_amount_is_printed_with_exactly_the_currencys_decimals(minor: int, currency: str, shown: str) -> None:
    assert amount_text(minor, currency) == shown
