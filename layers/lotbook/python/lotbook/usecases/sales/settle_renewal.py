"""The row of a renewal, brought to what its invoice says now: paid, failed so far, never to be paid, or still to come.

One function for events, recheck and schedule. The account decides in one write what the news means for the plan; then lots, then
the row. News of a plan that is over brings nothing, and is never silent when it is money.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_time import grace_ends_at, is_frozen_in_grace, plan_end, with_time, with_void
from lotbook.domain.accounts.renewing import (
    PaidPeriod,
    is_over,
    is_superseded,
    with_anchor,
    with_failure,
    with_gateway_end,
    with_nothing_to_come,
    with_paid,
)
from lotbook.domain.sales.billing import with_snapshot
from lotbook.domain.sales.plan_verdicts import news_of, plan_line, unequal_invoice, with_invoice, with_paid_invoice
from lotbook.domain.sales.purchase import (
    CHECK_PROCESSING,
    Failure,
    Purchase,
    may_become,
    with_completion,
    with_state,
)
from lotbook.domain.sales.renewal_rows import renewal_row
from lotbook.domain.sales.verdicts import MISMATCH
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.accounts.follow_plan import freeze_period
from lotbook.usecases.alarms import alarm
from lotbook.usecases.sales.after_closing import hear_of_late_money
from lotbook.usecases.sales.change_plan import change_account
from lotbook.usecases.sales.end_other_subscriptions import end_for_good

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.sales.desk import SalesDesk

NOT_PAID = Failure("not_paid", "The renewal was not paid; no payment is expected any more.")
EARLIER = DAY  # an invoice is made at the period's start; clocks may differ


def settle_renewal(row: Purchase, *, desk: SalesDesk, invoice: PlanInvoiceFacts | None = None) -> Purchase:
    """The row after a look at its invoice. Raises AccountNotFound, Conflict (look again), Unavailable."""
    if row.settlement is not None:
        return _paid(row, desk)
    facts = invoice or _invoice_of(row, desk)
    if facts is None:
        return _without_invoice(row, desk)
    wrong = unequal_invoice(row, facts, desk.gateway.deployment)
    news = news_of(facts)
    if wrong:
        return _mismatch(row, facts, wrong, desk) if news == "paid" else row
    now = desk.clock.now()
    match news:
        case "paid":
            return _paid(desk.purchases.save(with_paid_invoice(row, facts, now)), desk)
        case "failed":
            return _failed(with_invoice(row, facts), desk)
        case "never":
            return _never(with_invoice(row, facts), facts, desk)
        case "coming":
            return _waits(with_invoice(row, facts), now + CHECK_PROCESSING, desk)


def _invoice_of(row: Purchase, desk: SalesDesk) -> PlanInvoiceFacts | None:
    """The invoice that the row knows, else the one with its period's line; a paid one before any other."""
    refs = row.gateway_refs
    if refs.invoice is not None:
        return desk.plans.plan_invoice(refs.invoice)
    if refs.subscription is None or row.period is None:
        raise BrokenInvariant(f"{row.purchase_id}: a renewal without a subscription or a period")
    made = desk.plans.plan_invoices(refs.subscription, row.period[0] - EARLIER)
    found = [each for each in made if plan_line(row, each) is not None]
    return min(found, key=lambda each: each.state != "paid", default=None)


def _paid(row: Purchase, desk: SalesDesk) -> Purchase:
    """The money is there: the plan goes on with it, or it came too late."""
    paid, moment = _period(row), row.settlement.paid_at if row.settlement else None

    def change(loaded: LoadedAccount) -> Account:
        """What was paid before time decided otherwise counts, though we heard of it later."""
        now = desk.clock.now()
        then = with_time(loaded.policy, loaded.account, min(now, moment or now))
        after = with_paid(then, paid)
        was_behind = not is_over(then, paid) and then.subscription is not None and then.subscription.failed_start
        if was_behind:  # meanwhile the gateway may have given up: the period is paid, and none follows it
            facts = desk.plans.subscription(paid.subscription)
            if facts is not None and not facts.is_live:
                after = with_gateway_end(loaded.policy, after, facts.ended_at or now, now)
        return with_time(loaded.policy, after, now)

    account = change_account(row.account_id, change, desk)
    if is_over(account, paid):
        alarm("paid_after_end", account_id=row.account_id, purchase_id=row.purchase_id, invoice=paid.invoice)
        end_for_good(paid.subscription, desk=desk)
    elif not is_superseded(account, paid):
        freeze_period(account, paid.start, thaw=True, policies=desk.policies, desk=desk.credits)
        if account.subscription is not None and account.subscription.has_waited_for(paid.start):
            desk.plans.end_schedule(paid.subscription)
    else:
        alarm("plan_superseded", account_id=row.account_id, purchase_id=row.purchase_id, invoice=paid.invoice)
    return _completed(row, account, desk)


def _completed(row: Purchase, account: Account, desk: SalesDesk) -> Purchase:
    desk.credits.renew(row.account_id)
    desk.follow_pauses(row.account_id)
    hear_of_late_money(account, row.purchase_id, desk=desk)
    return desk.purchases.save(with_snapshot(with_completion(row, desk.clock.now()), desk.billing.get(row.account_id)))


def _failed(row: Purchase, desk: SalesDesk) -> Purchase:
    """Evidence: from now on the clock decides (X-26). The schedule comes back when the grace, and then the plan, is over."""
    start, now = _start(row), desk.clock.now()
    change = _in_time(desk, lambda loaded, account: with_failure(loaded.policy, account, start, now))
    account = change_account(row.account_id, change, desk)
    if is_frozen_in_grace(desk.account(row.account_id).policy, account, start):
        freeze_period(account, start, thaw=False, policies=desk.policies, desk=desk.credits)
    return _behind(row, account, desk)


