"""Events about subscriptions and their invoices: look at what they are now.

Which kinds lead to a look is a matter of work saved, never of truth: whatever is missed here, the schedule finds by the rows.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import SETTLED
from lotbook.usecases.money_back.paid_twice import send_back_paid_twice
from lotbook.usecases.plans.follow_invoice import follow_invoice
from lotbook.usecases.plans.follow_subscription import follow_subscription, settle_first
from lotbook.usecases.sales.follow_cards import keep_card

if TYPE_CHECKING:
    from lotbook.domain.sales.gateway import EventHint
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

INVOICE, SUBSCRIPTION = "invoice.", "customer.subscription."
# Drafts and everything that is said twice lead to nothing: an answer to `invoice.created` other than 2xx would stop collection.
INVOICES = frozenset(
    {
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "invoice.payment_action_required",
        "invoice.finalization_failed",
        "invoice.voided",
        "invoice.marked_uncollectible",
    }
)
SUBSCRIPTIONS = frozenset(
    {
        "customer.subscription.created",
        "customer.subscription.updated",
        "customer.subscription.deleted",
        "customer.subscription.pending_update_applied",
        "customer.subscription.pending_update_expired",
    }
)


def is_about_plan(hint: EventHint) -> bool:
    """Whether it is about a subscription, or about an invoice of one."""
    return hint.subscription is not None and hint.kind.startswith((INVOICE, SUBSCRIPTION))


def handle_plan_event(hint: EventHint, *, desk: SalesDesk) -> Purchase | None:
    """The row that the event led to, if it led to one. Raises AccountNotFound, PurchaseNotFound, Unavailable."""
    account_id = str(hint.tag.account_id)
    if hint.kind in SUBSCRIPTIONS and hint.subscription is not None:
        row = settle_first(account_id, hint.subscription, desk=desk)
        follow_subscription(account_id, hint.subscription, desk=desk)
    elif hint.kind in INVOICES and hint.object_id is not None:
        row = follow_invoice(account_id, hint.object_id, desk=desk)
    else:
        return None
    if row is None or row.state not in SETTLED:
        return row
    keep_card(row, desk=desk)
    return send_back_paid_twice(row, desk=desk)
