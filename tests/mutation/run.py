"""Tries mutants, a few at a time, within a bound on time, and says what survived."""

from __future__ import annotations

import importlib
import os
import random
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.mutation.plan import Case, Plan
from tests.mutation.trial import TestsFail, Trial, Verdict, seconds_of, start, verdict_of

# Slow to import, and the same in every trial. Nothing of the product: a trial imports that itself.
WARM = (
    "pytest",
    "_pytest.assertion.rewrite",
    "hypothesis",
    "boto3",
    "botocore.client",
    "moto",
    "moto.dynamodb",
    "pydantic",
    "yaml",
)
LEAST_SECONDS = 20.0  # a trial may take, however quick its tests are
TIMES_AS_LONG = 6  # as its tests take on the code as it is, a trial may take
EVERY_SECONDS = 10.0  # a line of progress


@dataclass(frozen=True, slots=True)
class Bounds:
    """How many mutants are tried, in which order, for how long (seconds), how many at a time, and what is imported before."""

    most: int
    seed: int
    seconds: float
    jobs: int
    least: float = LEAST_SECONDS
    warm: tuple[str, ...] = WARM


@dataclass(slots=True)
class _Running:
    case: Case
    stage: int


@dataclass(slots=True)
class _Round:
    """The trials of one run."""

    root: Path
    source: Path
    least: float
    limits: dict[tuple[str, ...], float] = field(default_factory=dict)
    running: dict[int, _Running] = field(default_factory=dict)
    counts: Counter[Verdict] = field(default_factory=Counter)
    survivors: list[Case] = field(default_factory=list)

    def begin(self, case: Case, stage: int = 0) -> None:
        """Raises TestsFail where the stage's tests do not pass on the code as it is; they are run once to know that."""
        tests = case.target.stages[stage]
        if tests not in self.limits:
            took = seconds_of(self._trial(case, stage, mutated=False))
            self.limits[tests] = max(self.least, TIMES_AS_LONG * took)
        self.running[start(self._trial(case, stage))] = _Running(case, stage)

    def end_one(self) -> None:
        """Waits for the next trial that ends; a mutant that nobody noticed goes on to its next stage."""
        pid, status = os.wait()
        ended = self.running.pop(pid)
        verdict = verdict_of(status)
        if verdict == "survived" and ended.stage + 1 < len(ended.case.target.stages):
            self.begin(ended.case, ended.stage + 1)
            return
        self.counts[verdict] += 1
        if verdict == "survived":
            self.survivors.append(ended.case)
            print(f"SURVIVED {ended.case}", flush=True)

    def _trial(self, case: Case, stage: int, *, mutated: bool = True) -> Trial:
        path = self.source / case.target.file
        text = path.read_bytes()
        tests = case.target.stages[stage]
        seconds = self.limits.get(tests, 600.0)
        source = case.mutant.applied(text) if mutated else text
        return Trial(self.root, case.target.module, path, source, tests, seconds)


def choose(cases: Sequence[Case], bounds: Bounds) -> list[Case]:
    """The cases of a run: the seed says which, and in which order."""
    chosen = list(cases)
    random.Random(bounds.seed).shuffle(chosen)
    return chosen[: bounds.most or len(chosen)]


def run(plan: Plan, root: Path, source: Path, bounds: Bounds) -> int:
    """Prints progress and survivors. 0: none survived; 1: some did; 2: the tests fail, or `equivalent` is out of date."""
    for row in plan.stale:
        print(f"no such mutant any more, take it off the list of equivalents: {row}")
    for name in bounds.warm:
        with suppress(ImportError):
            importlib.import_module(name)
    chosen = choose(plan.cases, bounds)
    began, made = time.monotonic(), _Round(root, source, bounds.least)
    if plan.stale:
        return 2
    try:
        tried = _try_all(made, chosen, bounds, began)
    except TestsFail as fail:
        print(f"the tests fail without any change:\n{fail}")
        return 2
    _report(made, plan, tried, len(chosen), time.monotonic() - began)
    return 1 if made.survivors else 0


def _try_all(made: _Round, chosen: list[Case], bounds: Bounds, began: float) -> int:
    tried, told = 0, began
    while tried < len(chosen) or made.running:  # ends: every trial has a bound, and so has the time to begin one
        now = time.monotonic()
        late = now - began > bounds.seconds
        if late and not made.running:
            break
        if tried < len(chosen) and len(made.running) < bounds.jobs and not late:
            made.begin(chosen[tried])
            tried += 1
            continue
        made.end_one()
        if now - told > EVERY_SECONDS:
            told = now
            done = sum(made.counts.values())
            print(f"{done} of {len(chosen)} in {now - began:.0f} s, {len(made.survivors)} survived", flush=True)
    return tried


def _report(made: _Round, plan: Plan, tried: int, chosen: int, seconds: float) -> None:
    if made.survivors:
        print("\nNo test noticed:")
        for case in sorted(made.survivors, key=str):
            print(f"  {case}")
    cut = f" (the time was over before the other {chosen - tried})" if tried < chosen else ""
    print(
        f"\n{tried} of {len(plan.cases)} mutants tried in {seconds:.0f} s{cut}: {made.counts['killed']} killed, "
        f"{made.counts['endless']} endless, {made.counts['survived']} survived; {plan.equivalent} known to change nothing"
    )
