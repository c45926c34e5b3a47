"""How many examples a property is tried with: few in `make test`, forty times as many in `make soak`."""

from __future__ import annotations

import os

TIMES = int(os.environ.get("EXAMPLES_TIMES", "1"))


def examples(usual: int) -> int:
    """So many of them, or as many times that as the surroundings say."""
    return usual * TIMES
