"""Fulfilment: one function for webhook, recheck, abandon and schedule. Ask the gateway, compare, grant, complete.

Every step may be the last one before a crash, and any number of callers may be at work: the settlement is frozen by the
first, lots are granted once by their id, and `completed` is written after the credits exist.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lotbook.domain.accounts.validity import validity
from lotbook.domain.sales.billing import with_snapshot
from lotbook.domain.sales.purchase import (
    SETTLED,
    GatewayRefs,
    Purchase,
    lots_of,
    with_completion,
    with_settlement,
    with_state,
)
from lotbook.domain.sales.quotes import account_after
from lotbook.domain.sales.verdicts import CheckoutVerdict, verdict, with_verdict
from lotbook.domain.values.errors import BrokenInvariant, Conflict, Unavailable
from lotbook.usecases.alarms import alarm
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.sales.change_plan import begin_plan
from lotbook.usecases.sales.close_other_plans import close_other_plans
from lotbook.usecases.sales.follow_shortfall import follow_shortfall

if TYPE_CHECKING:
    from lotbook.domain.credits.lots import Lot
    from lotbook.domain.policy.document import Policy
    from lotbook.domain.sales.gateway import CheckoutFacts
    from lotbook.usecases.sales.desk import SalesDesk

SETTLE_ATTEMPTS = 8  # lost races: each means that somebody else moved the purchase on


def settle_purchase(account_id: str, purchase_id: str, *, desk: SalesDesk) -> Purchase:
    """The purchase, brought to what the gateway says now, with its credits if it is paid (NP-24, NP-29, IS-10).

    Raises PurchaseNotFound; Unavailable when the gateway or the store does not answer.
    """
    for _ in range(SETTLE_ATTEMPTS):
        purchase = desk.purchase(account_id, purchase_id)
        try:
            return _settle(purchase, desk)
        except Conflict:
            continue
    raise Unavailable("The purchase is being settled; ask again.")


def _settle(purchase: Purchase, desk: SalesDesk) -> Purchase:
    if purchase.state in SETTLED:
        return purchase
    if purchase.settlement is None:
        purchase = _judge(purchase, desk)
    return purchase if purchase.settlement is None else _grant(purchase, desk)


def _judge(purchase: Purchase, desk: SalesDesk) -> Purchase:
    session = desk.session_of(purchase)
    if session is None:
        return _never_opened(purchase, desk)
    facts = desk.gateway.checkout(session)
    judged = verdict(purchase, facts, desk.gateway.deployment)
    now = desk.clock.now()
    if judged.kind == "mismatch":
        return _quarantine(purchase, facts, judged, now, desk)
    known = _with_refs(purchase, facts)
    if judged.kind == "paid":
        return desk.purchases.save(with_settlement(known, now, _expires_at(purchase, now, desk), known.gateway_refs))
    return _save_if_changed(purchase, with_verdict(known, judged, now), desk)


def _quarantine(
    purchase: Purchase, facts: CheckoutFacts, judged: CheckoutVerdict, now: int, desk: SalesDesk
) -> Purchase:
    """Money that does not match the order grants nothing and rings once; people look into it (D8)."""
    marked = with_verdict(purchase, judged, now)
    if marked != purchase:
        alarm(
            "payment_mismatch",
            account_id=purchase.account_id,
            purchase_id=purchase.purchase_id,
            session=facts.session,
            fields=",".join(judged.mismatches),
        )
    return _save_if_changed(purchase, marked, desk)


def _never_opened(purchase: Purchase, desk: SalesDesk) -> Purchase:
    """No session: the order is still being made, or making it failed for good. It ends when a session would have (NP-30)."""
    now = desk.clock.now()
    if purchase.state != "pending":
        return purchase
    ended = now >= purchase.checkout_expires_at
    return _save_if_changed(purchase, with_state(purchase, "abandoned" if ended else "pending", now), desk)


def expected_lots(purchase: Purchase, desk: SalesDesk) -> tuple[Lot, ...]:
    """The lots that its settlement stands for; none before there is one."""
    return lots_of(purchase, _policy(purchase, desk).rank("purchased"))


def deliver(purchase: Purchase, desk: SalesDesk) -> None:
    """Bring what the settlement stands for, the plan and the lots, each once, whoever asks and how often."""
    if purchase.plan is not None:
        begin_plan(purchase, _policy(purchase, desk), desk=desk)
    # A purchase renews nothing: the book's renewal instant stays where the period's own grant has put it.
    for lot in expected_lots(purchase, desk):
        grant_lot(purchase.account_id, lot, desk=desk.credits)


def _grant(purchase: Purchase, desk: SalesDesk) -> Purchase:
    deliver(purchase, desk)
    if purchase.plan is not None:
        close_other_plans(purchase, desk=desk)
    if _policy(purchase, desk).shortfall_pauses:
        follow_shortfall(purchase.account_id, desk=desk)
    # The gateway makes its invoice of this payment: what it is made out to is kept from here on (NP-47).
    on_file = desk.billing.get(purchase.account_id)
    return desk.purchases.save(with_snapshot(with_completion(purchase, desk.clock.now()), on_file))


def _expires_at(purchase: Purchase, at: int, desk: SalesDesk) -> int | None:
    """By the rules that the order was made under, in the account's present period (IS-02, MK-01, NP-04).

    Of credits that came with a plan, in the period that the account is in once it has the plan.
    """
    policy, account = _policy(purchase, desk), desk.account(purchase.account_id).account
    if purchase.plan is None:
        return validity(policy, policy.plan(purchase.plan_id), account, at)
    wanted = policy.plan(purchase.plan.plan_id)
    return validity(policy, wanted, account_after(policy, account, wanted, at), at)


def _policy(purchase: Purchase, desk: SalesDesk) -> Policy:
    published = desk.policies.version(purchase.policy_id, purchase.policy_version)
    if published is None:
        raise BrokenInvariant(f"{purchase.purchase_id}: its policy version is gone")
    return published.policy


def _with_refs(purchase: Purchase, facts: CheckoutFacts) -> Purchase:
    refs = GatewayRefs(facts.session, facts.payment.payment_intent if facts.payment else None, facts.invoice)
    return replace(
        purchase,
        gateway_refs=refs,
        customer=purchase.customer or facts.customer,
        checkout_url=purchase.checkout_url or facts.url,
    )


def _save_if_changed(before: Purchase, after: Purchase, desk: SalesDesk) -> Purchase:
    return before if after == before else desk.purchases.save(after)
