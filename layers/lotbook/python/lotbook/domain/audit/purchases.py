"""Whether purchases and lots agree: what was paid for is there, once, and nothing else is (D1, D6, D10, D38)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lotbook.domain.audit.differences import Difference
from lotbook.domain.credits.ledger import Entry, granted_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.sales.purchase import SETTLED, Purchase, lots_of
from lotbook.domain.values.instants import HOUR

MOVED = frozenset({"plan_change", "converted"})  # a change of plan took them: they went on, or became money
SETTLING = HOUR  # what a lot lost this recently may not have reached its purchase yet


def purchase_differences(
    purchases: Mapping[str, Purchase], entries: Mapping[tuple[str, str], Entry], now: int
) -> Iterator[Difference]:
    """`purchases` by id, `entries` of lots by unit and name. Purchases may be ahead of the entries, never behind."""
    for purchase in purchases.values():
        if purchase.state in SETTLED:
            yield from _bought(purchase, entries)
            yield from _kept(purchase, entries, now)
    for (unit, _), entry in entries.items():
        if entry.lot is not None and entry.lot.kind == "purchased" and entry.lot.purchase_id is not None:
            yield from _paid_for(unit, entry, entry.lot, purchases.get(entry.lot.purchase_id))


def _bought(purchase: Purchase, entries: Mapping[tuple[str, str], Entry]) -> Iterator[Difference]:
    if purchase.settlement is None:
        yield Difference("completed_without_settlement", purchase.purchase_id, "a settlement", "none")
        return
    for lot in lots_of(purchase, rank=0):
        entry = entries.get((lot.unit, granted_name(lot.lot_id)))
        if entry is None or entry.lot is None:
            yield Difference("purchase_without_lot", purchase.purchase_id, lot.lot_id, "none")
        elif _content(entry.lot) != _content(lot):
            yield Difference("purchase_and_lot", purchase.purchase_id, str(_content(lot)), str(_content(entry.lot)))


def _content(lot: Lot) -> tuple[str, int, int, int | None, str | None]:
    return lot.unit, lot.credits, lot.effective_at, lot.expires_at, lot.purchase_id


def _kept(purchase: Purchase, entries: Mapping[tuple[str, str], Entry], now: int) -> Iterator[Difference]:
    """A purchase of which nothing went back has all its credits."""
    if purchase.state != "completed" or purchase.refunded_minor or purchase.dispute is not None:
        return
    lots = {lot.lot_id for lot in lots_of(purchase, rank=0)}
    taken = [
        entry
        for entry in entries.values()
        if entry.kind in {"clawed_back", "adjusted"} and entry.name.split("#")[1] in lots and entry.reason not in MOVED
    ]
    if sum(entry.credits for entry in taken) < 0 and max(entry.at for entry in taken) < now - SETTLING:
        gone = -sum(entry.credits for entry in taken)
        yield Difference("taken_back_without_refund", purchase.purchase_id, 0, gone, taken[-1].seq)


def _paid_for(unit: str, entry: Entry, lot: Lot, purchase: Purchase | None) -> Iterator[Difference]:
    known = () if purchase is None else lots_of(purchase, rank=0)
    if (unit, lot.lot_id) not in {(each.unit, each.lot_id) for each in known}:
        yield Difference("lot_without_purchase", lot.lot_id, lot.purchase_id or "", "none", entry.seq)
