"""Ports for the servers that tests start: between the choice and the start nobody else gets them.

A system gives whoever asks for port 0, and every connection that goes out, a port of a range of its own; Linux begins it at 32768, and
others above. What is free there may be gone a moment later. So each process of the tests keeps a block of ports below that range.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from functools import cache
from itertools import cycle
from os import getpid

from local.places import HOST, is_free

FIRST, END = 20_000, 32_000  # `local.places.any_free_port` stays below
SIZE = 60
TOGETHER = 3  # a local run's: the API's, the stand-in's and the engine's


def free() -> int:
    """A port on which nobody listens, with two neighbours above it on which nobody listens either."""
    _, ports = _block()
    for _ in range(SIZE // TOGETHER):
        port = next(ports)
        if all(is_free(port + step) for step in range(TOGETHER)):
            return port
    raise AssertionError("other programs listen on every port of this process's block")


@cache
def _block() -> tuple[socket.socket, Iterator[int]]:
    """What keeps the block, bound to its first port as long as this process lives; and the others, each in its turn."""
    blocks = range(FIRST, END, SIZE)
    own = getpid() % len(blocks)
    for first in (*blocks[own:], *blocks[:own]):
        keeper = socket.socket()
        try:
            keeper.bind((HOST, first))
        except OSError:
            keeper.close()
            continue
        return keeper, cycle(range(first + 1, first + SIZE - TOGETHER, TOGETHER))
    raise AssertionError("every block of ports belongs to another process")
