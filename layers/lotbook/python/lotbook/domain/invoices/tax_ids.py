"""Tax ids by country: their form, and the check digits of those whose rule is published and stable (NP-48).

A table of our own instead of a library: the well-kept one is under the LGPL. A country that is not here takes any id of
letters and digits; a number that is formed well may still belong to nobody, which only the tax office could tell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from lotbook.domain.values.light_dataclasses import dataclass

MAX_CHARACTERS = 32
_SEPARATORS = re.compile(r"[\s./-]+")
_ANY = re.compile(r"[A-Z0-9]{2,24}")
_BASE_36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


@dataclass(frozen=True, slots=True)
class TaxIdRule:
    """`prefix` is put in front where the buyer left it out; `example` is shown in a refusal; `check` sees the bare number.

    `others`: prefixes that stay as they were written; `dropped`: what some write in front and the number does not have;
    `at_home`: another number of the same tax payer, which bears no prefix (Hungary: 12892312-2-41).
    """

    name: str
    pattern: str  # after the prefix
    example: str
    prefix: str = ""
    check: Callable[[str], bool] | None = None
    others: tuple[str, ...] = ()
    dropped: str = ""
    at_home: str = ""


def luhn(digits: str) -> bool:
    """The Luhn check over all digits, the last one being the check digit."""
    doubled = (int(each) * (1 + place % 2) for place, each in enumerate(reversed(digits)))
    return sum(each // 10 + each % 10 for each in doubled) % 10 == 0


def gstin(number: str) -> bool:
    """India: Luhn's way in base 36."""
    products = [_BASE_36.index(each) * (1 + place % 2) for place, each in enumerate(number[:-1])]
    total = sum(each // 36 + each % 36 for each in products)
    return _BASE_36[-total % 36] == number[-1]


def _weighted(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(each) * weight for each, weight in zip(number, weights, strict=False))


def _australia(number: str) -> bool:
    first = str(int(number[0]) - 1)
    return number[0] != "0" and _weighted(first + number[1:], (10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)) % 89 == 0


def _belgium(number: str) -> bool:
    return 97 - int(number[:-2]) % 97 == int(number[-2:])


def _germany(number: str) -> bool:
    """ISO 7064, mod 11, 10."""
    product = 10
    for each in number[:-1]:
        total = (int(each) + product) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10 == int(number[-1])


def _poland(number: str) -> bool:
    return _weighted(number, (6, 5, 7, 2, 3, 4, 5, 6, 7)) % 11 == int(number[-1])


def _sweden(number: str) -> bool:
    return luhn(number[:10])


def _vat(prefix: str, pattern: str, example: str, check: Callable[[str], bool] | None = None) -> TaxIdRule:
    return TaxIdRule("VAT number", pattern, prefix + example, prefix, check)


RULES: Mapping[str, TaxIdRule] = {
    "AT": _vat("AT", r"U\d{8}", "U13585627"),
    "AU": TaxIdRule("ABN", r"\d{11}", "51824753556", check=_australia),
    "BE": _vat("BE", r"[01]\d{9}", "0428759497", _belgium),
    "BG": _vat("BG", r"\d{9,10}", "175074752"),
    "CA": TaxIdRule("business number", r"\d{9}(R[TPCM]\d{4})?", "123456789RT0001"),
    "CH": TaxIdRule("UID", r"\d{9}(MWST|TVA|IVA)?", "CHE107787577", "CHE"),
    "CY": _vat("CY", r"\d{8}[A-Z]", "10259033P"),
    "CZ": _vat("CZ", r"\d{8,10}", "25123891"),
    "DE": _vat("DE", r"[1-9]\d{8}", "136695976", _germany),
    "DK": _vat("DK", r"\d{8}", "13585628"),
    "EE": _vat("EE", r"\d{9}", "100931558"),
    "ES": _vat("ES", r"[A-Z]\d{7}[A-Z0-9]|\d{8}[A-Z]", "B58378431"),
    "FI": _vat("FI", r"\d{8}", "20774740"),
    "FR": _vat("FR", r"[0-9A-HJ-NP-Z]{2}\d{9}", "40303265045"),
    # XI: Northern Ireland, which is in the EU's system for goods and in country GB for everything else (B8).
    "GB": TaxIdRule("VAT number", r"\d{9}|\d{12}|GD\d{3}|HA\d{3}", "GB980780684", "GB", others=("XI",)),
    "GR": _vat("EL", r"\d{9}", "094259216"),
    "HR": _vat("HR", r"\d{11}", "33392005961"),
    "HU": TaxIdRule("VAT number", r"\d{8}", "HU12892312", "HU", at_home=r"\d{8}[1-5]\d{2}"),
    "IE": _vat("IE", r"\d[A-Z0-9+*]\d{5}[A-Z]{1,2}", "6433435F"),
    "IN": TaxIdRule("GSTIN", r"\d{2}[A-Z]{5}\d{4}[A-Z][1-9A-Z]Z[0-9A-Z]", "27AAPFU0939F1ZV", check=gstin),
    "IT": _vat("IT", r"\d{11}", "00743110157", luhn),
    "LT": _vat("LT", r"\d{9}|\d{12}", "119511515"),
    "LU": _vat("LU", r"\d{8}", "15027442"),
    "LV": _vat("LV", r"\d{11}", "40003521600"),
    "MT": _vat("MT", r"\d{8}", "11679112"),
    "NL": _vat("NL", r"\d{9}B\d{2}", "004495445B01"),
    "NO": TaxIdRule("organisation number", r"\d{9}(MVA)?", "995525828MVA", dropped="NO"),
    "NZ": TaxIdRule("IRD number", r"\d{8,9}", "49091850"),
    "PL": _vat("PL", r"\d{10}", "8567346215", _poland),
    "PT": _vat("PT", r"\d{9}", "501964843"),
    "RO": _vat("RO", r"\d{2,10}", "18547290"),
    "SE": _vat("SE", r"\d{10}01", "123456789701", _sweden),
    "SG": TaxIdRule("GST number", r"[A-Z0-9]{9,10}", "M91234567X"),
    "SI": _vat("SI", r"\d{8}", "50223054"),
    "SK": _vat("SK", r"\d{10}", "2022749619"),
    "US": TaxIdRule("EIN", r"\d{9}", "123456789"),
}


def normal_tax_id(country: str, text: str) -> str | None:
    """The id in its compact form (capitals, no separators, the country's prefix), or None where it cannot be one."""
    compact = _SEPARATORS.sub("", text[: MAX_CHARACTERS + 1]).upper()
    if len(text) > MAX_CHARACTERS:
        return None
    rule = RULES.get(country)
    if rule is None:
        return compact if _ANY.fullmatch(compact) else None
    prefix = next((other for other in rule.others if compact.startswith(other)), rule.prefix)
    bare = compact.removeprefix(prefix).removeprefix(rule.dropped)
    if compact.isascii() and rule.at_home and re.fullmatch(rule.at_home, bare):
        return bare
    if not compact.isascii() or re.fullmatch(rule.pattern, bare) is None:
        return None
    # Letters in front of a number that is checked belong to forms without published check digits.
    is_right = rule.check is None or rule.check(bare)
    return prefix + bare if is_right else None


def described(country: str) -> str:
    """What is asked for, in words."""
    rule = RULES.get(country)
    return "2 to 24 letters and digits" if rule is None else f"a {rule.name} of {country}, such as {rule.example}"
