"""Runs the scheduled functions at the template's rates, in real time, and on demand."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from local.cloud.functions import FunctionFailed, Functions
from local.cloud.template import Schedule
from lotbook.domain.values.instants import to_text
from lotbook.ports.shop import Clock


@dataclass(frozen=True, slots=True)
class LastRun:
    """How a scheduled function last ended. `at`: when it began, by the run's clock. `failed`: it raised, and answered nothing."""

    at: int
    milliseconds: int
    by_hand: bool
    failed: bool
    answer: Any


class Schedules:
    """The template's schedules. A failed run is tried again at the next interval."""

    def __init__(
        self,
        schedules: Iterable[Schedule],
        functions: Functions,
        clock: Clock,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._schedules = tuple(schedules)
        self._functions = functions
        self._clock = clock
        self._elapsed = elapsed
        self._stopped = threading.Event()
        self._last: dict[str, LastRun] = {}

    def names(self) -> list[str]:
        """The scheduled functions' folders."""
        return sorted({schedule.function for schedule in self._schedules})

    def rates(self) -> dict[str, int]:
        """Seconds from one run to the next, by the functions' folders."""
        return {schedule.function: schedule.seconds for schedule in self._schedules}

    def last_runs(self) -> dict[str, LastRun]:
        """The last run of each function that has run since the start."""
        return dict(self._last)

    def run(self, function: str, asked: Mapping[str, Any] | None = None, *, by_hand: bool = True) -> Any:
        """Invoke the function now, for all its works; answers its result. `asked` are members of the event, too.

        Raises FunctionFailed.
        """
        at, began = self._clock.now(), self._elapsed()
        answer, failed = None, True
        try:
            answer = self._functions.invoke(function, {**(asked or {}), **self._event(function)})
            failed = False
        finally:
            took = round((self._elapsed() - began) * 1_000)
            self._last[function] = LastRun(at, took, by_hand, failed, answer)
        return answer

    def start(self) -> None:
        """Begin to run every schedule at its rate; the first run is one interval from now."""
        for schedule in self._schedules:
            name = f"every-{schedule.function}-{schedule.name}"
            threading.Thread(target=self._repeat, args=(schedule,), name=name, daemon=True).start()

    def stop(self) -> None:
        """Run nothing any more."""
        self._stopped.set()

    def _repeat(self, schedule: Schedule) -> None:
        while not self._stopped.wait(schedule.seconds):
            try:
                self.run(schedule.function, schedule.input, by_hand=False)
            except FunctionFailed:
                continue  # its traceback is in the log; the next interval tries again

    def _event(self, function: str) -> dict[str, Any]:
        return {
            "version": "0",
            "id": str(uuid4()),
            "detail-type": "Scheduled Event",
            "source": "aws.scheduler",
            "account": "000000000000",
            "time": to_text(self._clock.now()),
            "region": "us-east-1",
            "resources": [f"arn:aws:scheduler:us-east-1:000000000000:schedule/default/{function}"],
            "detail": "{}",
        }
