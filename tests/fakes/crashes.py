"""A process that dies at one chosen call of any port, ahead of the call's effect or right after it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

# When a process dies, in a sweep over all its calls. Ahead of a call it leaves what it leaves right after the one before: so one of
# the two is enough, and `make soak` tries both.
MOMENTS = ["after", pytest.param("before", marks=pytest.mark.soak)]


class Crash(BaseException):
    """The process is gone: nothing catches it."""


class Countdown:
    """Crashes once, at the `at`-th call of any port. `check` runs after every call: what a reader could see then."""

    def __init__(self, at: int, moment: str) -> None:
        self.left = at
        self.moment = moment
        self.crashed_in = ""
        self.is_inside = False  # of a call: what a port asks of another one is a part of it
        self.check: Callable[[], None] = lambda: None

    def wrap(self, name: str, port: Any) -> Any:
        """The port, with every method counted."""
        return _Fragile(name, port, self)

    def call(self, name: str, method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """One call, perhaps the last."""
        if self.is_inside:
            return method(*args, **kwargs)
        self.left -= 1
        is_chosen = self.left == 0
        if is_chosen and self.moment == "before":
            self.crashed_in = name
            raise Crash
        self.is_inside = True
        try:
            answer = method(*args, **kwargs)
        finally:
            self.is_inside = False
        self.check()
        if is_chosen:
            self.crashed_in = name
            raise Crash
        return answer


class _Fragile:
    def __init__(self, name: str, port: Any, countdown: Countdown) -> None:
        self._name, self._port, self._countdown = name, port, countdown

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self._countdown.call(f"{self._name}.{name}", found, args, kwargs)
