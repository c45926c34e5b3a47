"""What an account has not used when it changes its plan: lots, and months that were paid for and will not come (X-22)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import lots_of_period
from lotbook.domain.accounts.plan_time import footing
from lotbook.domain.accounts.validity import billing_period, credit_period
from lotbook.domain.credits.lots import Lot, LotKind, burn_order
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import INTERVAL_MONTHS

MAX_LOTS_MOVED = 100  # by one change of plan: each is a line of its order, and a claw-back when it is settled


@dataclass(frozen=True, slots=True, kw_only=True)
class UnusedLot:
    """What can be spent of one lot: nothing that is held, frozen, or not paid for yet.

    Lots of other units belong to the lot of the first unit that came with the same purchase (X-24). `paid_each`: what one
    credit was bought for, in major units before tax; None where nobody knows or nobody asked.
    """

    lot_id: str
    unit: str
    kind: LotKind
    credits: int
    rank: int
    expires_at: int | None
    created_at: int
    purchase_id: str | None = None
    paid_each: Decimal | None = None

    @property
    def order(self) -> tuple[int, bool, int, int, str]:
        """Its place in the burn order."""
        return burn_order(self.rank, self.expires_at, self.created_at, self.lot_id)


def in_burn_order(lots: Iterable[UnusedLot], unit: str, kinds: Iterable[LotKind]) -> tuple[UnusedLot, ...]:
    """The lots of a unit and of some kinds that hold anything, first burned first; at most MAX_LOTS_MOVED, the rest stays."""
    wanted = frozenset(kinds)
    found = (lot for lot in lots if lot.unit == unit and lot.kind in wanted and lot.credits > 0)
    return tuple(sorted(found, key=lambda lot: lot.order)[:MAX_LOTS_MOVED])


def companions_of_lot(lots: Iterable[UnusedLot], lot: UnusedLot) -> tuple[UnusedLot, ...]:
    """Lots of other units that came with this one."""
    if lot.purchase_id is None:
        return ()
    return tuple(each for each in lots if each.purchase_id == lot.purchase_id and each.unit != lot.unit)


def is_running_period_paid(policy: Policy, account: Account, at: int) -> bool:
    """Whether the billing period that holds `at` was paid for. A plan that is billed elsewhere, or not at all, counts as paid."""
    period = billing_period(policy.plan(account.plan_id), account, at)
    return not account.plan_renews or period is None or footing(policy, account, period[0], at) == "paid"


def lots_to_come(policy: Policy, account: Account, at: int) -> tuple[UnusedLot, ...]:
    """The plan lots of those credit periods that the running billing period still has to come, after the present one (X-22).

    None are to come where the running period was not paid for, and none on a plan for a term.
    """
    plan = policy.plan(account.plan_id)
    period = billing_period(plan, account, at)
    if plan.interval == "term" or period is None or not is_running_period_paid(policy, account, at):
        return ()
    found, start = list[UnusedLot](), credit_period(plan, account, at)[1]
    for _ in range(INTERVAL_MONTHS[plan.interval]):
        if start >= period[1]:
            break
        found += [_unused(lot) for lot in lots_of_period(policy, account, start).lots if lot.kind == "plan"]
        start = credit_period(plan, account, start)[1]
    return tuple(found)


def _unused(lot: Lot) -> UnusedLot:
    return UnusedLot(
        lot_id=lot.lot_id,
        unit=lot.unit,
        kind=lot.kind,
        credits=lot.credits,
        rank=lot.rank,
        expires_at=lot.expires_at,
        created_at=lot.created_at,
    )
