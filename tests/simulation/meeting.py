"""Two that meet: at one chosen call of the first, ahead of its effect or right after it, the second does all that it does.

Or the first is gone there, or its answer is lost. Calls of the second are not counted, and may meet a third in the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from lotbook.domain.values.errors import Unavailable
from tests.fakes.crashes import Crash


@dataclass
class Meeting:
    """`at`: which call, counted from 1; `moment`: "before" or "after" its effect; `then`: what happens there."""

    at: int = 0
    moment: str = "before"
    then: Callable[[], None] = lambda: None
    is_on: bool = False
    seen: int = 0
    where: str = ""
    names: list[str] = field(default_factory=list)

    def wrap(self, name: str, port: Any) -> Any:
        """The port, with every method counted while it is on."""
        return _Met(name, port, self)

    def run(self, first: Callable[[], object]) -> int:
        """The first, met on its way. How many calls it made."""
        self.is_on, self.seen = True, 0
        try:
            first()
        finally:
            self.is_on = False
        return self.seen

    def call(self, name: str, method: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        if not self.is_on:
            return method(*args, **kwargs)
        self.seen += 1
        is_here = self.seen == self.at
        if is_here and self.moment == "before":
            self._meet(name)
        answer = method(*args, **kwargs)
        if is_here and self.moment == "after":
            self._meet(name)
        return answer

    def _meet(self, name: str) -> None:
        self.where, self.is_on = name, False
        self.then()
        self.is_on = True


def gone() -> None:
    """The process is gone."""
    raise Crash


def lost() -> None:
    """Whoever called does not hear what became of it."""
    raise Unavailable


class _Met:
    def __init__(self, name: str, port: Any, meeting: Meeting) -> None:
        self._name, self._port, self._meeting = name, port, meeting

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found
        return lambda *args, **kwargs: self._meeting.call(f"{self._name}.{name}", found, args, kwargs)
