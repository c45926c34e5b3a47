"""What sweeps remember, and an index of due work over whatever a test keeps, in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any

from lotbook.domain.sales.purchase import Purchase
from lotbook.ports.shop import Clock, DueIndex, DueItem
from lotbook.ports.sweeps import Stumble, SweepMemory
from lotbook.usecases.attempts import raise_failures
from lotbook.usecases.inbox.sweep_money_back import Undelivered
from lotbook.usecases.inbox.sweep_purchases import purchases_due
from lotbook.usecases.sales.desk import SalesDesk
from lotbook.usecases.sweeping import Swept, Work, sweep


class FakeMemory:
    """Implements `SweepMemory`."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], Stumble] = {}
        self.event_ids: frozenset[str] = frozenset()
        self.claimed: set[str] = set()

    def stumbles(self, kind: str) -> Mapping[str, Stumble]:
        return {name: stumble for (of, name), stumble in self.kept.items() if of == kind}

    def keep(self, kind: str, name: str, stumble: Stumble) -> None:
        self.kept[kind, name] = stumble

    def forget(self, kind: str, name: str) -> None:
        self.kept.pop((kind, name), None)

    def claim(self, name: str, at: int) -> bool:
        is_new = name not in self.claimed
        self.claimed.add(name)
        return is_new

    def followed(self) -> frozenset[str]:
        return self.event_ids

    def keep_followed(self, event_ids: Iterable[str]) -> None:
        self.event_ids = frozenset(event_ids)


class FakeNextRun:
    """Implements `NextRun`."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, dict[str, Any]]] = []

    def begin(self, function: str, event: Mapping[str, Any]) -> None:
        self.begun.append((function, dict(event)))


class FakeDue:
    """Implements `DueIndex`. `listed` answers what there is of a kind; an item that was postponed is due at that instant
    until its own has changed, as if whoever finished it had written it anew. `find`: one of them, where there are many."""

    def __init__(
        self, listed: Callable[[str], Iterable[DueItem]], find: Callable[[DueItem], DueItem | None] | None = None
    ) -> None:
        self._listed = listed
        self._find = find or self._among_all
        self._lock = Lock()
        # By kind and subject: its own instant then, and the one it was moved to.
        self.moved: dict[tuple[str, str], tuple[int, int]] = {}

    def due(self, kind: str, until: int, limit: int) -> Iterator[DueItem]:
        found = [self._present(replace(item, place=(kind, ""))) for item in self._listed(kind)]
        found = [item for item in found if item.due_at <= until]
        yield from sorted(found, key=lambda item: item.due_at)[:limit]

    def postpone(self, item: DueItem, until: int) -> DueItem | None:
        with self._lock:
            own = self._find(item)
            if own is None or self._present(replace(own, place=item.place)).due_at != item.due_at:
                return None
            self.moved[item.place[0], item.subject] = own.due_at, until
            return replace(item, due_at=until)

    def _among_all(self, item: DueItem) -> DueItem | None:
        kind, _ = item.place
        return next((own for own in self._listed(kind) if own.subject == item.subject), None)

    def _present(self, own: DueItem) -> DueItem:
        was, moved_to = self.moved.get((own.place[0], own.subject), (own.due_at, own.due_at))
        return replace(own, due_at=moved_to) if was == own.due_at else own


LONG = 10**9


def swept(work: Work, clock: Clock, memory: SweepMemory | None = None, time_left: int = LONG) -> Swept:
    """One run over one kind of work. Raises what failed, as the schedules' functions do."""
    done = sweep([work], memory=memory or FakeMemory(), clock=clock, time_left=lambda: time_left)[work.kind]
    raise_failures(done.failures, f"{done.finished} were")
    return done


def look_at_purchases(desk: SalesDesk, due: DueIndex, **more: Any) -> tuple[int, int]:
    """One run of the scheduled recheck over the purchases alone: how many were looked at, how many are decided."""
    decided = list[Purchase]()
    bounds = {"bounds": more.pop("bounds")} if "bounds" in more else {}
    done = swept(purchases_due(desk=desk, due=due, decided=decided.append, **bounds), desk.clock, **more)
    return done.finished, len(decided)


def look_at_events(desk: SalesDesk, memory: SweepMemory | None = None) -> int:
    """One run over the undelivered events alone: how many payments were followed."""
    memory = memory or FakeMemory()
    undelivered = Undelivered(desk, memory)
    try:
        swept(undelivered.work(), desk.clock, memory)
    finally:
        undelivered.close()
    return undelivered.followed
