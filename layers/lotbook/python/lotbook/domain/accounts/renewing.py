"""What payments make of a plan that renews: bought, paid for another period, not paid, cancelled. Each a write of the account.

Nothing depends on the order in which anybody hears of things: what was paid stays paid, and a period that is decided as void is
restored by its payment while the plan it belongs to runs (4.6).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.pauses import without_pause
from lotbook.domain.accounts.plan_changes import with_term
from lotbook.domain.accounts.plan_time import PAUSED_FOR_PLAN, plan_end, with_period, with_time, with_void
from lotbook.domain.accounts.subscriptions import BillingPeriod, Subscription
from lotbook.domain.accounts.terms import Term
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.policy.document import Policy


@dataclass(frozen=True, slots=True)
class PaidPeriod:
    """A period `[start, end)` that was paid for by the row `purchase_id`, on a plan of a policy version."""

    subscription: str
    plan_id: str
    policy_version: int
    start: int
    end: int
    purchase_id: str
    invoice: str | None


def with_subscription(policy: Policy, account: Account, term: Term, bought: Subscription, *, now: int) -> Account:
    """The account once a plan that renews is bought, or changed to; the same account where it was before.

    Where it counts, the running period of the plan before it is decided: unpaid, it is void, and never charged (X-25).
    """
    account = with_time(policy, account, now)
    if is_known(account, term):
        return account
    before = account
    if account.plan_renews and account.subscription is not None:
        running = billing_period(policy.plan(account.plan_id), account, now)
        before = with_void(policy, account, running[0]) if running else account
    after = with_term(policy, before, term, now)
    if after.plan_purchase_id != term.purchase_id:
        return with_term(policy, account, term, now)  # a later payment counts, or the same plan was paid for before
    known = before.subscription.periods if before.subscription else ()
    record = replace(bought, periods=known)
    for period in bought.periods:
        record = with_period(record, period)
    return without_pause(replace(after, subscription=record), PAUSED_FOR_PLAN)


def is_known(account: Account, term: Term) -> bool:
    """Whether the account has that term already."""
    return any(each.purchase_id == term.purchase_id for each in account.terms)


def is_superseded(account: Account, paid: PaidPeriod) -> bool:
    """Whether a change of plan has replaced that period: its money brings nothing, and people hear of it."""
    sub = account.subscription
    known = None if sub is None else sub.period(paid.start, paid.plan_id)
    return sub is not None and paid.start < sub.anchor and (known is None or known.state == "void")


def is_over(account: Account, paid: PaidPeriod) -> bool:
    """Whether the plan that the payment is for does not run any more (T14)."""
    sub = account.subscription
    return not account.plan_renews or sub is None or sub.subscription != paid.subscription


def with_paid(account: Account, paid: PaidPeriod) -> Account:
    """The account once a period is paid, also one that was void; the same account where it was, or cannot be, paid before.

    A payment of the unpaid period, or of a later one, ends dunning; one of an older period does not.
    """
    sub = account.subscription
    if sub is None or is_over(account, paid) or is_superseded(account, paid):
        return account
    known = sub.period(paid.start, paid.plan_id)
    if known is not None and known.state == "paid":
        return account
    anchor = known.anchor if known and known.anchor else account.anchor
    period = BillingPeriod(
        paid.start,
        paid.end,
        paid.plan_id,
        "paid",
        paid.purchase_id,
        paid.invoice,
        is_followed=False,
        anchor=anchor,
        policy_version=paid.policy_version,
    )
    sub = with_period(sub, period)
    if sub.failed_start is not None and paid.start < sub.failed_start:
        return replace(account, subscription=sub)
    sub = replace(sub, failed_start=None, failed_at=None)
    return without_pause(replace(account, subscription=sub), PAUSED_FOR_PLAN)


def with_failure(account: Account, start: int, now: int) -> Account:
    """The account once the gateway has said that the payment of the period at `start` failed. The first failure counts."""
    sub = account.subscription
    if not account.plan_renews or sub is None or start < sub.anchor:
        return account
    known = sub.period(start, account.plan_id)
    if (known is not None and known.state == "paid") or (sub.failed_start is not None and sub.failed_start <= start):
        return account
    return replace(account, subscription=replace(sub, failed_start=start, failed_at=now))


def with_nothing_to_come(policy: Policy, account: Account, start: int, invoice: str, *, now: int) -> Account:
    """The account once the invoice of the period at `start` can never be paid: void at once, and as unpaid as a failed one."""
    if not account.plan_renews or account.subscription is None or start < account.subscription.anchor:
        return account
    return with_failure(with_void(policy, account, start, invoice), start, now)


def with_anchor(policy: Policy, account: Account, start: int, now: int) -> Account:
    """The account once the gateway's line says that periods begin elsewhere than we thought; the same where they do not.

    What was given for the running period in good faith is void: the line's own period brings its credits.
    """
    sub = account.subscription
    found = billing_period(policy.plan(account.plan_id), account, start) if account.plan_renews else None
    if sub is None or found is None or found[0] == start or start < sub.anchor:
        return account
    running = billing_period(policy.plan(account.plan_id), account, now)
    account = with_void(policy, account, running[0]) if running else account
    if account.subscription is None:
        return account
    return replace(account, anchor=start, subscription=replace(account.subscription, anchor=start))


def with_ending(policy: Policy, account: Account, at: int | None) -> Account:
    """The account whose plan ends at `at`, or goes on after all (None). What was to follow it does not."""
    sub = account.subscription
    if not account.plan_renews or sub is None or sub.cancel_at == at:
        return account
    if at is None:
        return replace(account, subscription=replace(sub, cancel_at=None))
    end = plan_end(policy, replace(account, subscription=replace(sub, cancel_at=None)))
    return (
        account
        if end is not None and end < at
        else replace(account, subscription=replace(sub, cancel_at=at, next_plan=None))
    )
