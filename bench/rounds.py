"""Paired, shuffled rounds: a round is some passes, a pass calls every arm once, each pass in an order of its own.

So whatever else this machine does for longer than a call, it does to every arm of the round.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Mapping

PASSES = 8
WARM_UP_PASSES = 5
LEAST_ROUNDS = 20
MOST_ROUNDS = 400

Arm = Callable[[str], object]


def play(arms: Mapping[str, Arm], *, seconds: float, seed: int) -> dict[str, list[float]]:
    """Seconds of each arm, by round. Stops after `seconds`, yet not before LEAST_ROUNDS."""
    rng = random.Random(seed)
    for number in range(WARM_UP_PASSES):
        for name, arm in arms.items():
            arm(_key("warm", name, number))
    spent: dict[str, list[float]] = {name: [] for name in arms}
    until = time.monotonic() + seconds
    for number in range(MOST_ROUNDS):
        if number >= LEAST_ROUNDS and time.monotonic() > until:
            break
        for name, took in _round(arms, number, rng).items():
            spent[name].append(took)
    return spent


def _round(arms: Mapping[str, Arm], number: int, rng: random.Random) -> dict[str, float]:
    spent = dict.fromkeys(arms, 0.0)
    order = list(arms)
    gc.collect()
    gc.disable()  # a collection is paid by the arm that happens to run, not by the one that made the garbage
    try:
        for turn in range(PASSES):
            rng.shuffle(order)
            for name in order:
                key = _key(name, number, turn)
                began = time.perf_counter()
                arms[name](key)
                spent[name] += time.perf_counter() - began
    finally:
        gc.enable()
    return spent


def _key(*parts: object) -> str:
    return "-".join(map(str, parts)).replace(" ", "-")
