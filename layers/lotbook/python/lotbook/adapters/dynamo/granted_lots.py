"""Lots as they were made, kept in the process: a grant's entry never changes, so a warm reader need not read it again."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.credits.lots import Lot

MANY = 10  # lots that are worth a query: it reads ten of them for one unit, and may meet what is none of them
MAX_LOTS_KEPT = 5_000  # about 2 MB; the least recently asked for are forgotten


class GrantedLots:
    """Safe under threads. Lots that are not there are asked for again: they may be granted meanwhile."""

    def __init__(
        self,
        entries: Callable[[str, str, Iterable[str]], Mapping[str, Entry]],
        newest: Callable[[str, str, str, int], Mapping[str, Entry]],
    ) -> None:
        self._entries, self._newest = entries, newest
        self._lock = Lock()
        self._kept: OrderedDict[tuple[str, str, str], Lot] = OrderedDict()

    def of(self, account_id: str, unit: str, lot_ids: Iterable[str]) -> dict[str, Lot]:
        """Those that were granted, by id. Raises Unavailable."""
        wanted = sorted(set(lot_ids))
        with self._lock:
            found = {lot_id: lot for lot_id in wanted if (lot := self._kept.get((account_id, unit, lot_id)))}
        missing = [ledger.granted_name(lot_id) for lot_id in wanted if lot_id not in found]
        read = dict(self._newest(account_id, unit, missing[-1], len(missing))) if len(missing) >= MANY else {}
        left = [name for name in missing if name not in read]
        read |= self._entries(account_id, unit, left) if left else {}
        found |= {entry.lot.lot_id: entry.lot for name in missing if (entry := read.get(name)) and entry.lot}
        with self._lock:
            for lot_id, lot in found.items():
                self._kept[account_id, unit, lot_id] = lot
                self._kept.move_to_end((account_id, unit, lot_id))
            for _ in range(len(self._kept) - MAX_LOTS_KEPT):
                self._kept.popitem(last=False)
        return found
