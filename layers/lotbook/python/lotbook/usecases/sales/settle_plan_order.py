"""An order of a plan for which a card on file is charged, brought to what its invoice says now; or charged, where nobody did yet.

The order is frozen, and every call that charges is the same call however often it is sent within a day. So a lost answer is
asked for again; after that day nothing is sent any more, only looked for.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import with_time
from lotbook.domain.accounts.renewing import with_change, with_change_over
from lotbook.domain.sales.plan_verdicts import plan_line, unequal_invoice, with_invoice, with_paid_invoice
from lotbook.domain.sales.purchase import CHECK_AGAIN, Failure, Purchase, PurchaseState, may_become, with_state
from lotbook.domain.sales.verdicts import CheckoutVerdict, expires_at_of, failure_of, with_verdict
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.instants import FAR_FUTURE, HOUR
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.sales.change_plan import change_account
from lotbook.usecases.sales.fulfil import Settling, completed, loaded, quarantined
from lotbook.usecases.sales.wishes import tell_wish, waits_until

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.plans.plan_move import PlanMove
    from lotbook.domain.sales.subscription_facts import PlanCharge, PlanInvoiceFacts
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk

SENT_AGAIN = 23 * HOUR  # the gateway forgets after a day which calls it has seen
NOT_APPLIED = Failure("authentication_expired", "The bank's authentication did not come in time; nothing has changed.")
REPLACED = Failure("plan_changed", "The plan had changed meanwhile; nothing was charged.")
PLAN_DECLINED = Failure("card_declined", "The card was declined.")


def settle_plan_order(row: Purchase, *, desk: SalesDesk, invoice: PlanInvoiceFacts | None = None) -> Purchase:
    """The row after a look. Raises AccountNotFound, Conflict (look again), Unavailable."""
    if row.settlement is not None:
        return _completed(loaded(row, desk=desk))
    facts = invoice or invoice_of(row, desk=desk)
    if facts is not None and _has_waited(row, facts, desk):
        facts = desk.plans.void_invoice(facts.invoice)
    if facts is not None:
        return _judged(row, facts, desk)
    if row.state not in ("pending", "processing"):
        return row
    if desk.clock.now() - row.created_at < SENT_AGAIN:
        return charge(row, desk=desk)
    return _over(row, "abandoned", NOT_APPLIED, desk)


def charge(row: Purchase, *, desk: SalesDesk) -> Purchase:
    """Ask the gateway for the change, once, however often this is called; then act on what became of it.

    Raises Conflict (look again), Unavailable: the row stays, and the schedule goes on with it.
    """
    move = _move(row)
    if move.subscription is None:
        return _answered(row, desk.plans.start_plan(row, row.customer or "", move.card or ""), desk)
    account = change_account(row.account_id, _begun(row, desk), desk)
    sub = account.subscription
    if sub is None or sub.change != row.purchase_id:
        return _over(row, "failed", REPLACED, desk)
    desk.plans.note_change(move.subscription, row.purchase_id)
    answer = desk.plans.change_plan(row, move.card or "", may_wait=False)
    may_wait = desk.clock.now() < waits_until(account, FAR_FUTURE)
    if answer.outcome == "buyer" and answer.page_url is None and may_wait:
        answer = desk.plans.change_plan(row, move.card or "", may_wait=True)
    return _answered(row, answer, desk)


def _has_waited(row: Purchase, facts: PlanInvoiceFacts, desk: SalesDesk) -> bool:
    """Whether its page has been there for long enough: the gateway may let it stay longer than we do."""
    is_open = row.checkout_url is not None and facts.state == "open"
    return is_open and desk.clock.now() >= row.checkout_expires_at


def _begun(row: Purchase, desk: SalesDesk) -> Callable[[LoadedAccount], Account]:
    def change(found: LoadedAccount) -> Account:
        account = with_time(found.policy, found.account, desk.clock.now())
        return with_change(account, row.purchase_id, _move(row).subscription, row.plan_id)

    return change


def invoice_of(row: Purchase, *, desk: SalesDesk) -> PlanInvoiceFacts | None:
    """The invoice of the order: the one it knows, else the first that names it; None where nothing was made."""
    if row.gateway_refs.invoice is not None:
        return desk.plans.plan_invoice(row.gateway_refs.invoice)
    subscription = _move(row).subscription or _started(row, desk)
    if subscription is None:
        return None
    made = desk.plans.plan_invoices(subscription, row.created_at)
    named = [each for each in made if _names(row, each) and each.state != "void"]
    return min(named, key=lambda each: each.created_at, default=None)


def _names(row: Purchase, invoice: PlanInvoiceFacts) -> bool:
    is_first = _move(row).subscription is None and invoice.tag.purchase_id == row.purchase_id
    return (is_first or invoice.change == row.purchase_id) and plan_line(row, invoice) is not None


def _started(row: Purchase, desk: SalesDesk) -> str | None:
    """The subscription that the order made, where its answer was lost."""
    found = desk.plans.subscriptions(row.customer) if row.customer else ()
    return next((each.subscription for each in found if each.tag.purchase_id == row.purchase_id), None)


def _answered(row: Purchase, answer: PlanCharge, desk: SalesDesk) -> Purchase:
    match answer.outcome:
        case "paid" if answer.invoice is not None:
            return _judged(row, answer.invoice, desk)
        case "buyer" if answer.page_url is not None:
            return _waits(row, answer, desk)
        case "unsettled" if answer.invoice is not None:
            return _judged(row, answer.invoice, desk)
        case "ended":
            return _over(row, "failed", REPLACED, desk)
        case _:
            return _over(row, "failed", failure_of(answer.decline_code) or PLAN_DECLINED, desk)


def _judged(row: Purchase, facts: PlanInvoiceFacts, desk: SalesDesk) -> Purchase:
    now = desk.clock.now()
    if facts.state in ("void", "uncollectible"):
        state: PurchaseState = "abandoned" if row.checkout_url is not None else "failed"
        return _over(with_invoice(row, facts), state, NOT_APPLIED if row.checkout_url else PLAN_DECLINED, desk)
    if facts.state != "paid":
        known = row if row.checkout_url is not None else with_state(row, "processing", now)
        return _saved(replace(known, check_at=now + CHECK_AGAIN), desk)
    case = loaded(row, desk=desk)
    known = replace(row, gateway_refs=replace(row.gateway_refs, subscription=facts.subscription))
    wrong = unequal_invoice(known, facts, desk.gateway.deployment)
    if wrong:
        judged = CheckoutVerdict("mismatch", mismatches=wrong)
        return quarantined(case, with_verdict(row, judged, now), facts.invoice, ",".join(wrong)).purchase
    settled = with_paid_invoice(known, facts, now)
    paid = settled.settlement.paid_at if settled.settlement and settled.settlement.paid_at else now
    expires_at = expires_at_of(settled, case.policy, case.account, now, paid=paid)
    return _completed(case.saved(with_paid_invoice(known, facts, now, expires_at)))


def _completed(case: Settling) -> Purchase:
    """What the change has replaced is never charged (X-25); then all that the order brings."""
    row, desk = case.purchase, case.desk
    done = completed(case)
    subscription = row.gateway_refs.subscription
    if subscription is not None:
        desk.plans.note_change(subscription, None)
    return done


def _waits(row: Purchase, answer: PlanCharge, desk: SalesDesk) -> Purchase:
    """The bank wants the buyer: nothing is true until its page is paid."""
    refs = row.gateway_refs
    if answer.invoice is not None:
        refs = replace(refs, invoice=answer.invoice.invoice, subscription=answer.invoice.subscription)
    account = desk.account(row.account_id).account
    ends_at = waits_until(account, answer.expires_at or row.checkout_expires_at)
    waiting = replace(row, checkout_url=answer.page_url, checkout_expires_at=ends_at, gateway_refs=refs)
    return _saved(replace(waiting, check_at=ends_at + CHECK_AGAIN), desk)


def _over(row: Purchase, state: PurchaseState, failure: Failure, desk: SalesDesk) -> Purchase:
    """Nothing of it is left: the account may change its plan again, and this card is not tried again by itself."""
    account = change_account(row.account_id, lambda found: with_change_over(found.account, row.purchase_id), desk)
    tell_wish(account, desk=desk)
    if row.move is not None and row.move.subscription is not None:
        desk.plans.note_change(row.move.subscription, None)
    over = with_state(row, state, desk.clock.now()) if may_become(row, state) else row
    return _saved(replace(over, failure=failure, check_at=None), desk)


def _saved(row: Purchase, desk: SalesDesk) -> Purchase:
    known = desk.purchase(row.account_id, row.purchase_id)
    return known if known == row else desk.purchases.save(row)


def _move(row: Purchase) -> PlanMove:
    if row.move is None:
        raise BrokenInvariant(f"{row.purchase_id}: an order of a plan without its move")
    return row.move
