"""Money that comes for an account that is closed: it is settled like any other, and people hear of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.close import is_closed
from lotbook.usecases.alarms import alarm

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.usecases.sales.desk import SalesDesk


def hear_of_late_money(account: Account, purchase_id: str, *, desk: SalesDesk) -> None:
    """Before the purchase is completed: rather twice than never. Its credits cannot be used, so the money is to go back.

    What the payment has begun at the gateway, a subscription, a card on file, ends with the next look. Raises Unavailable.
    """
    if not is_closed(account):
        return
    alarm("paid_after_closing", account_id=account.account_id, purchase_id=purchase_id)
    desk.closings.ask(account.account_id, desk.clock.now())
