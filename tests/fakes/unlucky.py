"""The outbox's other sides where a call goes wrong: it raises before it is done, or after."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

from tests.fakes.outbox import World

PORTS = ("bus", "latches", "notices", "accounts", "policies", "many", "queue")
Decide = Callable[[int], BaseException | None]


@dataclass
class Luck:
    """Counts calls of ports. `before` and `after` say by its number what a call raises, without being done and after it was."""

    before: Decide = lambda _: None
    after: Decide = lambda _: None
    calls: int = 0

    def __post_init__(self) -> None:
        self._lock = Lock()

    def next(self) -> int:
        """The number of this call, from 1."""
        with self._lock:
            self.calls += 1
            return self.calls


class Unlucky:
    """A port whose calls have luck."""

    def __init__(self, port: Any, luck: Luck) -> None:
        self._port, self._luck = port, luck

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: Any, **more: Any) -> Any:
            number = self._luck.next()
            if (error := self._luck.before(number)) is not None:
                raise error
            answer = found(*args, **more)
            if (error := self._luck.after(number)) is not None:
                raise error
            return answer

        return call


def with_luck(world: World, luck: Luck) -> World:
    """The same world, delivered by another process whose calls have that luck."""
    made = World.__new__(World)
    made.__dict__ |= world.__dict__
    ports: dict[str, Any] = {name: Unlucky(getattr(world.outlets, name), luck) for name in PORTS}
    fresh = replace(world.outlets, kinds=type(world.outlets.kinds)(), known=type(world.outlets.known)())
    made.outlets = replace(fresh, **ports)
    made.statement = Unlucky(world.statement, luck)  # type: ignore[assignment]
    return made
