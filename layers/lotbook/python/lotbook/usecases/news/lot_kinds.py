"""The kinds of lots, as a process has learned them. A lot never changes its kind, so its grant is read once and not a burn."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import TYPE_CHECKING

from lotbook.usecases.credits.book_ledger import BookLedger

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from lotbook.domain.credits.lots import LotKind
    from lotbook.ports.books import BookStore

MAX_KNOWN = 50_000  # lots of a warm process; those that were asked for longest ago are forgotten


class LotKinds:
    """Kinds by account and lot. Bounded, and safe under threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._known: OrderedDict[tuple[str, str], LotKind] = OrderedDict()

    def of(self, account_id: str, unit: str, lot_ids: Iterable[str], *, books: BookStore) -> Mapping[str, LotKind]:
        """Those of the lots; one read for all that are new here, none where none is. Raises Unavailable."""
        found: dict[str, LotKind] = {}
        new: list[str] = []
        with self._lock:
            for lot_id in lot_ids:
                kind = self._known.get((account_id, lot_id))
                if kind is None:
                    new.append(lot_id)
                else:
                    self._known.move_to_end((account_id, lot_id))
                    found[lot_id] = kind
        lots = BookLedger(account_id, unit, books).lots(new) if new else {}
        return found | self._learned(account_id, {lot_id: lot.kind for lot_id, lot in lots.items()})

    def _learned(self, account_id: str, kinds: dict[str, LotKind]) -> dict[str, LotKind]:
        with self._lock:
            for lot_id, kind in kinds.items():
                self._known[account_id, lot_id] = kind
            for _ in range(len(self._known) - MAX_KNOWN):
                self._known.popitem(last=False)
        return kinds
