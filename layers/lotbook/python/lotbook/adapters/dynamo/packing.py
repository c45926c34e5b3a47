"""Ids in the book as bytes: each is a number written in letters, and every burn pays for the letters.

`packed` gives back what it cannot pack, so any text is kept; `unpacked` gives back exactly what was packed. How long the bytes
are says what they are: 16 a UUID (the `sub` of most members), 17 the id of a lot, a multiple of 3 base 64.
"""

from __future__ import annotations

import re
from functools import lru_cache

from lotbook.domain.values.ids import base_32, base_64, from_base_64

LOT_PREFIX = "lot_"
_LOT = re.compile(LOT_PREFIX + "[0-9a-hjkmnp-tv-z]{26}")  # 130 bits
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_BASE_64 = re.compile("(?:[A-Za-z0-9_-]{4})+")
LOT_DIGITS, LOT_BYTES, UUID_BYTES = 26, 17, 16
LOT_CHARACTERS, UUID_CHARACTERS = len(LOT_PREFIX) + LOT_DIGITS, 36  # their lengths tell most texts apart
MAX_LOTS_KEPT = 2_048  # every burn of an account reads the same ones again
_CROCKFORD, _HEX = "0123456789abcdefghjkmnpqrstvwxyz", "0123456789abcdefghijklmnopqrstuv"
_TO_HEX = str.maketrans(_CROCKFORD, _HEX)


def packed(text: str) -> str | bytes:
    """The shortest form of the text that the table keeps."""
    size = len(text)
    if size == LOT_CHARACTERS and _LOT.fullmatch(text):
        return int(text[len(LOT_PREFIX) :].translate(_TO_HEX), 32).to_bytes(LOT_BYTES)
    if size == UUID_CHARACTERS and _UUID.fullmatch(text):
        return bytes.fromhex(text.replace("-", ""))
    return from_base_64(text) if size % 4 == 0 and _BASE_64.fullmatch(text) else text


def unpacked(kept: str | bytes) -> str:
    """The text."""
    if isinstance(kept, str):
        return kept
    if len(kept) == LOT_BYTES:
        return _lot_of(kept)
    if len(kept) == UUID_BYTES:
        text = kept.hex()
        return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
    return base_64(kept)


@lru_cache(maxsize=MAX_LOTS_KEPT)
def _lot_of(kept: bytes) -> str:
    return LOT_PREFIX + base_32(int.from_bytes(kept), LOT_DIGITS)
