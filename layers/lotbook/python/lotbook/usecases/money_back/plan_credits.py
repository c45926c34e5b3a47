"""The credits of a plan whose money went back: all that its periods brought is taken, wherever it has gone since (D28).

A change of plan takes what is left of the old plan's credits, and may carry it on in a lot of the new plan; its entry refers
to that lot. So what a term brought is found in the ledger: its own lots, then those in which its credits were carried on.
What was burned anywhere on the way becomes shortfall; what had expired, or was forfeited, is nobody's gain and is not owed.
Each lot is taken from once by the purchase's id and the step of its reversal; money that comes back gives back the same.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_changes import MAX_TERMS, lots_of_term
from lotbook.domain.credits import ledger
from lotbook.domain.credits.orders import ClawBack, Restore
from lotbook.domain.money_back.plan_credits import carried_on, claim_of, still_there, taken_for
from lotbook.usecases.credits.lots import claw_back, restore_lot
from lotbook.usecases.money_back.period_money import lots_of_payment, share_of
from lotbook.usecases.sales.change_plan import finish_moves, term_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.domain.sales.reversals import Reversal
    from lotbook.usecases.sales.desk import SalesDesk

REASON = "money_back"


def take_plan_credits(purchase: Purchase, step: int, *, desk: SalesDesk) -> None:
    """All the money of the plan has gone back: take what its periods brought. Raises AccountNotFound, Unavailable."""
    _take_all(purchase, step, dict.fromkeys(_own_lots(purchase, desk)), desk)


def follow_share(purchase: Purchase, was: Reversal, target: Reversal, *, desk: SalesDesk) -> None:
    """Take of each lot of the row's period the share of the money that is gone, wherever it has gone since (X-28).

    Where less is gone than before, everything is given up first, and the share taken anew. Raises AccountNotFound, Unavailable.
    """
    if target.plan_minor == was.plan_minor:
        return
    less = target.plan_minor < was.plan_minor
    if less:
        give_plan_credits_back(purchase, desk=desk)
    needs: dict[str, int | None] = {}
    for lot in lots_of_payment(purchase, desk=desk):
        needs[lot.lot_id] = share_of(purchase, lot, target) - (0 if less else share_of(purchase, lot, was))
    _take_all(purchase, target.step, {lot_id: need for lot_id, need in needs.items() if need}, desk)


def _take_all(purchase: Purchase, step: int, needs: dict[str, int | None], desk: SalesDesk) -> None:
    for level in range(MAX_TERMS):  # a lot that was carried on is carried on again by the next change, never back
        claim = claim_of(purchase.purchase_id, f"{step}.{level}")
        onward: dict[str, int | None] = {}
        for lot in _granted(purchase, needs, desk):
            for lot_id, credits in _take(purchase, lot, needs[lot.lot_id], claim, desk).items():
                onward[lot_id] = (onward.get(lot_id) or 0) + credits
        needs = onward


def give_plan_credits_back(purchase: Purchase, *, desk: SalesDesk) -> None:
    """The plan's money is back: give up what was taken for it, wherever that was. Raises AccountNotFound, Unavailable."""
    mine = (
        [lot.lot_id for lot in lots_of_payment(purchase, desk=desk)] if purchase.renews else _own_lots(purchase, desk)
    )
    found = set(mine)
    seen: set[str] = set()
    for _ in range(MAX_TERMS):
        lots = _granted(purchase, found - seen, desk)
        seen |= found
        for lot in lots:
            entries = desk.books.lot_entries(purchase.account_id, lot.unit, lot.lot_id)
            found |= {entry.reference for entry in entries if entry.kind == "clawed_back" and entry.reference}
            for claim, credits in taken_for(lot.lot_id, purchase.purchase_id, entries):
                restore_lot(
                    purchase.account_id, lot.unit, Restore(lot.lot_id, claim, credits, reason=REASON), desk=desk.credits
                )


def _take(purchase: Purchase, lot: Lot, need: int | None, claim: str, desk: SalesDesk) -> dict[str, int]:
    """Take what is needed of the lot (None: all of it), and say what is still to be taken where it was carried on."""
    account_id, unit, lot_id = purchase.account_id, lot.unit, lot.lot_id
    entries = desk.books.lot_entries(account_id, unit, lot_id)
    need = lot.credits if need is None else need
    known = next((entry for entry in entries if entry.name == ledger.claw_name(lot_id, claim)), None)
    got = -known.credits if known is not None else 0
    if known is None and still_there(lot.credits, entries):
        taken = claw_back(account_id, unit, ClawBack(lot_id, claim, need, reason=REASON), desk=desk.credits)
        got = taken.removed + taken.shortfall
    finish_moves(account_id, desk)  # one that is under way may have carried on what was there before us
    moved, left = carried_on(desk.books.lot_entries(account_id, unit, lot_id)), need - got
    onward = {}
    for other in _granted(purchase, moved, desk):
        onward[other.lot_id] = min(moved[other.lot_id], left)
        left -= onward[other.lot_id]
    return onward


def _own_lots(purchase: Purchase, desk: SalesDesk) -> list[str]:
    account = finish_moves(purchase.account_id, desk)
    policy = desk.account(purchase.account_id).published.policy
    return [lot.lot_id for lot in lots_of_term(policy, account, term_of(purchase), desk.clock.now())]


def _granted(purchase: Purchase, lot_ids: Iterable[str], desk: SalesDesk) -> list[Lot]:
    """Those of the lots that were granted: a period that nobody looked into brought nothing."""
    names = [ledger.granted_name(lot_id) for lot_id in lot_ids]
    found = desk.books.entries(purchase.account_id, purchase.unit, names) if names else {}
    return [entry.lot for name in names if (entry := found.get(name)) is not None and entry.lot is not None]
