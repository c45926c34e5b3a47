"""Bought credits that go on with a new plan: they end with it, and stay bought ones (MK-41, X-23, X-24).

Which lots those may be follows from the account's purchases, so every attempt takes the same ones; how much of each was left is
what the ledger says was taken. All of them go on in one lot for each unit.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.standings import with_standing
from lotbook.domain.accounts.validity import billing_period, credit_period
from lotbook.domain.credits import ledger
from lotbook.domain.credits.lots import Lot, is_dead
from lotbook.domain.credits.orders import ClawBack
from lotbook.domain.sales.purchase import settled_lot_id
from lotbook.domain.values import ids, instants
from lotbook.usecases.credits.lots import claw_back, grant_lot
from lotbook.usecases.sales.leave_plan import REASON, Policies

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.terms import Move
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

MAX_PAGES, PAGE = 20, 100  # of the account's purchases, the newest first
CARRIED = "purchased credits carried over"


def carry_purchased(account: Account, move: Move, policies: Policies, row: Purchase, *, desk: SalesDesk) -> None:
    """Take what is left of the lots that were bought before the change, and grant it anew. Raises Unavailable."""
    at = instants.cut_to_second(move.at)
    for unit in policies.became.units:
        onward = carried_lot_id(row, unit)
        total = 0
        for lot_id in _candidates(row, unit, desk):
            total += _taken(account.account_id, unit, lot_id, onward, row=row, at=at, desk=desk)
        if total:
            grant_lot(account.account_id, _lot(account, move, policies, row, (unit, total)), desk=desk.credits)


def carried_lot_id(row: Purchase, unit: str) -> str:
    """The lot in which bought credits go on after the change that the row paid for."""
    return ids.derived("lot", row.created_at, row.purchase_id, unit, "carried purchased")


def _candidates(row: Purchase, unit: str, desk: SalesDesk) -> list[str]:
    """Lots of purchases that were settled before this change, and those in which earlier changes carried some on."""
    found, after = list[str](), None
    for _ in range(MAX_PAGES):
        rows, after = desk.purchases.page(row.account_id, PAGE, after)
        for each in rows:
            if each.purchase_id == row.purchase_id or each.settlement is None or row.settlement is None:
                continue
            if each.settlement.at > row.settlement.at:
                continue
            if each.settlement.lot_id is not None and unit in (each.unit, *dict(each.companions)):
                found.append(settled_lot_id(each, unit))
            if each.move is not None and each.move.purchased_credits == "carry":
                found.append(carried_lot_id(each, unit))
        if after is None:
            break
    return found


def _taken(account_id: str, unit: str, lot_id: str, onward: str, *, row: Purchase, at: int, desk: SalesDesk) -> int:
    entry = desk.books.entry(account_id, unit, ledger.granted_name(lot_id))
    if entry is None or entry.lot is None or is_dead(entry.lot.expires_at, at):
        return 0
    claim = f"carried.{row.purchase_id}"
    order = ClawBack(lot_id, claim, entry.lot.credits, reference=onward, reason=REASON, unused_only=True)
    return claw_back(account_id, unit, order, desk=desk.credits).removed


def _lot(account: Account, move: Move, policies: Policies, row: Purchase, held: tuple[str, int]) -> Lot:
    unit, credits = held
    at = instants.cut_to_second(move.at)
    return Lot(
        lot_id=carried_lot_id(row, unit),
        unit=unit,
        kind="purchased",
        credits=credits,
        rank=policies.became.rank("purchased"),
        effective_at=at,
        expires_at=carried_until(account, move, policies, row),
        created_at=at,
        reason=CARRIED,
    )


def carried_until(account: Account, move: Move, policies: Policies, row: Purchase) -> int:
    """When carried credits end: with the first credit period of the new plan, or with its first billing period."""
    rules = policies.was.plan_change
    rule = (rules.downgrade if row.move and row.move.kind == "downgrade" else rules.upgrade).carried_until
    on_it = with_standing(account, move.became)
    plan, at = policies.became.plan(move.became.plan_id), instants.cut_to_second(move.at)
    billed = billing_period(plan, on_it, at) if rule == "billing_period_end" else None
    return (billed or credit_period(plan, on_it, at))[1]
