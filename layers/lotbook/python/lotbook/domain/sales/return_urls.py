"""Where a checkout page may send the buyer back to."""

from __future__ import annotations

from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.urls import MAX_URL_CHARACTERS, is_https_or_local

PURCHASE_PLACE = "{PURCHASE_ID}"  # beside the gateway's own `{CHECKOUT_SESSION_ID}`


def addressed(url: str, purchase_id: str) -> str:
    """The address of this purchase's own page: what stands for its id is replaced by it."""
    return url.replace(PURCHASE_PLACE, purchase_id)


def check_return_url(field: str, url: str) -> str:
    """The address, unchanged, if it is https (or http on this machine), visible ASCII and of sane length.

    Raises InvalidRequest naming `field`. A name and password in an address are refused: they would be shown to Stripe.
    """
    if not is_https_or_local(url):
        message = (
            f"{field} must be an https address such as https://example.com/paid (or http on localhost) of at most "
            f"{MAX_URL_CHARACTERS} characters, without a name or password in it."
        )
        raise InvalidRequest.of(field, "url", message)
    return url
