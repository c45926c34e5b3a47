"""`?limit=` and `?cursor=` of lists. A cursor is opaque to clients; it names the list that it belongs to."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Mapping

from lotbook.domain.values.errors import InvalidRequest

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
MAX_CURSOR_CHARACTERS = 512
_LIMIT = re.compile(r"[1-9][0-9]{0,2}")
_SEPARATOR = "\x1f"


def limit_of(query: Mapping[str, str]) -> int:
    """How many rows to answer, 1 to 100, default 25; raises InvalidRequest out of range."""
    text = query.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    if _LIMIT.fullmatch(text) is None or int(text) > MAX_LIMIT:
        raise InvalidRequest.of("limit", "range", f"limit must be an integer from 1 to {MAX_LIMIT}.")
    return int(text)


def to_cursor(position: str | None, *of_list: str) -> str | None:
    """The opaque form of a place in a list (None at its end)."""
    if position is None:
        return None
    return urlsafe_b64encode(_SEPARATOR.join((*of_list, position)).encode()).decode().rstrip("=")


def cursor_of(query: Mapping[str, str], *of_list: str) -> str | None:
    """The place that the request's cursor names; raises InvalidRequest if it is not one of this very list."""
    text = query.get("cursor")
    if text is None:
        return None
    *named, position = _decode(text).split(_SEPARATOR, len(of_list))
    if tuple(named) != of_list or not position:
        raise _refusal()
    return position


def _decode(text: str) -> str:
    if len(text) > MAX_CURSOR_CHARACTERS or not text.isascii():
        raise _refusal()
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (NotBase64, UnicodeError):
        raise _refusal() from None


def _refusal() -> InvalidRequest:
    return InvalidRequest.of("cursor", "cursor", "cursor must be a next_cursor of this list.")
