"""Stripe's webhook signature: `t=<seconds>,v1=<hex>[,v1=<hex>...]`, HMAC-SHA256 over `<t>.<body>`.

Our own, for three reasons: the library lets times of the future pass, raises TypeError and UnicodeDecodeError for input
that strangers can send, and costs a third of a second to import before a forged call could be refused.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from hashlib import sha256

from lotbook.domain.values.errors import BadSignature
from lotbook.domain.values.instants import SECOND

TOLERANCE = 300 * SECOND  # both ways; a replay of an old call and a call from the future are refused alike
MAX_HEADER_CHARACTERS = 4_096
MAX_TIME_DIGITS = 12


def verify(body: bytes, header: str | None, secrets: Iterable[str], now: int) -> None:
    """Raises BadSignature unless one `v1` of the header is made of these very bytes with one of the secrets, recently.

    Other schemes (`v0`) count for nothing. Which of the checks failed is not told.
    """
    seconds, signatures = _read(header)
    if abs(now - int(seconds) * SECOND) > TOLERANCE:
        raise BadSignature
    signed = seconds + b"." + body
    expected = [hmac.new(secret.encode(), signed, sha256).hexdigest().encode() for secret in secrets if secret]
    # Every pair is compared: the time taken says nothing about which secret or signature came close.
    matches = [hmac.compare_digest(own, given) for own in expected for given in signatures]
    if not any(matches):
        raise BadSignature


def _read(header: str | None) -> tuple[bytes, list[bytes]]:
    if not header or len(header) > MAX_HEADER_CHARACTERS or not header.isascii():
        raise BadSignature
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = [value for name, _, value in pairs if name == "t"]
    if len(times) != 1 or not times[0].isdecimal() or len(times[0]) > MAX_TIME_DIGITS:
        raise BadSignature
    return times[0].encode(), [value.encode() for name, _, value in pairs if name == "v1"]
