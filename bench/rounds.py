"""Paired, shuffled rounds: a round is some passes, a pass calls every arm once, each pass in an order of its own.

So whatever else this machine does for longer than a call, it does to every arm of the round.
"""

from __future__ import annotations

import gc
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PASSES = 8
WARM_UP_PASSES = 5
LEAST_ROUNDS = 20
MOST_ROUNDS = 400

Arm = Callable[[str], object]


@dataclass(slots=True)
class Spent:
    """Seconds of an arm, by round: on the wall, and of this process' processor. The engine is another process."""

    elapsed: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)


def play(arms: Mapping[str, Arm], *, seconds: float, seed: int) -> dict[str, Spent]:
    """What each arm spent. Stops after `seconds`, yet not before LEAST_ROUNDS."""
    rng = random.Random(seed)
    for number in range(WARM_UP_PASSES):
        for name, arm in arms.items():
            arm(_key("warm", name, number))
    spent = {name: Spent() for name in arms}
    until = time.monotonic() + seconds
    for number in range(MOST_ROUNDS):
        if number >= LEAST_ROUNDS and time.monotonic() > until:
            break
        for name, (elapsed, processor) in _round(arms, number, rng).items():
            spent[name].elapsed.append(elapsed)
            spent[name].processor.append(processor)
    return spent


def _round(arms: Mapping[str, Arm], number: int, rng: random.Random) -> dict[str, tuple[float, float]]:
    spent = dict.fromkeys(arms, (0.0, 0.0))
    order = list(arms)
    gc.collect()
    gc.disable()  # a collection is paid by the arm that happens to run, not by the one that made the garbage
    try:
        for turn in range(PASSES):
            rng.shuffle(order)
            for name in order:
                key = _key(name, number, turn)
                began, busy = time.perf_counter(), time.process_time()
                arms[name](key)
                elapsed, processor = spent[name]
                spent[name] = (elapsed + time.perf_counter() - began, processor + time.process_time() - busy)
    finally:
        gc.enable()
    return spent


def _key(*parts: object) -> str:
    return "-".join(map(str, parts)).replace(" ", "-")
