"""One trial: the tests of a stage on a mutated module, in a process of its own that is forked and thrown away.

The parent has imported what is slow and never changes, and nothing of the product: so a trial costs little more than its
tests. A mutant that never ends is ended by the clock of its own process: of its processor's seconds, for one that goes round, which are
the same on a busy machine; and an alarm clock, many times later, for one that waits.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import spec_from_file_location
from pathlib import Path
from tempfile import NamedTemporaryFile
from types import ModuleType
from typing import Literal

Verdict = Literal["killed", "survived", "endless"]
OPTIONS = ("-x", "-q", "--no-header", "-p", "no:cacheprovider", "--assert=plain", "-W", "ignore")
PASSED, FAILED = 0, 1
ENDED_BY = (signal.SIGPROF, signal.SIGALRM)
TIMES_AS_LONG_AWAKE = 10  # a trial may last, on a machine that is busy with others, as its processor's seconds


@dataclass(frozen=True, slots=True)
class Trial:
    """What is imported instead of what lies at `path`, and the tests that are run on it."""

    root: Path
    module: str
    path: Path
    source: bytes
    tests: Sequence[str]
    seconds: float
    output: str = os.devnull  # where the tests' own words go


class TestsFail(Exception):
    """Tests that fail on the code as it is say nothing about a mutant. The text is theirs."""

    __test__ = False


class _Swapped(MetaPathFinder, Loader):
    """Hands out the mutated source for one module's name."""

    def __init__(self, trial: Trial) -> None:
        self.trial = trial

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        if name != self.trial.module:
            return None
        return spec_from_file_location(name, self.trial.path, loader=self)

    def create_module(self, spec: ModuleSpec) -> None:
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.trial.source, str(self.trial.path), "exec"), module.__dict__)


def start(trial: Trial) -> int:
    """Begins a trial; the process's number."""
    pid = os.fork()
    if pid:
        return pid
    code = FAILED
    try:
        for number in ENDED_BY:
            signal.signal(number, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, trial.seconds)
        signal.setitimer(signal.ITIMER_REAL, TIMES_AS_LONG_AWAKE * trial.seconds)
        code = _run(trial)
    finally:
        os._exit(code)


def _run(trial: Trial) -> int:
    import pytest

    os.chdir(trial.root)
    output = os.open(trial.output, os.O_WRONLY | os.O_CREAT)
    os.dup2(output, 1)
    os.dup2(output, 2)
    sys.meta_path.insert(0, _Swapped(trial))
    code = int(pytest.main([*OPTIONS, *trial.tests]))
    sys.stdout.flush()
    return code


def verdict_of(status: int) -> Verdict:
    """What the end of a trial's process says. A test that cannot even be collected has noticed the mutant, too."""
    if os.WIFSIGNALED(status):
        return "endless" if os.WTERMSIG(status) in ENDED_BY else "killed"
    return "survived" if os.WEXITSTATUS(status) == PASSED else "killed"


def seconds_of(trial: Trial) -> float:
    """How long the tests keep a processor. Raises TestsFail where they do not pass."""
    with NamedTemporaryFile("r") as words:
        _, status, used = os.wait4(start(replace(trial, output=words.name)), 0)
        if verdict_of(status) != "survived":
            raise TestsFail(words.read())
    return used.ru_utime + used.ru_stime
