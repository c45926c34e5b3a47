"""Fulfilment: one function for webhook, recheck, abandon and schedule. Ask the gateway, compare, grant, complete.

Every step may be the last one before a crash, and any number of callers may be at work: the settlement is frozen by the
first, lots are granted once by their id, and `completed` is written after the credits exist.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.items import PlanRenewalItem
from lotbook.domain.sales.plan_verdicts import unequal_invoice, with_paid_invoice
from lotbook.domain.sales.purchase import SETTLED, never_opened, paid_at, with_settlement
from lotbook.domain.sales.verdicts import CheckoutVerdict, expires_at_of, verdict, with_facts, with_verdict
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.usecases.sales.fulfil import Settling, completed, loaded, quarantined
from lotbook.usecases.sales.settle_auto import settle_auto
from lotbook.usecases.sales.settle_plan_order import settle_plan_order
from lotbook.usecases.sales.settle_renewal import settle_renewal

if TYPE_CHECKING:
    from lotbook.domain.sales.gateway import CheckoutFacts
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

SETTLE_ATTEMPTS = 8  # lost races: each means that somebody else moved the purchase on


def settle_purchase(account_id: str, purchase_id: str, *, desk: SalesDesk) -> Purchase:
    """The purchase, brought to what the gateway says now, with its credits if it is paid (NP-24, NP-29, IS-10).

    Raises PurchaseNotFound; Unavailable when the gateway or the store does not answer.
    """
    for _ in range(SETTLE_ATTEMPTS):
        purchase = desk.purchase(account_id, purchase_id)
        if purchase.state in SETTLED:
            return purchase
        try:
            if isinstance(purchase.item, PlanRenewalItem):
                return settle_renewal(purchase, desk=desk)
            if purchase.auto is not None:
                return settle_auto(purchase, desk=desk)
            if purchase.is_by_card:
                return settle_plan_order(purchase, desk=desk)
            case = loaded(purchase, desk=desk)
            case = case if purchase.settlement else _judged(case)
            return completed(case) if case.purchase.settlement else case.purchase
        except Conflict:
            continue
    raise Unavailable("The purchase is being settled; ask again.")


def _judged(case: Settling) -> Settling:
    """The purchase after the gateway's facts. Without a session it is still being made, or making it failed for good."""
    order, desk = case.purchase, case.desk
    session = desk.session_of(order, case.account)
    now = desk.clock.now()
    if session is None:
        return case.saved(never_opened(order, now))
    facts = desk.gateway.checkout(session)
    judged = verdict(order, facts, desk.gateway.deployment)
    known = with_facts(order, facts)
    if judged.kind == "paid" and order.renews:
        return _subscribed(case, known, facts)
    if judged.kind == "mismatch":
        return quarantined(case, with_verdict(order, judged, now), facts.session, ",".join(judged.mismatches))
    if judged.kind != "paid":
        return case.saved(with_verdict(known, judged, now))
    paid = paid_at(order, facts.payment.paid_at if facts.payment else None, now)
    return case.saved(
        with_settlement(known, now, expires_at_of(order, case.policy, case.account, now, paid=paid), paid)
    )


def _subscribed(case: Settling, known: Purchase, facts: CheckoutFacts) -> Settling:
    """A page of a plan that renews was paid: its invoice says for what, and from when."""
    desk, now = case.desk, case.desk.clock.now()
    invoice = desk.plans.plan_invoice(facts.invoice) if facts.invoice else None
    wrong = ("invoice",) if invoice is None else unequal_invoice(known, invoice, desk.gateway.deployment)
    if invoice is None or wrong or invoice.state != "paid":
        judged = CheckoutVerdict("mismatch", mismatches=wrong or ("state",))
        return quarantined(case, with_verdict(case.purchase, judged, now), facts.session, ",".join(judged.mismatches))
    settled = with_paid_invoice(known, invoice, now)
    paid = settled.settlement.paid_at if settled.settlement and settled.settlement.paid_at else now
    expires_at = expires_at_of(settled, case.policy, case.account, now, paid=paid)
    return case.saved(with_paid_invoice(known, invoice, now, expires_at))
