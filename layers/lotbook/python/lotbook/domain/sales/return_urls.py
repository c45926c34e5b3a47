"""Where a checkout page may send the buyer back to."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from lotbook.domain.values.errors import InvalidRequest

MAX_URL_CHARACTERS = 2_000
_VISIBLE_ASCII = re.compile(r"[\x21-\x7e]+")
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1"})


def check_return_url(field: str, url: str) -> str:
    """The address, unchanged, if it is https (or http on this machine), visible ASCII and of sane length.

    Raises InvalidRequest naming `field`. A name and password in an address are refused: they would be shown to Stripe.
    """
    if len(url) > MAX_URL_CHARACTERS or _VISIBLE_ASCII.fullmatch(url) is None:
        raise InvalidRequest.of(field, "url", f"{field} must be a URL of at most {MAX_URL_CHARACTERS} characters.")
    try:
        parts = urlsplit(url)
        host = parts.hostname
        _ = parts.port
    except ValueError:
        host = None
    allowed = host and not parts.username and (parts.scheme == "https" or _is_local(parts.scheme, host))
    if not allowed:
        raise InvalidRequest.of(field, "url", f"{field} must be an https URL, or http on localhost.")
    return url


def _is_local(scheme: str, host: str) -> bool:
    return scheme == "http" and host in _LOCAL_HOSTS
