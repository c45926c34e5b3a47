"""The kinds of lots, as a process has learned them. A lot never changes its kind, so its grant is read once and not a burn."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lotbook.domain.credits.lots import LotKind
    from lotbook.ports.news import LotPlace

MAX_KNOWN = 50_000  # lots of a warm process; those that were asked for longest ago are forgotten


class LotKinds:
    """Kinds by account, unit and lot. Bounded, and safe under threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[LotPlace, LotKind] = OrderedDict()

    def of(self, lots: Iterable[LotPlace]) -> dict[LotPlace, LotKind]:
        """Those that are known here."""
        found: dict[LotPlace, LotKind] = {}
        with self._lock:
            for lot in lots:
                kind = self._known.get(lot)
                if kind is not None:
                    self._known.move_to_end(lot)
                    found[lot] = kind
        return found

    def learn(self, kinds: Mapping[LotPlace, LotKind]) -> None:
        """Remember what was read of grants, or came by the stream."""
        with self._lock:
            self._known.update(kinds)
            for _ in range(len(self._known) - MAX_KNOWN):
                self._known.popitem(last=False)
