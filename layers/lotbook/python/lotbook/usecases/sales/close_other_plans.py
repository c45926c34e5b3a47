"""A plan was paid for: end the pages of the account's other orders of a plan, so that nobody pays twice (NP-52).

As far as that can be: it never holds up the purchase that was paid. A page that stays open ends by itself. If it is paid
all the same, people hear of it (`plan_paid_twice`), and of two payments for one plan the later goes back (X-30).
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from lotbook.domain.sales.paid_twice import PAID_TWICE, twins_of, with_paid_twice
from lotbook.domain.sales.purchase import SETTLED, WAITING, with_state
from lotbook.domain.values.errors import Conflict, Unavailable

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

MAX_LOOKED_AT = 100  # the newest orders: older pages have ended, unless somebody opened a hundred in a day
_LOG = logging.getLogger("lotbook.plans")


def close_other_plans(purchase: Purchase, *, desk: SalesDesk) -> None:
    """Abandon what waits. Raises Unavailable only when the store does not answer."""
    rows, _ = desk.purchases.page(purchase.account_id, MAX_LOOKED_AT, None)
    for other in rows:
        waits = other.state in WAITING and other.settlement is None
        if other.plan is None or not other.has_page or other.purchase_id == purchase.purchase_id or not waits:
            continue
        try:
            _close(other, desk)
        except (Conflict, Unavailable) as refusal:  # somebody is at it, or the gateway is silent: its own end comes
            _LOG.warning("the page of %s stays open: %s", other.purchase_id, type(refusal).__name__)


def mark_twins(account: Account, purchase: Purchase, *, desk: SalesDesk) -> None:
    """Other payments for the plan of this purchase, made later than this one and settled before it, go back.

    One that is being settled at this moment is only touched, so that its worker looks again and finds out for itself.
    Raises Conflict.
    """
    for purchase_id in twins_of(account, purchase):
        twin = desk.purchases.get(account.account_id, purchase_id)  # none for a plan that only followed another one
        if twin is not None and twin.failure != PAID_TWICE:
            desk.purchases.save(with_paid_twice(twin, desk.clock.now()) if twin.state in SETTLED else twin)


def _close(other: Purchase, desk: SalesDesk) -> None:
    """Abandoned where its page is ended by us, or was never there; what else became of it, its own settling says."""
    session = desk.session_of(other)
    if session is None or desk.gateway.expire_checkout(other, session):
        desk.purchases.save(with_state(other, "abandoned", desk.clock.now()))
