"""Purchases against their lots, from an account's mark on: those that are new, that waited, or whose lots moved.

What differs there is looked at again in whole, as the rotation does it, and only that counts: a part may lack what explains it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.audit.marks import MAX_WATCHED, AccountMark
from lotbook.domain.audit.purchases import purchase_differences
from lotbook.domain.credits.ledger import Entry, granted_name
from lotbook.domain.sales.auto_orders import advance_lot
from lotbook.domain.sales.purchase import WAITING, Purchase, lots_of
from lotbook.domain.values.instants import HOUR
from lotbook.domain.values.light_dataclasses import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from lotbook.domain.audit.differences import Disagreement
    from lotbook.ports.audit import AuditStore
    from lotbook.ports.books import BookStore
    from lotbook.ports.shop import PurchaseStore

A_PAGE = 100
MAX_PURCHASES = 100_000  # of one account
OVERLAP = HOUR  # purchases are listed by the clock of whoever made them, and are written a moment later
MOVES = frozenset({"granted", "clawed_back", "adjusted"})  # kinds of entries that a purchase answers for
Lots = set[tuple[str, str]]  # unit and id
Entries = dict[tuple[str, str], Entry]  # by unit and name


@dataclass(frozen=True, slots=True)
class PurchasePorts:
    """What the comparison reads, and where the account's mark goes."""

    purchases: PurchaseStore
    books: BookStore
    audits: AuditStore
    keep: Callable[[AccountMark], None]
    has_time: Callable[[], bool]


@dataclass(slots=True)
class PurchaseAudit:
    """One account's turn. `asked`: the instant at which somebody asked for the whole, 0 where nobody did."""

    account_id: str
    ports: PurchasePorts
    mark: AccountMark
    now: int
    asked: int = 0
    looked_at: int = 0
    found: list[Disagreement] = field(default_factory=list)

    def lots_moved(self, unit: str, entries: Iterable[Entry]) -> None:
        """New entries of lots, before their book's mark says that they were audited. Raises Unavailable."""
        if self._wants_whole():
            return
        lots = self._bought(unit, entries)
        known = {name: each for name in sorted(set(lots.values())) if (each := self._purchase(name)) is not None}
        if lots:
            self._suspect(known, set(lots))

    def run(self, units: Sequence[str]) -> bool:
        """Purchases that are new or have waited, and the whole where it is to be looked at; False where the time did not suffice.

        Raises Unavailable.
        """
        if not self._wants_whole():
            known = self._news()
            if known is None:
                return False
            self._suspect(known, set())
            if not self._wants_whole():
                if known:  # on a day without a purchase nothing is written
                    self._move_on(known)
                return True
        return self._whole(units)

    def _wants_whole(self) -> bool:
        return self.mark.wants_whole(self.now, self.asked)

    def _suspect(self, known: dict[str, Purchase], lots: Lots) -> None:
        """What differs in a part is kept as a wish for the whole, so that it is not lost with this run."""
        if self._differences(known, self._entries(known, lots)):
            self.mark = replace(self.mark, whole_ended_at=0)
            self.ports.keep(self.mark)

    def _whole(self, units: Sequence[str]) -> bool:
        known = self._purchases(0)  # first: what is completed here has its lots in what is read after it
        if known is None:
            return False
        entries: Entries = {}
        for unit in units:
            if not self.ports.has_time():
                return False
            book = self.ports.books.get(self.account_id, unit)
            last = () if book is None else book.outcomes.values()  # of a turn that was not journaled yet
            events = [*last, *self.ports.audits.lot_events(self.account_id, unit)]
            entries |= {(unit, entry.name): entry for entry in events if entry.name.startswith("lot#")}
        self.found = self._differences(known, entries)
        self._move_on(known)
        self.mark = replace(self.mark, whole_ended_at=0 if self.found else self.now)
        return True

    def _differences(self, known: dict[str, Purchase], entries: Entries) -> list[Disagreement]:
        for entry in entries.values():
            bought_by = entry.lot.purchase_id if entry.lot else None
            if bought_by is not None and bought_by not in known:
                newer = self._purchase(bought_by)
                known |= {} if newer is None else {bought_by: newer}
        self.looked_at = len(known)
        return list(purchase_differences(known, entries, self.now))

    def _news(self) -> dict[str, Purchase] | None:
        """Purchases since the mark, and those that waited then."""
        found = self._purchases(max(self.mark.seen_until - OVERLAP, 1))
        if found is None:
            return None
        for name in sorted(set(self.mark.watched) - found.keys()):
            if not self.ports.has_time():
                return None
            known = self._purchase(name)
            found |= {} if known is None else {name: known}
        return found

    def _purchase(self, name: str) -> Purchase | None:
        return self.ports.purchases.get(self.account_id, name)

    def _purchases(self, since: int) -> dict[str, Purchase] | None:
        """Those that were made since then, by id; None where the time did not suffice."""
        found: dict[str, Purchase] = {}
        after: str | None = None
        limit = A_PAGE if since <= 0 else 1  # on a day without a purchase, one is read
        for _ in range(MAX_PURCHASES // A_PAGE):
            if not self.ports.has_time():
                return None
            page, after = self.ports.purchases.page(self.account_id, limit, after)
            found |= {each.purchase_id: each for each in page if each.created_at >= since}
            if after is None or page[-1].created_at < since:
                break
            limit = A_PAGE
        return found

    def _bought(self, unit: str, new: Iterable[Entry]) -> dict[tuple[str, str], str]:
        """Purchased lots that new entries are about, and which purchase each is of."""
        names = {granted_name(entry.name.split("#")[1]) for entry in new if entry.kind in MOVES}
        granted = self.ports.books.entries(self.account_id, unit, sorted(names)) if names else {}
        return {
            (unit, entry.lot.lot_id): entry.lot.purchase_id
            for entry in granted.values()
            if entry.lot is not None and entry.lot.kind == "purchased" and entry.lot.purchase_id
        }

    def _entries(self, known: Mapping[str, Purchase], touched: Iterable[tuple[str, str]]) -> Entries:
        """Everything that was journaled about the lots of these purchases."""
        lots: Lots = set(touched)
        for purchase in known.values():
            advance = advance_lot(purchase, rank=0)
            made = (*lots_of(purchase, rank=0), *(() if advance is None else (advance,)))
            lots |= {(lot.unit, lot.lot_id) for lot in made}
        return {
            (unit, entry.name): entry
            for unit, lot_id in sorted(lots)
            for entry in self.ports.books.lot_entries(self.account_id, unit, lot_id)
        }

    def _move_on(self, known: Mapping[str, Purchase]) -> None:
        waiting = sorted((name for name, each in known.items() if each.state in WAITING), reverse=True)
        self.mark = replace(self.mark, seen_until=self.now, watched=tuple(waiting[:MAX_WATCHED]))
