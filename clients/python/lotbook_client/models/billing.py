"""What Lotbook answers: billing. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass

from lotbook_client.answers import Answer


@dataclass(frozen=True, kw_only=True)
class PaymentMethod(Answer):
    """A card on file. `expires`: the last month in which it is good, such as `2034-12`."""

    payment_method: str
    brand: str
    last4: str
    expires: str
    default: bool


@dataclass(frozen=True, kw_only=True)
class PaymentMethods(Answer):
    """The account's cards, newest first. Where there is any, exactly one is the default."""

    payment_methods: list[PaymentMethod]


@dataclass(frozen=True, kw_only=True)
class SetupStarted(Answer):
    """The gateway's page on which a card is added; once it is, it is the default."""

    setup_url: str
