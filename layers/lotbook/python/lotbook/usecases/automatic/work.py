"""The work behind the queue: charge what is claimed, claim what is due. The same for a message, a repeated one, and the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.automatic.desk import AutoDesk


def work(account_id: str, purchase_id: str | None, *, desk: AutoDesk) -> Purchase | None:
    """The automatic purchase after a look: the named one, or the one that the account is due for. None: nothing is bought.

    With `purchase_id` the row is charged or settled (`settle_purchase`); without one the account's books are looked at, a
    purchase is claimed where it is due, and charged. Idempotent; a message may come twice, late or never.
    Raises AccountNotFound, PurchaseNotFound, Unavailable (let the message come again).
    """
    raise NotImplementedError
