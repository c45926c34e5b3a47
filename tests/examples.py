"""How many examples a property is tried with: few in `make test`, forty times as many in `make soak`."""

from __future__ import annotations

import os

from hypothesis.internal.conjecture import providers

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))


def examples(usual: int) -> int:
    """So many of them, or as many times that as the surroundings say."""
    return usual * TIMES


def draw_on_nothing_of_ours() -> None:
    """Examples are made of the same values whatever else is imported.

    Hypothesis also draws on constants that stand in modules of this project, as far as they were imported: what was tried depended on which
    tests a worker had run before, and each worker read a thousand files for it. The soak tries others each time, and draws on them.
    """
    providers._get_local_constants = lambda: providers._local_constants
