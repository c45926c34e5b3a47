"""Whatever colour a brand has, what is written in it can be read (WCAG 2.2, 1.4.3)."""

from __future__ import annotations

from itertools import product

import pytest

from lotbook.domain.portal.brand import LEAST_CONTRAST, NIGHT, WHITE, Brand, contrast

LEVELS = ("00", "11", "55", "99", "cc", "ff")


def test_every_brand_can_be_read_by_day_and_by_night() -> None:
    for parts in product(LEVELS, repeat=3):
        brand = Brand("b", "#" + "".join(parts))
        assert contrast(brand.by_day, WHITE) >= LEAST_CONTRAST, brand
        assert contrast(brand.by_night, NIGHT) >= LEAST_CONTRAST, brand


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert Brand("b", "#2B5FC4").by_day == "#2b5fc4"


def test_contrast_is_that_of_wcag() -> None:
    assert contrast("#000000", "#ffffff") == 21
    assert 4.4 < contrast("#767676", "#ffffff") < 4.6  # the lightest grey that passes


def test_what_is_no_colour_is_no_gap_in_the_style_sheet() -> None:
    assert Brand("b", "red;}body{display:none").by_day == "#000000"


@pytest.mark.parametrize(
    ("logo", "origin"),
    [
        ("https://cdn.example/a.svg", "https://cdn.example"),
        ("http://cdn.example/a.svg", ""),
        ("javascript:1", ""),
        ("", ""),
    ],
)
def test_a_logo_comes_from_an_https_address(logo: str, origin: str) -> None:
    assert Brand("b", "#000000", logo).logo_origin == origin


@pytest.mark.parametrize(
    ("support", "url"),
    [("help@b.example", "mailto:help@b.example"), ("https://b.example/@help", "https://b.example/@help")],
)
def test_support_is_a_mailbox_or_a_page(support: str, url: str) -> None:
    assert Brand("b", "#000000", support=support).support_url == url
