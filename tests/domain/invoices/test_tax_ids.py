"""Tax ids by country (NP-48): form and check digits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotbook.domain.invoices.tax_ids import MAX_CHARACTERS, RULES, described, luhn, normal_tax_id


@pytest.mark.parametrize("country", sorted(RULES))
def test_np_48_every_countrys_example_is_one_of_its_ids_and_is_its_own_compact_form(country: str) -> None:
    example = RULES[country].example
    assert normal_tax_id(country, example) == example
    assert example in described(country)


@pytest.mark.parametrize(
    ("country", "text", "compact"),
    [
        ("IN", "27 aapfu0939f 1zv", "27AAPFU0939F1ZV"),
        ("US", "12-3456789", "123456789"),
        ("DE", "136 695 976", "DE136695976"),
        ("DE", "DE 136695976", "DE136695976"),
        ("BE", "BE 0428.759.497", "BE0428759497"),
        ("GR", "EL 094259216", "EL094259216"),
        ("NL", "NL004495445B01", "NL004495445B01"),
        ("GB", "GB 980 7806 84", "GB980780684"),
        ("AU", "51 824 753 556", "51824753556"),
        ("CH", "CHE-107.787.577 MWST", "CHE107787577MWST"),
        ("BR", "12.345.678/0001-95", "12345678000195"),
        ("GB", "XI 123 456789", "XI123456789"),  # B8
        ("GB", "XI123456789012", "XI123456789012"),
        ("NO", "NO 995 525 828 MVA", "995525828MVA"),  # B8
        ("NO", "NO995525828", "995525828"),
        ("HU", "12345678-1-12", "12345678112"),  # B8
        ("HU", "HU 12345678-1-12", "12345678112"),
        ("HU", "HU12345678", "HU12345678"),
    ],
)
def test_np_48_separators_small_letters_and_a_missing_prefix_are_forgiven(
    country: str, text: str, compact: str
) -> None:
    assert normal_tax_id(country, text) == compact


@pytest.mark.parametrize(
    ("country", "text"),
    [
        ("IN", "27AAPFU0939F1ZW"),  # check character
        ("IN", "27AAPFU0939F1Z"),
        ("IN", "DE136695976"),
        ("DE", "DE136695977"),
        ("DE", "DE036695976"),
        ("BE", "BE0428759498"),
        ("IT", "IT00743110158"),
        ("PL", "PL8567346216"),
        ("SE", "SE123456789101"),
        ("AU", "51824753557"),
        ("AU", "01824753556"),
        ("US", "12-345678"),
        ("US", "1234567８9"),
        ("FR", "FR4030326504"),
        ("BR", "-- --"),
        ("BR", "é2345678000195"),
        ("BR", "1" * (MAX_CHARACTERS + 1)),
        ("US", ""),
        ("GB", "XI12345678"),
        ("GB", "XIGB123456789"),
        ("NO", "NONO995525828"),
        ("HU", "12345678-6-12"),
        ("HU", "12345678-1"),
        ("HU", "1234567８-1-12"),
    ],
)
def test_np_48_what_cannot_be_an_id_of_the_country_is_none(country: str, text: str) -> None:
    assert normal_tax_id(country, text) is None


@given(st.sampled_from([*sorted(RULES), "BR", "XX"]), st.text(max_size=40))
@pytest.mark.slow
def test_np_48_any_text_has_an_answer_and_a_compact_form_stays_what_it_is(country: str, text: str) -> None:
    compact = normal_tax_id(country, text)
    assert compact is None or normal_tax_id(country, compact) == compact


@given(st.from_regex(r"\A[0-9]{11}\Z"), st.integers(0, 10), st.integers(1, 9))
def test_np_48_luhn_notices_every_single_wrong_digit(digits: str, place: int, by: int) -> None:
    right = next(digits[:-1] + last for last in "0123456789" if luhn(digits[:-1] + last))
    wrong = right[:place] + str((int(right[place]) + by) % 10) + right[place + 1 :]
    assert not luhn(wrong)
