"""Cards on file -> the contract's shape."""

from __future__ import annotations

from lotbook.api.answers import shapes_records as shapes
from lotbook.domain.sales.cards import CardFile


def payment_methods(found: CardFile) -> shapes.PaymentMethods:
    """The cards, newest first; at most one is the default."""
    return {
        "payment_methods": [
            {
                "payment_method": card.payment_method,
                "brand": card.brand,
                "last4": card.last4,
                "expires": card.expires,
                "default": card.payment_method == found.default,
            }
            for card in found.shown
        ]
    }
