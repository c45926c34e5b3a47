"""What a closed account still has at the gateway ends: its subscription, its pages, its cards. Done again, nothing happens.

Unpaid invoices of the subscription are void, so nothing is collected any more; what was paid stays paid. Credits are neither
taken nor paid back: they end when they would have ended. A payment that comes all the same is settled as ever, and rings.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from lotbook.domain.accounts.renewing import without_plan
from lotbook.domain.sales.purchase import WAITING
from lotbook.domain.values.errors import AccountNotFound
from lotbook.usecases.attempts import attempt
from lotbook.usecases.sales.abandon_purchase import end_order
from lotbook.usecases.sales.change_plan import change_account
from lotbook.usecases.sales.end_other_subscriptions import end_for_good
from lotbook.usecases.sales.follow_cards import look_at_cards

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

PAGE = 100
MAX_PAGES = 10  # the newest thousand orders: pages of older ones have ended


def end_at_gateway(account_id: str, *, desk: SalesDesk) -> None:
    """Raises AccountNotFound; Unavailable where the gateway does not answer; what one order raises, after all else was done."""
    account = desk.accounts.get(account_id)
    if account is None:
        raise AccountNotFound
    _end_plan(account, desk)
    look_at_cards(account_id, desk=desk)  # those of a closed account come off file
    tried = [attempt(partial(_end_order, order, desk)) for order in _open_orders(account_id, desk)]
    for each in tried:
        if each.error is not None:
            raise each.error


def _end_plan(account: Account, desk: SalesDesk) -> None:
    """Whatever of the account's customers may still be charged; then the account leaves its plan, if that one renews."""
    for customer in account.customers:
        for found in desk.plans.subscriptions(customer):
            if found.is_live and found.tag.account_id == account.account_id:
                end_for_good(found.subscription, desk=desk)
    # Also where it has none: whoever left it before may have died before its lots had followed.
    change_account(account.account_id, lambda now: without_plan(now.policy, now.account, desk.clock.now()), desk)
    desk.credits.renew(account.account_id)
    desk.follow_pauses(account.account_id)


def _open_orders(account_id: str, desk: SalesDesk) -> list[Purchase]:
    found: list[Purchase] = []
    after: str | None = None
    for _ in range(MAX_PAGES):
        rows, after = desk.purchases.page(account_id, PAGE, after)
        found += [row for row in rows if row.state in WAITING]
        if after is None:
            break
    return found


def _end_order(order: Purchase, desk: SalesDesk) -> None:
    """Its page is closed, its invoice void; what was paid meanwhile is settled."""
    if order.auto is not None and order.gateway_refs.invoice is not None:
        desk.gateway.void(order.gateway_refs.invoice)
    end_order(order.account_id, order.purchase_id, desk=desk)
