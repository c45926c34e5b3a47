"""Repairs of reconciliation: each is a use case that others call too, and does nothing twice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.sales.fulfil import deliver, loaded
from lotbook.usecases.sales.settle_purchase import settle_purchase

if TYPE_CHECKING:
    from lotbook.domain.reconciliation.differences import Difference
    from lotbook.usecases.sales.desk import SalesDesk


def repair(difference: Difference, *, desk: SalesDesk) -> None:
    """Do what repairs the difference, if anything does. Raises PurchaseNotFound, Unavailable and what the use case raises."""
    account_id, purchase_id = difference.account_id, difference.purchase_id
    if account_id is None or purchase_id is None:
        return
    match difference.rule.repair:
        case "settle":
            settle_purchase(account_id, purchase_id, desk=desk)
        case "expire_checkout":
            _expire(account_id, purchase_id, difference.reference, desk)
        case "grant_again":
            _grant_again(account_id, purchase_id, desk)
        case "money_back":
            follow_money_back(account_id, purchase_id, desk=desk)


def _expire(account_id: str, purchase_id: str, session: str | None, desk: SalesDesk) -> None:
    """End a page that nobody is to pay any more; what was paid meanwhile is settled."""
    if session is not None:
        desk.gateway.expire_checkout(desk.purchase(account_id, purchase_id), session)
    settle_purchase(account_id, purchase_id, desk=desk)


def _grant_again(account_id: str, purchase_id: str, desk: SalesDesk) -> None:
    """Only while nothing went back: what was taken from a lot that is not there is for people to look at."""
    purchase = desk.purchase(account_id, purchase_id)
    if purchase.state == "completed" and not purchase.refunded_minor:
        deliver(loaded(purchase, desk=desk))
