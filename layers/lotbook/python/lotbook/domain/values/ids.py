"""Identifiers that sort by time: a prefix, 10 characters of time and 16 of entropy, all Crockford base 32 in lower case.

Ids that must come out the same on every attempt are derived from a seed; others take their entropy from the `Entropy` port.
"""

from __future__ import annotations

import json
import re
from binascii import a2b_base64, b2a_base64
from hashlib import sha256

# Ids that callers choose: accounts, policies, plans, packs.
GRAMMAR = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
FORM = "1 to 64 letters, digits, _ and -, the first a letter or digit, such as acme-1"
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]  # a name is written in half as many steps
_PAIR_BITS, _PAIR = 10, 0x3FF
_URL_SAFE, _NOT_URL_SAFE = bytes.maketrans(b"+/", b"-_"), bytes.maketrans(b"-_", b"+/")
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))
TIME_CHARACTERS = 10
ENTROPY_CHARACTERS = 16
ENTROPY_BYTES = ENTROPY_CHARACTERS * 5 // 8


def at_time(prefix: str, at: int, entropy: bytes) -> str:
    """An id such as `pur_01jd...`, sorted by `at` (milliseconds) among its like; `entropy` has at least 10 bytes."""
    return (
        f"{prefix}_{base_32(at, TIME_CHARACTERS)}{base_32(int.from_bytes(entropy[:ENTROPY_BYTES]), ENTROPY_CHARACTERS)}"
    )


def time_of(name: str) -> int | None:
    """The instant that an id was made at; None for what is no such id."""
    digits = name.rpartition("_")[2][:TIME_CHARACTERS]
    if len(digits) < TIME_CHARACTERS or not set(digits) <= set(_ALPHABET):
        return None
    return from_base_32(digits)


def derived(prefix: str, at: int, *seed: str) -> str:
    """The id that every attempt with the same instant and seed computes."""
    return at_time(prefix, at, sha256("\x1f".join(seed).encode()).digest())


def fingerprint(*parts: str) -> str:
    """A short, stable digest of the parts (24 characters), for keys and for comparing request bodies."""
    return base_32(int.from_bytes(sha256("\x1f".join(parts).encode()).digest()[:15]), 24)


def name_of(*parts: str) -> str:
    """What `fingerprint` says, 120 bits too, in 20 characters of the URL-safe base 64: for names that are paid for often."""
    return base_64(sha256("\x1f".join(parts).encode()).digest()[:15])


def base_64(data: bytes) -> str:
    """URL-safe. The library's own `base64` is a module more for every cold start, and asks more of each call."""
    return b2a_base64(data, newline=False).translate(_URL_SAFE).decode()


def from_base_64(text: str) -> bytes:
    """The bytes of such a text. Raises ValueError for what is none."""
    return a2b_base64(text.encode("ascii").translate(_NOT_URL_SAFE))


def canonical(**fields: object) -> str:
    """Named fields as one text for a digest: absent ones (None) are left out, so a later optional field changes none."""
    return _CANONICAL.encode({name: value for name, value in fields.items() if value is not None})


def from_base_32(text: str) -> int:
    """The number of such digits. Raises ValueError for any other sign."""
    value = 0
    for digit in text:
        value = value * len(_ALPHABET) + _ALPHABET.index(digit)
    return value


def base_32(value: int, characters: int) -> str:
    """Crockford's, of the number's last digits, of which an even count is written."""
    return "".join([_PAIRS[value >> at & _PAIR] for at in range(_PAIR_BITS * (characters // 2 - 1), -1, -_PAIR_BITS)])
