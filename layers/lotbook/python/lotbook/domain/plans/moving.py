"""An account that wants another plan: what the change does to its credits and to the price, ready to be frozen with the order."""

from __future__ import annotations

from collections.abc import Sequence

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import lots_of_period
from lotbook.domain.accounts.plan_changes import carried_lot_ids
from lotbook.domain.accounts.standings import standing_of
from lotbook.domain.plans.carrying import bought_and_companions
from lotbook.domain.plans.changes import ChangeOfPlan, change_of, credit_price
from lotbook.domain.plans.conversion import Bill, Conversion, DiscountPart, Unused, convert
from lotbook.domain.plans.plan_move import PlanMove, Taken
from lotbook.domain.plans.unused import UnusedLot, in_burn_order, is_running_period_paid, lots_to_come
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Plan
from lotbook.domain.values.light_dataclasses import dataclass, replace

NOTHING_CONVERTED = Conversion(taken=(), credits=0, discount_minor=0, parts=(), left_to_come=())


@dataclass(frozen=True, slots=True)
class Present:
    """An account at an instant, with what it has not used, under the policy that holds for it (X-33)."""

    policy: Policy
    account: Account
    lots: Sequence[UnusedLot]
    at: int

    @property
    def plan(self) -> Plan:
        """The plan it is on."""
        return self.policy.plan(self.account.plan_id)

    def change_to(self, wanted: Plan) -> ChangeOfPlan:
        """The change to a wanted plan, which is another one."""
        return change_of(self.policy, self.plan, wanted, self.account.currency)


@dataclass(frozen=True, slots=True)
class Moving:
    """The move, and the discount by what its credits were worth; no part where that rounds to nothing."""

    move: PlanMove
    parts: tuple[DiscountPart, ...]


def moving(present: Present, wanted: Plan, least_minor: int) -> Moving:
    """What the change to the wanted plan does. `least_minor`: the least that the gateway charges for it; 0: any amount.

    Credits of a period that nobody has paid for are not converted and not carried: the change replaces that period (X-25).
    """
    change, account = present.change_to(wanted), present.account
    is_paid = is_running_period_paid(present.policy, account, present.at)
    lots = tuple(lot for lot in present.lots if is_paid or lot.kind != "plan")
    to_come: tuple[UnusedLot, ...] = ()
    if change.unused_of == "billing_period" and change.plan_credits != "forfeit":
        to_come = lots_to_come(present.policy, account, present.at)
    found, price = NOTHING_CONVERTED, credit_price(present.plan, account.currency)
    if change.converts and price is not None:
        unused = Unused(unit=present.policy.units[0], lots=lots, price=price, to_come=to_come)
        bill = Bill(wanted.price_minor(account.currency) or 0, least_minor, account.currency)
        found = convert(unused, change, present.policy.plan_change.upgrade.convert, bill)
    move = _move(account, change, found)
    if change.plan_credits == "carry":
        move = replace(move, to_come=tuple(_whole(lot) for lot in to_come))
    going = bought_and_companions(lots, change, present.policy.units[0])
    if change.plan_credits == "carry":
        going = (*going, *_older(present, lots))
    return Moving(
        replace(move, carried=tuple(_whole(lot) for lot in going)), tuple(p for p in found.parts if p.amount_minor)
    )


def _older(present: Present, lots: Sequence[UnusedLot]) -> tuple[UnusedLot, ...]:
    """Plan credits of a plan before the present one, which a price did not need (X-20): they are in none of its own lots."""
    account, unit = present.account, present.policy.units[0]
    own = {lot.lot_id for lot in lots_of_period(present.policy, account, present.at).lots}
    own.update(carried_lot_ids(account, unit, standing_of(account)))
    return tuple(lot for lot in in_burn_order(lots, unit, ["plan"]) if lot.lot_id not in own)


def _whole(lot: UnusedLot) -> Taken:
    return Taken(lot.unit, lot.lot_id, lot.credits)


def _move(account: Account, change: ChangeOfPlan, found: Conversion) -> PlanMove:
    sub = account.subscription if account.plan_renews else None
    if sub is not None and sub.ended_at is not None:
        sub = None
    return PlanMove(
        kind=change.kind,
        subscription=sub.subscription if sub else None,
        item=sub.item if sub else None,
        plan_credits=change.plan_credits,
        purchased_credits=change.purchased_credits,
        converted=found.taken,
        converted_credits=found.credits,
        discount_minor=found.discount_minor,
        to_come=found.left_to_come,
    )
