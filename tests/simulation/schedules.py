"""Several workers over one whole desk, in every order of their calls that takes few switches, with a crash where a worker stops.

The explorer looks at every interleaving, but of one book alone. Here accounts, rows, books and the gateway are together; so a
world is too large for that, and what is bounded is how often one worker gives way to another. A schedule is one run of the real
use cases on threads, of which exactly one moves: no luck in it, and it can be run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Semaphore, Thread
from typing import Any

from lotbook.domain.values.errors import Outcome
from tests import patience
from tests.fakes.changing import ChangingDesk
from tests.fakes.crashes import Crash

WHOLE = 1_000_000  # more calls than a worker makes
PATIENCE = patience.SECONDS  # that a worker may take for its calls
Work = Callable[[ChangingDesk], object]


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many calls of one worker in a row; `dies`: with the last of them, and its client sends the same again at the end."""

    worker: int
    calls: int = WHOLE
    dies: bool = False


@dataclass(frozen=True, slots=True)
class World:
    """What has been before, who works at once, and what must hold when all are done."""

    begin: Callable[[Callable[[str, Any], Any]], ChangingDesk]
    workers: tuple[Work, ...]
    promise: Callable[[ChangingDesk], list[str]]


class Worker:
    """A thread that makes as many calls as it was given, then waits."""

    def __init__(self, work: Work) -> None:
        self.work, self.left, self.made = work, 0, 0
        self.dies = self.is_done = False
        self.error: BaseException | None = None
        self.go, self.back = Semaphore(0), Semaphore(0)
        self.thread: Thread | None = None

    def run(self, desk: ChangingDesk, calls: int, *, dies: bool = False) -> None:
        """So many calls on, or to its end."""
        if self.is_done:
            return
        self.left, self.dies = calls, dies
        if self.thread is None:
            self.thread = Thread(target=self._run, args=(desk,), daemon=True)
            self.thread.start()
        else:
            self.go.release()
        assert self.back.acquire(timeout=PATIENCE), "a worker waits for something that never comes"

    def called(self) -> None:
        """After the effect of each of its calls."""
        self.made += 1
        self.left -= 1
        if self.left > 0:
            return
        if self.dies:
            raise Crash
        self.back.release()
        assert self.go.acquire(timeout=PATIENCE), "nobody goes on with this worker"

    def _run(self, desk: ChangingDesk) -> None:
        try:
            self.work(desk)
        except (Outcome, Crash):
            pass  # told to send it again, or gone
        except BaseException as error:  # noqa: BLE001 (whatever breaks in a worker is told)
            self.error = error
        self.is_done = True
        self.back.release()


class Ports:
    """Wraps the ports of a desk: each call ends the turn of the worker that made it, when its stretch is over."""

    def __init__(self) -> None:
        self.at_work: Worker | None = None

    def wrap(self, _name: str, port: Any) -> Any:
        return _Port(port, self)


class _Port:
    def __init__(self, port: Any, ports: Ports) -> None:
        self._port, self._ports = port, ports

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: Any, **kwargs: Any) -> Any:
            worker = self._ports.at_work
            try:
                return found(*args, **kwargs)
            finally:
                if worker is not None:
                    worker.called()

        return call


def played(world: World, schedule: tuple[Stretch, ...]) -> tuple[list[str], list[int]]:
    """What does not hold after the schedule, and how many calls each worker made.

    After the stretches every worker goes on to its end, then each of them is sent once more, as clients and schedules do.
    """
    ports = Ports()
    desk = world.begin(ports.wrap)
    workers = [Worker(work) for work in world.workers]

    def run(worker: Worker, calls: int, *, dies: bool = False) -> None:
        ports.at_work = worker
        worker.run(desk, calls, dies=dies)
        ports.at_work = None

    for stretch in schedule:
        run(workers[stretch.worker], stretch.calls, dies=stretch.dies)
    for worker in workers:
        run(worker, WHOLE)
    broken = [f"worker {n} broke: {worker.error!r}" for n, worker in enumerate(workers) if worker.error is not None]
    for work in world.workers:
        again = Worker(work)
        run(again, WHOLE)
        broken += [f"sent again it broke: {again.error!r}"] if again.error is not None else []
    return broken + world.promise(desk), [worker.made for worker in workers]


def lengths(world: World) -> list[int]:
    """How many calls each worker makes where nobody has come before."""
    return [played(world, (Stretch(n),))[1][n] for n in range(len(world.workers))]


def schedules(calls: list[int], step: int) -> Iterator[tuple[Stretch, ...]]:
    """One worker stops after each of its calls, dead or alive; another one works up to each `step`-th of its calls; then the rest.

    `step` WHOLE: the other one works to its end.
    """
    for first in range(len(calls)):
        for second in (each for each in range(len(calls)) if each != first):
            for at in range(1, calls[first] + 1):
                for dies in (False, True):
                    yield Stretch(first, at, dies), Stretch(second)
                    for until in range(step, calls[second], step):
                        yield Stretch(first, at, dies), Stretch(second, until)


def explored(world: World, step: int = WHOLE) -> int:
    """How many schedules hold. Raises AssertionError with the first that does not."""
    known = tuple(schedules(lengths(world), step))
    for schedule in known:
        differences, _ = played(world, schedule)
        assert not differences, ("; ".join(differences), schedule)
    return len(known)
