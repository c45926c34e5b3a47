"""Decimals as text, and addresses that people are sent to."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lotbook.domain.sales.return_urls import check_return_url
from lotbook.domain.values import decimals, urls
from lotbook.domain.values.errors import InvalidRequest


@pytest.mark.parametrize("text", ["0", "1", "10", "0.5", "0.000000000001", "1234567890123", "-1", "-0.0009", "1.50"])
def test_s6_what_the_grammar_takes_is_a_decimal_that_fits(text: str) -> None:
    assert decimals.is_decimal(text)
    assert decimals.fits(Decimal(text))


@pytest.mark.parametrize(
    "text", ["1_0", " 1", "1\n", "+1", "1.", ".1", "--1", "00", "1e3", "0.0000000000001", "12345678901234", "१", "١"]
)
def test_s6_everything_else_is_none(text: str) -> None:
    assert not decimals.is_decimal(text)


@pytest.mark.parametrize("number", ["1E+13", "1E+999999", "1E-13", "0E-1000000", "0E+999999", "12345678901234"])
def test_s6_no_number_of_too_many_digits_fits(number: str) -> None:
    assert not decimals.fits(Decimal(number))


@pytest.mark.parametrize(
    "url",
    [
        "https://:pw@evil.example/",
        "https://@evil.example/",
        "https://name@evil.example/",
        "https://name:pw@evil.example/",
        "http://@localhost/",
        "http://localhost\\@evil.example/",
        "https://good.example\\.evil.example/",
        "https://",
        "https:///path",
        "http://example.com/",
        "http://localhost.evil.example/",
        "javascript:alert(1)",
        "https://example.com:port/",
        "https://[::1/",
        "https://exa mple.com/",
    ],
)
def test_s14_an_address_with_anybodys_name_or_password_or_another_host_than_it_seems_is_refused(url: str) -> None:
    assert not urls.is_https_or_local(url)
    with pytest.raises(InvalidRequest) as refused:
        check_return_url("success_url", url)
    assert "https://example.com" in refused.value.data["errors"][0]["message"]


@pytest.mark.parametrize(
    "url",
    ["https://example.com/paid?at={CHECKOUT_SESSION_ID}&who=a@b", "http://localhost:3000/", "http://127.0.0.1/a"],
)
def test_s14_others_pass_unchanged(url: str) -> None:
    assert check_return_url("cancel_url", url) == url


def test_s14_an_address_on_this_machine_is_for_return_pages_only() -> None:
    assert not urls.is_https("http://localhost/")
