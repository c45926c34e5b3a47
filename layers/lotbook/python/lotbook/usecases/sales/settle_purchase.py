"""Fulfilment: one function for webhook, recheck, abandon and schedule. Ask the gateway, compare, grant, complete.

Every step may be the last one before a crash, and any number of callers may be at work: the settlement is frozen by the
first, lots are granted once by their id, and `completed` is written after the credits exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lotbook.domain.sales.billing import with_snapshot
from lotbook.domain.sales.paid_twice import is_paid_twice, with_paid_twice
from lotbook.domain.sales.purchase import SETTLED, lots_of, never_opened, paid_at, with_completion, with_settlement
from lotbook.domain.sales.verdicts import expires_at_of, verdict, with_facts, with_verdict
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.usecases.alarms import alarm
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.sales.change_plan import begin_plan
from lotbook.usecases.sales.close_other_plans import close_other_plans, mark_twins

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.gateway import CheckoutFacts
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

SETTLE_ATTEMPTS = 8  # lost races: each means that somebody else moved the purchase on


@dataclass(frozen=True, slots=True)
class Settling:
    """A purchase on its way, the policy version that it was ordered under, and its account: loaded once, handed on."""

    purchase: Purchase
    policy: Policy
    account: Account
    desk: SalesDesk

    def saved(self, purchase: Purchase) -> Settling:
        """With the purchase as it is now, written where it changed. Raises Conflict."""
        return self if purchase == self.purchase else replace(self, purchase=self.desk.purchases.save(purchase))


def settle_purchase(account_id: str, purchase_id: str, *, desk: SalesDesk) -> Purchase:
    """The purchase, brought to what the gateway says now, with its credits if it is paid (NP-24, NP-29, IS-10).

    Raises PurchaseNotFound; Unavailable when the gateway or the store does not answer.
    """
    for _ in range(SETTLE_ATTEMPTS):
        purchase = desk.purchase(account_id, purchase_id)
        if purchase.state in SETTLED:
            return purchase
        try:
            case = loaded(purchase, desk=desk)
            case = case if purchase.settlement else _judged(case)
            return _completed(case) if case.purchase.settlement else case.purchase
        except Conflict:
            continue
    raise Unavailable("The purchase is being settled; ask again.")


def loaded(purchase: Purchase, *, desk: SalesDesk) -> Settling:
    """What the settling of a purchase needs. Raises AccountNotFound."""
    return Settling(purchase, desk.policy_of(purchase), desk.account(purchase.account_id).account, desk)


def _judged(case: Settling) -> Settling:
    """The purchase after the gateway's facts. Without a session it is still being made, or making it failed for good."""
    order, desk = case.purchase, case.desk
    session = desk.session_of(order, case.account)
    now = desk.clock.now()
    if session is None:
        return case.saved(never_opened(order, now))
    facts = desk.gateway.checkout(session)
    judged = verdict(order, facts, desk.gateway.deployment)
    if judged.kind == "mismatch":
        return _quarantined(case, facts, with_verdict(order, judged, now), ",".join(judged.mismatches))
    known = with_facts(order, facts)
    if judged.kind != "paid":
        return case.saved(with_verdict(known, judged, now))
    paid = paid_at(order, facts.payment.paid_at if facts.payment else None, now)
    return case.saved(
        with_settlement(known, now, expires_at_of(order, case.policy, case.account, now, paid=paid), paid)
    )


def _quarantined(case: Settling, facts: CheckoutFacts, marked: Purchase, fields: str) -> Settling:
    """Money that does not match the order grants nothing and rings once; people look into it (D8)."""
    if marked != case.purchase:
        alarm(
            "payment_mismatch",
            account_id=marked.account_id,
            purchase_id=marked.purchase_id,
            session=facts.session,
            fields=fields,
        )
    return case.saved(marked)


def deliver(case: Settling) -> Account:
    """Bring what the settlement stands for, the plan and the lots, each once, whoever asks and how often."""
    purchase, desk, account = case.purchase, case.desk, case.account
    if purchase.plan is not None:
        account = begin_plan(purchase, case.policy, desk=desk)
    # A purchase renews nothing: the book's renewal instant stays where the period's own grant has put it.
    for lot in lots_of(purchase, case.policy.rank("purchased")):
        grant_lot(purchase.account_id, lot, desk=desk.credits)
    return account


def _completed(case: Settling) -> Purchase:
    account = deliver(case)
    purchase, desk = case.purchase, case.desk
    if purchase.plan is not None:
        mark_twins(account, purchase, desk=desk)
        close_other_plans(purchase, desk=desk)
    desk.follow_pauses(purchase.account_id)
    # The gateway makes its invoice of this payment: what it is made out to is kept from here on (NP-47).
    on_file = desk.billing.get(purchase.account_id)
    now = desk.clock.now()
    done = with_snapshot(with_completion(purchase, now), on_file)
    return desk.purchases.save(with_paid_twice(done, now) if is_paid_twice(account, purchase.purchase_id) else done)