def _never(row: Purchase, facts: PlanInvoiceFacts, desk: SalesDesk) -> Purchase:
    start, now = _start(row), desk.clock.now()

    def change(loaded: LoadedAccount, account: Account) -> Account:
        return with_nothing_to_come(loaded.policy, account, start, facts.invoice, now=now)

    account = change_account(row.account_id, _in_time(desk, change), desk)
    failed = with_state(row, "failed", now) if may_become(row, "failed") else row
    return _behind(replace(failed, failure=NOT_PAID), account, desk)


def _behind(row: Purchase, account: Account, desk: SalesDesk) -> Purchase:
    """The books hear of it; a plan that is over by our clock ends at the gateway, too, and is never charged again."""
    desk.credits.renew(row.account_id)
    desk.follow_pauses(row.account_id)
    loaded, now = desk.account(row.account_id), desk.clock.now()
    subscription = row.gateway_refs.subscription
    sub = loaded.account.subscription
    if subscription is not None and (not loaded.account.plan_renews or sub is None or sub.subscription != subscription):
        end_for_good(subscription, desk=desk)
        over = with_state(row, "failed", now) if may_become(row, "failed") else row
        return _saved(replace(over, failure=over.failure or NOT_PAID, check_at=None), desk)
    coming = (grace_ends_at(loaded.policy, account), plan_end(loaded.policy, account))
    return _waits(row, min((at for at in coming if at is not None and at > now), default=now + DAY), desk)


def _without_invoice(row: Purchase, desk: SalesDesk) -> Purchase:
    """None is made yet; where the gateway has ended the subscription none will be, and that is evidence, too."""
    subscription = row.gateway_refs.subscription or ""
    facts = desk.plans.subscription(subscription)
    now = desk.clock.now()
    if facts is not None and facts.is_live:
        return _waits(row, now + CHECK_PROCESSING, desk)
    start = _start(row)
    ended_at = start if facts is None or facts.ended_at is None else min(facts.ended_at, start)

    def change(loaded: LoadedAccount, account: Account) -> Account:
        if is_over(account, _period(row)) or (account.subscription and start < account.subscription.anchor):
            return account
        over = with_gateway_end(loaded.policy, with_void(loaded.policy, account, start), ended_at, now)
        return with_time(loaded.policy, over, now)

    account = change_account(row.account_id, _in_time(desk, change), desk)
    failed = with_state(row, "failed", now) if may_become(row, "failed") else row
    return _behind(replace(failed, failure=NOT_PAID), account, desk)


def move_period(account_id: str, facts: PlanInvoiceFacts, *, desk: SalesDesk) -> bool:
    """Whether a paid line of the account's plan begins at no boundary of ours; then periods are counted from there (X-19)."""
    before = desk.account(account_id).account
    sub = before.subscription
    if not before.plan_renews or sub is None or sub.subscription != facts.subscription:
        return False
    paid = (line for line in facts.lines if line.price == sub.price and line.amount_minor == sub.price_minor)
    start = next((line.period[0] for line in paid if not line.is_proration), None)
    if start is None:
        return False
    now = desk.clock.now()

    def change(loaded: LoadedAccount, account: Account) -> Account:
        return with_anchor(loaded.policy, account, start, now)

    after = change_account(account_id, _in_time(desk, change), desk)
    if after.anchor != start or before.anchor == start:
        return False
    loaded = desk.account(account_id)
    desk.purchases.put_new(renewal_row(loaded.policy, loaded.account, loaded.published.version, start))
    return True


def _mismatch(row: Purchase, facts: PlanInvoiceFacts, wrong: tuple[str, ...], desk: SalesDesk) -> Purchase:
    """Money that does not match grants nothing and rings once (D8)."""
    if row.failure == MISMATCH:
        return row
    alarm(
        "payment_mismatch",
        account_id=row.account_id,
        purchase_id=row.purchase_id,
        session=facts.invoice,
        fields=",".join(wrong),
    )
    marked = with_state(row, "failed", desk.clock.now()) if may_become(row, "failed") else row
    return desk.purchases.save(replace(marked, failure=MISMATCH, check_at=None))


def _waits(row: Purchase, check_at: int, desk: SalesDesk) -> Purchase:
    return _saved(replace(row, check_at=check_at), desk)


def _saved(row: Purchase, desk: SalesDesk) -> Purchase:
    known = desk.purchase(row.account_id, row.purchase_id)
    return known if known == row else desk.purchases.save(row)


def _in_time(
    desk: SalesDesk, change: Callable[[LoadedAccount, Account], Account]
) -> Callable[[LoadedAccount], Account]:
    """The change, on top of what time has decided by now."""

    def changed(loaded: LoadedAccount) -> Account:
        return change(loaded, with_time(loaded.policy, loaded.account, desk.clock.now()))

    return changed


def _period(row: Purchase) -> PaidPeriod:
    subscription, plan, period = row.gateway_refs.subscription, row.plan, row.period
    if subscription is None or plan is None or period is None:
        raise BrokenInvariant(f"{row.purchase_id}: a renewal without a subscription, a plan or a period")
    return PaidPeriod(
        subscription, plan.plan_id, row.policy_version, *period, row.purchase_id, row.gateway_refs.invoice
    )


def _start(row: Purchase) -> int:
    return _period(row).start
