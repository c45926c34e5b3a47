"""Bought credits that go on with a new plan: they end with it, and stay bought ones (MK-41, X-23, X-24).

The order names the lots, companions among them, so every attempt takes the same ones; how much of each was left is what the
ledger says was taken. Each goes on in a lot of its own, with the purchase that brought it, so that a later change still knows
which companions came with which credits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.standings import with_standing
from lotbook.domain.accounts.validity import billing_period, credit_period
from lotbook.domain.credits import ledger
from lotbook.domain.credits.orders import ClawBack
from lotbook.domain.plans.plan_move import CARRIED_BOUGHT, PLAN_CHANGE, onward_lot_id
from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.credits.lots import claw_back, grant_lot, granted_lot
from lotbook.usecases.sales.leave_plan import PolicyPair

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.terms import Move
    from lotbook.domain.credits.ledger import Entry
    from lotbook.domain.plans.plan_move import Taken
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk


def carry_purchased(account: Account, move: Move, policies: PolicyPair, row: Purchase, *, desk: SalesDesk) -> None:
    """Take what is left of the lots that the order names, and grant it anew. Raises Unavailable."""
    start, ends_at = instants.cut_to_second(move.at), carried_until(account, move, policies, row)
    for each in row.move.carried if row.move else ():
        onward, credits = onward_lot_id(row.purchase_id, each.lot_id), _taken(row, each, desk)
        if credits:
            lot = granted_lot(row.account_id, each.unit, each.lot_id, desk.books)
            made = replace(
                lot, lot_id=onward, credits=credits, effective_at=start, expires_at=ends_at, created_at=start
            )
            grant_lot(row.account_id, replace(made, reason=CARRIED_BOUGHT, provisional=False), desk=desk.credits)


def _taken(row: Purchase, each: Taken, desk: SalesDesk) -> int:
    """What was left of the lot, now gone. Of one that a dispute has frozen since the order nothing is: it stays where it is."""
    lot = granted_lot(row.account_id, each.unit, each.lot_id, desk.books)
    claim, entries = f"carried.{row.purchase_id}", desk.books.lot_entries(row.account_id, each.unit, each.lot_id)
    is_known = any(entry.name == ledger.claw_name(each.lot_id, claim) for entry in entries)
    if _is_frozen(entries) and not is_known:
        return 0
    onward = onward_lot_id(row.purchase_id, each.lot_id)
    order = ClawBack(each.lot_id, claim, lot.credits, reference=onward, reason=PLAN_CHANGE, unused_only=True)
    return claw_back(row.account_id, each.unit, order, desk=desk.credits).removed


def _is_frozen(entries: Sequence[Entry]) -> bool:
    kinds = [entry.kind for entry in sorted(entries, key=lambda entry: entry.seq)]
    return kinds.count("frozen") > kinds.count("unfrozen")


def carried_until(account: Account, move: Move, policies: PolicyPair, row: Purchase) -> int:
    """When carried credits end: with the first credit period of the new plan, or with its first billing period."""
    rules = policies.was.plan_change
    rule = (rules.downgrade if row.move and row.move.kind == "downgrade" else rules.upgrade).carried_until
    on_it = with_standing(account, move.became)
    plan, at = policies.became.plan(move.became.plan_id), instants.cut_to_second(move.at)
    billed = billing_period(plan, on_it, at) if rule == "billing_period_end" else None
    return (billed or credit_period(plan, on_it, at))[1]
