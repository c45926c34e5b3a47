"""What a process has learned and what never changes: kinds of lots, policy and currency of accounts. It is read once and not a burn."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import TYPE_CHECKING, Generic, TypeVar

from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Name = TypeVar("Name", bound=Hashable)
Value = TypeVar("Value")

MAX_KNOWN = 50_000  # of one kind, in a warm process; those that were asked for longest ago are forgotten


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """Frozen when the account is opened."""

    policy_id: str
    currency: str


class Known(Generic[Name, Value]):
    """Bounded, and safe under threads. What is not there is not remembered: it may come."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[Name, Value] = OrderedDict()

    def of(self, names: Iterable[Name]) -> dict[Name, Value]:
        """Those that are known here."""
        found: dict[Name, Value] = {}
        with self._lock:
            for name in names:
                known = self._known.get(name)
                if known is not None:
                    self._known.move_to_end(name)
                    found[name] = known
        return found

    def learn(self, known: Mapping[Name, Value]) -> None:
        """Remember what was read, or came by the stream."""
        with self._lock:
            self._known.update(known)
            for _ in range(len(self._known) - MAX_KNOWN):
                self._known.popitem(last=False)
