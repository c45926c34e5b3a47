"""Being asked to stop: by Ctrl-C, by SIGTERM or SIGHUP, once or in bursts (`timeout`, systemd, containers and make send several)."""

from __future__ import annotations

import os
import select
import signal
from types import FrameType

ASKING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class Stopped(Exception):
    """Somebody asked us to stop before everything had started."""


class Stop:
    """Whether somebody asked this process to stop. Made in the main thread; from then on no signal ends the process by itself.

    Python runs a handler of its own between any two steps of the program, also inside another handler: whatever takes a lock
    there (as `Event.set` does) can wait for itself for ever (N4). So the handler sets one attribute, and the interpreter
    itself, in C, writes the byte that wakes whoever waits.
    """

    def __init__(self) -> None:
        self.asked = False
        self._woken, waking = os.pipe()
        for end in (self._woken, waking):
            os.set_blocking(end, False)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        for number in ASKING:
            signal.signal(number, self._ask)

    def _ask(self, _number: int, _frame: FrameType | None) -> None:
        self.asked = True

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until somebody asks; answers whether somebody has."""
        if not self.asked:
            select.select([self._woken], [], [], seconds)
        return self.asked

    def go_on(self) -> None:
        """Raises Stopped when somebody has asked."""
        if self.asked:
            raise Stopped


def ignore_signals() -> None:
    """For the last moments of a process, when Python takes its own handlers away: it ends by itself, with its own code."""
    for number in ASKING:
        signal.signal(number, signal.SIG_IGN)


def interrupt_on_signals() -> None:
    """For a command that works and then ends: the first signal interrupts it like Ctrl-C, what comes after it changes nothing."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        ignore_signals()
        raise KeyboardInterrupt

    for number in ASKING:
        signal.signal(number, interrupt)
