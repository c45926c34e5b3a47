"""What an account has not used, as an order of a plan needs it: only where it may become money (MK-40) or be carried (X-23)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.plans.moving import Present
from lotbook.domain.plans.unused import UnusedLot
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.sales.prices import paid_each
from lotbook.usecases.credits.balance import read_balance

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.credits.requests import LotView
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.items import Item
    from lotbook.ports.shop import PurchaseStore
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.credits.desk import CreditDesk


def unused_for(
    item: Item, loaded: LoadedAccount, *, desk: CreditDesk, purchases: PurchaseStore
) -> tuple[UnusedLot, ...]:
    """The account's unused lots in every unit; none for an order that neither converts nor carries bought ones.

    Raises UnknownPlan, Unavailable.
    """
    if not isinstance(item, PlanItem) or item.plan_id == loaded.account.plan_id:
        return ()
    present = Present(loaded.policy, loaded.account, (), desk.clock.now())
    wanted = loaded.policy.plan(item.plan_id)
    change = present.change_to(wanted)
    if not wanted.renews or not (change.converts or change.purchased_credits == "carry"):
        return ()
    return read_unused(loaded, desk=desk, purchases=purchases)


def read_unused(loaded: LoadedAccount, *, desk: CreditDesk, purchases: PurchaseStore) -> tuple[UnusedLot, ...]:
    """What can be spent of every lot now: nothing that is held, frozen, not paid for yet, or still to begin.

    Raises Unavailable.
    """
    account_id, found = loaded.account.account_id, list[UnusedLot]()
    for unit in loaded.policy.units:
        balance = read_balance(account_id, unit, desk=desk)
        spendable = (lot for lot in balance.lots if lot.state == "open" and lot.effective_at <= balance.as_of)
        found += _unused(spendable, loaded.policy, account_id, purchases)
    return tuple(found)


def _unused(lots: Iterable[LotView], policy: Policy, account_id: str, purchases: PurchaseStore) -> list[UnusedLot]:
    asks_what_was_paid = policy.plan_change.upgrade.convert.price == "lower_of_paid_and_plan"
    found = []
    for lot in lots:
        purchase = purchases.get(account_id, lot.purchase_id) if asks_what_was_paid and lot.purchase_id else None
        found.append(
            UnusedLot(
                lot_id=lot.lot_id,
                unit=lot.unit,
                kind=lot.kind,
                credits=lot.remaining,
                rank=policy.rank(lot.kind),
                expires_at=lot.expires_at,
                created_at=lot.effective_at,
                purchase_id=lot.purchase_id,
                paid_each=paid_each(purchase) if purchase is not None else None,
            )
        )
    return found
