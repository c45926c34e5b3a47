"""The work behind the queue: charge what is claimed, claim what is due. The same for a message, a repeated one, and the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.auto_top_ups import Need, is_due
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.usecases.accounts.load_account import load_account
from lotbook.usecases.automatic.claim import claim
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.sales.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.automatic.desk import AutoDesk

WORK_ATTEMPTS = 8  # lost races: each means that somebody else wrote the account


def work(account_id: str, purchase_id: str | None, *, desk: AutoDesk) -> Purchase | None:
    """The automatic purchase after a look: the named one, or the one that the account is due for. None: nothing is bought.

    With `purchase_id` the row is charged or settled (`settle_purchase`); without one the account's books are looked at, a
    purchase is claimed where it is due, and charged. Idempotent; a message may come twice, late or never.
    Raises AccountNotFound, PurchaseNotFound, Unavailable (let the message come again).
    """
    if purchase_id is not None:
        return settle_purchase(account_id, purchase_id, desk=desk.sales)
    for _ in range(WORK_ATTEMPTS):
        loaded = _loaded(account_id, desk)
        record = loaded.account.auto
        if record is None:
            return None
        if record.charge is not None:
            return settle_purchase(account_id, record.charge.purchase_id, desk=desk.sales)
        try:
            claimed = _claimed(loaded, desk)
        except Conflict:
            continue
        return None if claimed is None else settle_purchase(account_id, claimed, desk=desk.sales)
    raise Unavailable(retry_after_seconds=1)


def _claimed(loaded: LoadedAccount, desk: AutoDesk) -> str | None:
    """The purchase that is claimed because the account runs low, or owes credits; None where it does not. Raises Conflict."""
    account_id, rule = loaded.account.account_id, loaded.policy.auto_top_up
    desk.sales.follow_pauses(account_id)  # the book's mark, where a crash has left it behind
    found = read_balance(account_id, loaded.policy.units[0], desk=desk.credits)
    need = Need(found.available, debt=found.shortfall)
    if rule is not None and not is_due(rule, need):
        return None
    claimed = claim(_loaded(account_id, desk), need, None, desk=desk.claiming)
    return None if claimed is None else claimed.row.purchase_id


def _loaded(account_id: str, desk: AutoDesk) -> LoadedAccount:
    ports = desk.claiming
    return load_account(account_id, accounts=ports.accounts, policies=ports.policies, clock=ports.clock)
