"""Whether purchases and lots agree: what was paid for is there, once, and nothing else is (D1, D6, D10, D38)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from lotbook.domain.audit.differences import Disagreement
from lotbook.domain.credits.ledger import VOID_CLAIM, Entry, claw_name, granted_name, is_voiding
from lotbook.domain.credits.lots import Lot
from lotbook.domain.plans.plan_move import CONVERTED, PLAN_CHANGE, onward_lot_id
from lotbook.domain.sales.auto_orders import advance_lot
from lotbook.domain.sales.purchase import SETTLED, WAITING, Purchase, lots_of
from lotbook.domain.values.instants import HOUR
from lotbook.domain.values.light_dataclasses import dataclass

SETTLING = HOUR  # what a lot lost this recently may not have reached its purchase yet


def purchase_differences(
    purchases: Mapping[str, Purchase], entries: Mapping[tuple[str, str], Entry], now: int
) -> Iterator[Disagreement]:
    """`purchases` by id, `entries` of lots by unit and name. Purchases may be ahead of the entries, never behind."""
    moved = _moved(purchases.values())
    for purchase in purchases.values():
        if purchase.state in SETTLED:
            yield from _bought(purchase, entries)
            yield from _kept(purchase, entries, moved, now)
    for (unit, _), entry in entries.items():
        if entry.lot is not None and entry.lot.kind == "purchased" and entry.lot.purchase_id is not None:
            if (unit, entry.lot.lot_id) in moved.onward:
                continue
            by = purchases.get(entry.lot.purchase_id)
            if not (by is not None and _is_lent(entry.lot, by, entries)):
                yield from _paid_for(unit, entry, entry.lot, by)


def _bought(purchase: Purchase, entries: Mapping[tuple[str, str], Entry]) -> Iterator[Disagreement]:
    if purchase.settlement is None:
        yield Disagreement("completed_without_settlement", purchase.purchase_id, "a settlement", "none")
        return
    for lot in lots_of(purchase, rank=0):
        entry = entries.get((lot.unit, granted_name(lot.lot_id)))
        if entry is None or entry.lot is None:
            yield Disagreement("purchase_without_lot", purchase.purchase_id, lot.lot_id, "none")
        elif _content(entry.lot) != _content(lot):
            yield Disagreement("purchase_and_lot", purchase.purchase_id, str(_content(lot)), str(_content(entry.lot)))


def _content(lot: Lot) -> tuple[str, int, int, int | None, str | None]:
    return lot.unit, lot.credits, lot.effective_at, lot.expires_at, lot.purchase_id


@dataclass(frozen=True, slots=True)
class _Moved:
    """What paid changes of plan did to lots, by (unit, lot): which went on or became money, and in which lots they go on."""

    taken: frozenset[tuple[str, str]]
    onward: frozenset[tuple[str, str]]


def _moved(purchases: Iterable[Purchase]) -> _Moved:
    """Lots that went on go on again with the next change, so theirs are named there."""
    paid = [(each.purchase_id, each.move) for each in purchases if each.move is not None and each.state in SETTLED]
    taken = {(each.unit, each.lot_id) for _, move in paid for each in (*move.converted, *move.carried)}
    onward = {(each.unit, onward_lot_id(made, each.lot_id)) for made, move in paid for each in move.carried}
    return _Moved(frozenset(taken), frozenset(onward))


def _kept(
    purchase: Purchase, entries: Mapping[tuple[str, str], Entry], moved: _Moved, now: int
) -> Iterator[Disagreement]:
    """A purchase of which nothing went back has all its credits, but for those that a paid change of plan has taken."""
    if purchase.state != "completed" or purchase.refunded_minor or purchase.dispute is not None:
        return
    lots = {lot.lot_id for lot in lots_of(purchase, rank=0)}
    taken = [
        entry
        for entry in entries.values()
        if entry.kind in {"clawed_back", "adjusted"}
        and not is_voiding(entry.name)  # an operator's word, and no money of the purchase
        and entry.name.split("#")[1] in lots
        and not (entry.reason in (CONVERTED, PLAN_CHANGE) and (entry.unit, entry.name.split("#")[1]) in moved.taken)
    ]
    if sum(entry.credits for entry in taken) < 0 and max(entry.at for entry in taken) < now - SETTLING:
        gone = -sum(entry.credits for entry in taken)
        yield Disagreement("taken_back_without_refund", purchase.purchase_id, 0, gone, taken[-1].seq)


def _is_lent(lot: Lot, purchase: Purchase, entries: Mapping[tuple[str, str], Entry]) -> bool:
    """Whether the lot carries the account while an automatic charge is under way (X-08), or was void when it came to nothing."""
    lent = advance_lot(purchase, lot.rank)
    if lent is None or lent.lot_id != lot.lot_id:
        return False
    void = entries.get((lot.unit, claw_name(lot.lot_id, VOID_CLAIM)))
    return purchase.state in WAITING or (void is not None and void.requested == lot.credits)


def _paid_for(unit: str, entry: Entry, lot: Lot, purchase: Purchase | None) -> Iterator[Disagreement]:
    known = () if purchase is None else lots_of(purchase, rank=0)
    if (unit, lot.lot_id) not in {(each.unit, each.lot_id) for each in known}:
        yield Disagreement("lot_without_purchase", lot.lot_id, lot.purchase_id or "", "none", entry.seq)
