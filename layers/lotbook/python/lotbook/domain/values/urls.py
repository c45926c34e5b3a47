"""Addresses that people are sent to: https with a host, and nobody's name or password in it."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

MAX_URL_CHARACTERS = 2_000
HTTPS_ALLOWED = "an https address such as https://example.com/page, without a name or password in it"
# RFC 3986 has no backslash, and browsers read it as a slash: the host would be another than ours.
_FORM = re.compile(rf"[\x21-\x5b\x5d-\x7e]{{1,{MAX_URL_CHARACTERS}}}")
_LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1"})


def is_https(url: str) -> bool:
    """Whether this is an https address without anybody's name or password, not even empty ones (S14)."""
    return _host(url, "https") is not None


def is_https_or_local(url: str) -> bool:
    """The same, or http on this machine."""
    return is_https(url) or _host(url, "http") in _LOCAL_HOSTS


def _host(url: str, scheme: str) -> str | None:
    if _FORM.fullmatch(url) is None:
        return None
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises for what is no port
    except ValueError:
        return None
    return parts.hostname if parts.scheme == scheme and "@" not in parts.netloc else None
