"""What Stripe can charge: minimum per currency, maximum, rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from local.stripe_stand_in.errors import invalid

# Of https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts, in the minor unit.
MAX_AMOUNT = 99_999_999
LARGER_MAX = {
    "idr": 999_999_999_999,
    "inr": 999_999_999,
    "huf": 9_999_999_999,
    "jpy": 9_999_999_999,
    "cop": 9_999_999_999,
}
ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
WHOLE_UNITS = frozenset(["isk", "ugx"])  # two decimals in the API, which must be 00
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
MINIMUM = {
    "usd": 50, "aed": 200, "aud": 50, "bgn": 100, "brl": 50, "cad": 50, "chf": 50, "czk": 1500, "dkk": 250, "eur": 50,
    "gbp": 30, "hkd": 400, "huf": 17500, "inr": 50, "jpy": 50, "mxn": 1000, "myr": 200, "nok": 300, "nzd": 50, "pln": 200,
    "ron": 200, "sek": 300, "sgd": 50, "thb": 1000,
}  # fmt: skip
OTHER = (
    frozenset(
        [
            "ars",
            "cop",
            "idr",
            "ils",
            "kes",
            "ngn",
            "pen",
            "php",
            "qar",
            "rsd",
            "sar",
            "try",
            "twd",
            "uah",
            "uyu",
            "zar",
        ]
    )
    | ZERO_DECIMAL
    | THREE_DECIMAL
    | WHOLE_UNITS
)
DEFAULT_MINIMUM = 50


def round_half_up(exact: Decimal) -> int:
    """Stripe rounds a line once, after multiplying, half up."""
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def is_known(code: object) -> bool:
    """Whether it is a currency, in lower case, that Stripe charges."""
    return isinstance(code, str) and (code in MINIMUM or code in OTHER)


def known_currency(code: str, param: str = "currency") -> str:
    """The currency in lower case. Raises StripeError for one that Stripe does not charge."""
    lower = code.lower()
    if not is_known(lower):
        raise invalid(f"Invalid currency: {code[:10]}.", param=param)
    return lower


def chargeable(amount: int, currency: str, param: str = "amount") -> int:
    """`amount` when Stripe would take it. Raises `amount_too_small` or `amount_too_large`."""
    minimum = MINIMUM.get(currency, DEFAULT_MINIMUM)
    if amount < minimum:
        raise invalid(
            f"Amount must be at least {minimum} ({currency}, minor unit).", param=param, code="amount_too_small"
        )
    most = LARGER_MAX.get(currency, MAX_AMOUNT)
    if amount > most:
        raise invalid(f"Amount must be no more than {most} ({currency}).", param=param, code="amount_too_large")
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid(f"Amounts in {currency} must end in 0.", param=param)
    if currency in WHOLE_UNITS and amount % 100:
        raise invalid(f"Amounts in {currency} must be evenly divisible by 100.", param=param)
    return amount
