"""What sweeps remember between two runs, and how a run that leaves work begins the next.

Every method raises Unavailable when the store does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Stumble:
    """Something that failed `times` in a row, and last rang at `rang_at`; it is tried again at `until`."""

    times: int
    rang_at: int
    until: int


class SweepMemory(Protocol):
    """Few small items: only what fails is in it. Reads are strongly consistent."""

    def stumbles(self, kind: str) -> Mapping[str, Stumble]:
        """What fails of a kind, by name; at most MAX_STUMBLES of them."""
        ...

    def keep(self, kind: str, name: str, stumble: Stumble) -> None:
        """Write it over what was kept under the name."""
        ...

    def forget(self, kind: str, name: str) -> None:
        """It was done."""
        ...

    def followed(self) -> frozenset[str]:
        """Ids of the undelivered events that were followed, as they were last kept."""
        ...

    def keep_followed(self, event_ids: Iterable[str]) -> None:
        """These and no others."""
        ...

    def claim(self, name: str, at: int) -> bool:
        """Whether nobody has claimed the name before; it is forgotten some days after the instant `at`."""
        ...


class NextRun(Protocol):
    """Begins a function anew, beside its schedule. Raises Unavailable."""

    def begin(self, function: str, event: Mapping[str, Any]) -> None:
        """Invoke the function (its ARN) with the event, soon, without waiting for it."""
        ...
