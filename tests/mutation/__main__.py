"""Mutates the money paths and prints what no test noticed: `python -m tests.mutation --help`."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tests.mutation.plan import EQUIVALENT, PLAN, planned
from tests.mutation.run import LEAST_SECONDS, WARM, Bounds, run

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "layers/lotbook/python"


def main(arguments: list[str] | None = None) -> int:
    """0: every mutant that was tried was noticed. 1: some survived. 2: the tests fail, or a table is out of date."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--only", default="", help="files whose path contains this, for example domain/credits")
    parser.add_argument("--most", type=int, default=0, help="try so many, chosen by the seed (0: all)")
    parser.add_argument("--seed", type=int, default=1, help="decides which mutants, and in which order")
    parser.add_argument("--minutes", type=float, default=60, help="begin no trial after so long")
    parser.add_argument("--jobs", type=int, default=2, help="trials at the same time")
    parser.add_argument("--list", action="store_true", help="print the mutants, try none")
    parser.add_argument("--least-seconds", type=float, default=LEAST_SECONDS, help=argparse.SUPPRESS)
    parser.add_argument("--warm", nargs="*", default=WARM, help=argparse.SUPPRESS)
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    parser.add_argument("--source", type=Path, default=SOURCE, help=argparse.SUPPRESS)
    parser.add_argument("--plan", type=Path, default=PLAN, help=argparse.SUPPRESS)
    parser.add_argument("--equivalent", type=Path, default=EQUIVALENT, help=argparse.SUPPRESS)
    asked = parser.parse_args(arguments)
    plan = planned(asked.source, asked.plan, asked.equivalent, asked.only)
    if asked.list:
        print(*plan.cases, sep="\n")
        return 0
    bounds = Bounds(asked.most, asked.seed, asked.minutes * 60, asked.jobs, asked.least_seconds, tuple(asked.warm))
    return run(plan, asked.root, asked.source, bounds)


if __name__ == "__main__":
    sys.exit(main())
