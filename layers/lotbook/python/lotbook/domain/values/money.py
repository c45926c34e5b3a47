"""Money: currencies that we know, rounding, and what a gateway can charge. Integers in minor units, Decimals in major ones.

100 times too much is the classic mistake: a currency that is not in the table is refused, never guessed (D33, X-16).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from types import MappingProxyType

from lotbook.domain.values.decimals import MAX_DECIMALS, decimals_of
from lotbook.domain.values.light_dataclasses import dataclass

# Unit prices have at most so many decimals in major units; quantity x unit price is exact in this context.
UNIT_PRICE_DECIMALS = MAX_DECIMALS
_EXACT = Context(prec=100, rounding=ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Currency:
    """`exponent`: decimals between minor and major unit, as the gateway counts them. Amounts are multiples of `step`."""

    code: str
    exponent: int
    step: int = 1


_TWO_DECIMALS = "aed aud bgn brl cad chf cny czk dkk eur gbp hkd huf idr ils inr mxn myr nok nzd php pln ron sar sek sgd thb try twd usd zar"
_ZERO_DECIMALS = "bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf"
_THREE_DECIMALS = "bhd jod kwd omr tnd"  # card networks want the last digit 0
_WHOLE_UNITS_AS_TWO_DECIMALS = "isk ugx"  # counted in hundredths by the gateway, charged in whole units

CURRENCIES: Mapping[str, Currency] = MappingProxyType(
    {
        **{code: Currency(code, 2) for code in _TWO_DECIMALS.split()},
        **{code: Currency(code, 0) for code in _ZERO_DECIMALS.split()},
        **{code: Currency(code, 3, step=10) for code in _THREE_DECIMALS.split()},
        **{code: Currency(code, 2, step=100) for code in _WHOLE_UNITS_AS_TWO_DECIMALS.split()},
    }
)


@dataclass(frozen=True, slots=True)
class ChargeLimits:
    """The smallest and the largest total that a gateway charges, in minor units, both included."""

    min_minor: Mapping[str, int]
    max_minor: int

    def least(self, currency: str) -> int:
        """The minimum charge; the currency's smallest step where the gateway publishes none."""
        return self.min_minor.get(currency, CURRENCIES[currency].step)

    def allow(self, amount_minor: int, currency: str) -> bool:
        """Whether this total can be charged: a whole number within the limits, of the currency's step."""
        whole = type(amount_minor) is int and amount_minor % CURRENCIES[currency].step == 0
        return whole and self.least(currency) <= amount_minor <= self.max_minor


# https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts: every figure is that page's. The minimum belongs to the
# currency that is paid out: for a charge that Stripe has to convert it may be higher, which its own refusal says then.
# The maximum is eight digits for all, though the page gives some currencies more: INR nine, HUF and JPY ten, IDR twelve.
STRIPE_LIMITS = ChargeLimits(
    min_minor=MappingProxyType(
        {
            "aed": 200,
            "aud": 50,
            "bgn": 100,
            "brl": 50,
            "cad": 50,
            "chf": 50,
            "czk": 1500,
            "dkk": 250,
            "eur": 50,
            "gbp": 30,
            "hkd": 400,
            "huf": 17500,
            "inr": 50,
            "jpy": 50,
            "mxn": 1000,
            "myr": 200,
            "nok": 300,
            "nzd": 50,
            "pln": 200,
            "ron": 200,
            "sek": 300,
            "sgd": 50,
            "thb": 1000,
            "usd": 50,
        }
    ),
    max_minor=99_999_999,
)


def to_major(amount_minor: int, currency: str) -> Decimal:
    """The exact amount in major units, without trailing zeros."""
    return _plain(_EXACT.scaleb(Decimal(amount_minor), -CURRENCIES[currency].exponent))


def in_minor(price: Decimal, currency: str) -> Fraction:
    """A price in major units as exact minor units."""
    return Fraction(price) * Fraction(10) ** CURRENCIES[currency].exponent


def rounded_minor(exact: Fraction, currency: str) -> int:
    """An exact amount in minor units, rounded half up to what the currency can charge. It is never negative."""
    step = CURRENCIES[currency].step
    return int(exact / step + Fraction(1, 2)) * step


def line_minor(quantity: int, unit_price: Decimal, currency: str) -> int:
    """`quantity x unit_price` (major units) in minor units, rounded once, half up, to what the currency can charge."""
    return rounded_minor(quantity * in_minor(unit_price, currency), currency)


def tax_minor(subtotal_minor: int, rate: Decimal, currency: str) -> int:
    """The tax on a rounded subtotal, rounded half up (X-16)."""
    return rounded_minor(subtotal_minor * Fraction(rate), currency)


def price_each(price_minor: int, credits: int, currency: str) -> Decimal:
    """A price spread over credits, in major units (MK-12): exact where 12 decimals hold it, else rounded half up to them.

    What is shown is what counts: totals are computed from this number, not from the fraction behind it.
    """
    return _to_unit_price(_EXACT.divide(to_major(price_minor, currency), Decimal(credits)))


def part_of(price: Decimal, rate: Decimal) -> Decimal:
    """A rate of a unit price, as a unit price (MK-23)."""
    return _to_unit_price(_EXACT.multiply(price, rate))


def to_text(price: Decimal) -> str:
    """A decimal string without exponent or trailing zeros: `0.0009`, `1.5`, `200`."""
    return format(_plain(price), "f")


def amount_text(amount_minor: int, currency: str) -> str:
    """An amount as people read it, with exactly the currency's decimals: `4.50`, `1200` (N19)."""
    exponent = CURRENCIES[currency].exponent
    return f"{_EXACT.scaleb(Decimal(amount_minor), -exponent):.{exponent}f}"


def price_text(price: Decimal, currency: str) -> str:
    """A unit price as people read it: the currency's decimals, and more only where the price has more: `1.50`, `0.0009`."""
    plain = _plain(price)
    return f"{plain:.{max(decimals_of(plain), CURRENCIES[currency].exponent)}f}"


def _to_unit_price(exact: Decimal) -> Decimal:
    return _plain(_EXACT.quantize(exact, Decimal(1).scaleb(-UNIT_PRICE_DECIMALS)))


def _plain(value: Decimal) -> Decimal:
    return Decimal(format(_EXACT.plus(value).normalize(_EXACT), "f"))
