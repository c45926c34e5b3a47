"""What Stripe can charge: minimum per currency, maximum, rounding."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

from local.stripe_stand_in.errors import invalid

MAX_AMOUNT = 99_999_999
ZERO_DECIMAL = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMAL = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# Minimum charge in the minor unit (https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts).
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
            "isk",
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
)
DEFAULT_MINIMUM = 50


def round_half_up(exact: Decimal) -> int:
    """Stripe rounds a line once, after multiplying, half up."""
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def known_currency(code: str, param: str = "currency") -> str:
    """The currency in lower case. Raises StripeError for one that Stripe does not charge."""
    lower = code.lower()
    if lower not in MINIMUM and lower not in OTHER:
        raise invalid(f"Invalid currency: {code[:10]}.", param=param)
    return lower


def chargeable(amount: int, currency: str, param: str = "amount") -> int:
    """`amount` when Stripe would take it. Raises `amount_too_small` or `amount_too_large`."""
    minimum = MINIMUM.get(currency, DEFAULT_MINIMUM)
    if amount < minimum:
        raise invalid(
            f"Amount must be at least {minimum} ({currency}, minor unit).", param=param, code="amount_too_small"
        )
    if amount > MAX_AMOUNT:
        raise invalid(f"Amount must be no more than {MAX_AMOUNT} ({currency}).", param=param, code="amount_too_large")
    if currency in THREE_DECIMAL and amount % 10:
        raise invalid(f"Amounts in {currency} must end in 0.", param=param)
    return amount
