"""Figures as people read them, by their locale and the account's time zone (CLDR through Babel). Words stay English."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import cache
from operator import itemgetter

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime, format_time, get_timezone
from babel.numbers import format_currency, format_decimal, format_percent, get_currency_symbol

from lotbook.domain.values import money
from lotbook.domain.values.instants import to_datetime
from lotbook.domain.values.light_dataclasses import dataclass

DEFAULT_LOCALE = "en"
MAX_TAG_CHARACTERS = 35  # the longest language tag that RFC 5646 asks to be taken


def locale_of(tags: Sequence[str]) -> str:
    """The first of these language tags (`de-AT`, `pt_BR`) that is known, else English."""
    return next((found for tag in tags if (found := _known(tag[: MAX_TAG_CHARACTERS + 1])) is not None), DEFAULT_LOCALE)


def accepted(header: str) -> list[str]:
    """The tags of an `Accept-Language` header, the most wanted first; what is malformed is left out."""
    weighted = []
    for position, part in enumerate(header.split(",")):
        tag, _, rest = part.strip().partition(";")
        weight = rest.strip().removeprefix("q=") or "1"
        if tag and weight.replace(".", "", 1).isdigit():
            weighted.append((-Decimal(weight), position, tag.strip()))
    return [tag for _, _, tag in sorted(weighted)]


@cache
def _known(tag: str) -> str | None:
    if len(tag) > MAX_TAG_CHARACTERS:
        return None
    try:
        return str(Locale.parse(tag.replace("-", "_")))
    except (UnknownLocaleError, ValueError):
        return None


def countries(codes: Iterable[str]) -> tuple[tuple[str, str], ...]:
    """Each country's code with its English name, in the order of the names."""
    names = Locale.parse(DEFAULT_LOCALE).territories
    return tuple(sorted(((code, names.get(code, code)) for code in codes), key=itemgetter(1)))


@dataclass(frozen=True)
class Formats:
    """`locale` as `locale_of` answers it; `time_zone` is the account's, an IANA name."""

    locale: str = DEFAULT_LOCALE
    time_zone: str = "UTC"

    def number(self, value: int | Decimal) -> str:
        """`1,234,567`."""
        return format_decimal(value, locale=self.locale)

    def plural(self, number: int) -> str:
        """The form of a word beside this number: `one`, `other`, in some languages `few`, `many`."""
        return str(Locale.parse(self.locale).plural_form(number))

    def money(self, amount_minor: int, currency: str) -> str:
        """`$1,234.50`, with exactly the currency's decimals as the gateway counts them."""
        exponent = money.CURRENCIES[currency].exponent
        return self._in_currency(money.to_major(amount_minor, currency), currency, exponent, exponent)

    def price(self, unit_price: Decimal, currency: str) -> str:
        """A unit price: the currency's decimals, and more only where the price has more: `$1.50`, `$0.0009`."""
        least = money.CURRENCIES[currency].exponent
        return self._in_currency(unit_price, currency, least, money.UNIT_PRICE_DECIMALS)

    def percent(self, rate: Decimal) -> str:
        """`18%`, `7.7%`."""
        return format_percent(rate, locale=self.locale, decimal_quantization=False)

    def date(self, at: int) -> str:
        """The day of an instant (milliseconds) in the account's time zone: `Nov 26, 2026`."""
        local = to_datetime(at).astimezone(get_timezone(self.time_zone))
        return format_date(local.date(), "medium", locale=self.locale)

    def instant(self, at: int) -> str:
        """An instant with its time zone: `Nov 26, 2026, 5:00 PM UTC`."""
        zone, moment = get_timezone(self.time_zone), to_datetime(at)
        time = format_time(moment, "short", tzinfo=zone, locale=self.locale)
        return f"{self.date(at)}, {time} {format_datetime(moment, 'zzz', tzinfo=zone, locale=self.locale)}"

    def _in_currency(self, amount: Decimal, currency: str, least: int, most: int) -> str:
        decimals = "0" * least + "#" * (most - least)
        pattern = Locale.parse(self.locale).currency_formats["standard"].pattern
        form = pattern.replace("0.00", f"0.{decimals}" if decimals else "0")
        if get_currency_symbol(currency.upper(), self.locale)[-1].isalpha():  # `KWD 12.340`
            form = form.replace("¤#", "¤\N{NO-BREAK SPACE}#")
        return format_currency(amount, currency.upper(), format=form, locale=self.locale, currency_digits=False)
