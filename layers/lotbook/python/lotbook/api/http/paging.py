"""`?limit=` and `?cursor=` of lists. A cursor is opaque to clients and signed: it is a place in one list of one account.

It holds what only we could have written (a statement's cursor says what its next lines count), and the signature covers
the list it belongs to: route, path and filters. So it is good for the very list that gave it out, and for no other (S9).
"""

from __future__ import annotations

import hmac
import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from lotbook.domain.values.errors import InvalidRequest

DEFAULT_LIMIT = 25
MAX_LIMIT = 100
MAX_CURSOR_CHARACTERS = 8_192
SIGNATURE_BYTES = 16
PAGE = frozenset({"limit", "cursor"})  # the parameters that say which part of a list, not which list
_LIMIT = re.compile(r"[1-9][0-9]{0,2}")
_SEPARATOR = "."
_CURSOR = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]{22}")


def limit_of(query: Mapping[str, str]) -> int:
    """How many rows to answer, 1 to 100, default 25; raises InvalidRequest out of range."""
    text = query.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    if _LIMIT.fullmatch(text) is None or int(text) > MAX_LIMIT:
        raise InvalidRequest.of("limit", "range", f"limit must be an integer from 1 to {MAX_LIMIT}.")
    return int(text)


@dataclass(frozen=True, slots=True)
class Listing:
    """One list as a request asks for it. `key` is asked for when there is a cursor to sign or to check, and not before."""

    name: str
    path: Mapping[str, str]
    query: Mapping[str, str]
    key: Callable[[], bytes] = field(repr=False)

    def start(self) -> str | None:
        """The place that the request's cursor names, None without one; raises InvalidRequest for any but our own."""
        text = self.query.get("cursor")
        if text is None:
            return None
        if len(text) > MAX_CURSOR_CHARACTERS or _CURSOR.fullmatch(text) is None:
            raise _refusal()
        position, _, signature = text.partition(_SEPARATOR)
        if not hmac.compare_digest(signature, self._signature(position)):
            raise _refusal()
        return _decoded(position)

    def cursor(self, position: str | None) -> str | None:
        """The opaque form of a place in this list (None at its end)."""
        if position is None:
            return None
        encoded = _encoded(position.encode())
        return encoded + _SEPARATOR + self._signature(encoded)

    def _signature(self, position: str) -> str:
        wanted = {name: value for name, value in self.query.items() if name not in PAGE}
        signed = json.dumps([self.name, dict(self.path), wanted, position], sort_keys=True)
        return _encoded(hmac.digest(self.key(), signed.encode(), "sha256")[:SIGNATURE_BYTES])


def _encoded(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")


def _decoded(text: str) -> str:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except (NotBase64, UnicodeError):
        raise _refusal() from None


def _refusal() -> InvalidRequest:
    told = "cursor must be a next_cursor of this very list: the same account, the same filters."
    return InvalidRequest.of("cursor", "cursor", told)
