"""Draws of many lots as bytes, in one write unit where a list of ids would take three.

A number says how many they are; then come the ids of the lots, their first digits (the time) column by column, for these are alike; then
the credits. Numbers are written in sevens of bits, the lowest first; the eighth bit says that more come.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence

from lotbook.adapters.dynamo.packing import LOT_BYTES, packed, unpacked
from lotbook.domain.credits.ledger import Draw, Draws

TIME_BYTES = 7  # of a lot's id: the rest is alike in no two
MORE, SEVEN = 0x80, 0x7F


def packed_draws(draws: Draws) -> bytes | None:
    """None where an id is none of ours, and cannot be packed."""
    lots = [packed(draw.lot_id) for draw in draws]
    ids = [lot for lot in lots if isinstance(lot, bytes) and len(lot) == LOT_BYTES]
    if len(ids) < len(draws):
        return None
    times = bytes(lot[place] for place in range(TIME_BYTES) for lot in ids)
    rests = b"".join(lot[TIME_BYTES:] for lot in ids)
    return zlib.compress(_numbers([len(ids)]) + times + rests + _numbers([draw.credits for draw in draws]), 9)


def unpacked_draws(kept: bytes) -> Draws:
    """What was packed."""
    content = zlib.decompress(kept)
    count, start = next(_read(content, 0))
    rests, end = start + count * TIME_BYTES, start + count * LOT_BYTES
    width = LOT_BYTES - TIME_BYTES
    lots = [
        unpacked(content[start + number : rests : count] + content[rests + number * width :][:width])
        for number in range(count)
    ]
    return tuple(Draw(lot, credits) for lot, (credits, _) in zip(lots, _read(content, end), strict=True))


def _numbers(values: Sequence[int]) -> bytes:
    written = bytearray()
    for value in values:
        sevens = [value >> shift & SEVEN for shift in range(0, max(value.bit_length(), 1), 7)]
        written += bytes([*(seven | MORE for seven in sevens[:-1]), sevens[-1]])
    return bytes(written)


def _read(content: bytes, start: int) -> Iterator[tuple[int, int]]:
    """Each number, and where the next one begins."""
    value = shift = 0
    for place in range(start, len(content)):
        value |= (content[place] & SEVEN) << shift
        shift += 7
        if not content[place] & MORE:
            yield value, place + 1
            value = shift = 0
