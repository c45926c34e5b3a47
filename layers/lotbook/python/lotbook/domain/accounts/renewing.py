"""What payments make of a plan that renews: bought, paid for another period, not paid, cancelled. Each a write of the account.

Nothing depends on the order in which anybody hears of things: what was paid stays paid, and a period that is decided as void is
restored by its payment while the plan it belongs to runs (4.6).
"""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.pauses import without_pause
from lotbook.domain.accounts.plan_changes import cycle_of, with_term
from lotbook.domain.accounts.plan_time import PAUSED_FOR_PLAN, plan_end, with_period, with_time, with_void
from lotbook.domain.accounts.standings import standing_of, with_standing
from lotbook.domain.accounts.subscriptions import MAX_PERIODS_KEPT, BillingPeriod, NextPlan, Subscription
from lotbook.domain.accounts.terms import Move, PlanStanding, Term
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.policy.document import Policy
from lotbook.domain.values import instants
from lotbook.domain.values.light_dataclasses import dataclass, replace


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
    # Which plan counts is a matter of payments: nothing that is known of the old subscription decides the new one's time.
    after = with_term(policy, replace(before, subscription=None), term, now)
    if after.plan_purchase_id != term.purchase_id:  # a later payment counts, or the same plan was paid for before
        lost = with_term(policy, replace(account, subscription=None), term, now)
        return replace(lost, subscription=account.subscription)
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
    return (
        sub is not None and paid.start < (sub.former_anchor or sub.anchor) and (known is None or known.state == "void")
    )


def is_over(account: Account, paid: PaidPeriod) -> bool:
    """Whether the plan that the payment is for does not run any more."""
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
    anchor = known.anchor if known and known.anchor else sub.anchor_of(paid.start)
    span = paid.start, paid.end
    period = BillingPeriod(
        *span, paid.plan_id, "paid", paid.purchase_id, paid.invoice, False, anchor, paid.policy_version
    )
    sub = with_period(sub, period)
    if sub.failed_start is not None and paid.start < sub.failed_start:
        return replace(account, subscription=sub)
    sub = replace(sub, failed_start=None, failed_at=None)
    return without_pause(replace(account, subscription=sub), PAUSED_FOR_PLAN)


def with_failure(policy: Policy, account: Account, start: int, now: int) -> Account:
    """The account once the gateway has said that the payment of the period at `start` failed. The first failure counts.

    What later periods were given before anybody heard of it is void: their credits come with their payments.
    """
    sub = account.subscription
    if not account.plan_renews or sub is None or start < sub.anchor:
        return account
    is_made_up_for = any(each.state == "paid" and each.start >= start for each in sub.periods)  # also by a later one
    if is_made_up_for or (sub.failed_start is not None and sub.failed_start <= start):
        return account
    return _without_later(
        policy, replace(account, subscription=replace(sub, failed_start=start, failed_at=now)), start, now
    )


def _without_later(policy: Policy, account: Account, start: int, now: int) -> Account:
    """What began after the period at `start`, and is not decided, is void."""
    plan, at = policy.plan(account.plan_id), now
    for _ in range(MAX_PERIODS_KEPT):
        period = billing_period(plan, account, at)
        if period is None or period[0] <= start:
            break
        account, at = with_void(policy, account, period[0]), period[0] - 1
    return account


def with_nothing_to_come(policy: Policy, account: Account, start: int, invoice: str, *, now: int) -> Account:
    """The account once the invoice of the period at `start` can never be paid: void at once, and as unpaid as a failed one."""
    if not account.plan_renews or account.subscription is None or start < account.subscription.anchor:
        return account
    return with_failure(policy, with_void(policy, account, start, invoice), start, now)


def with_gateway_end(policy: Policy, account: Account, ended_at: int, now: int) -> Account:
    """The account whose subscription the gateway ended at `ended_at`: no period follows the one that ran then.

    Paid, the plan ends with it, and what later periods were given in good faith is void. Unpaid, our clock decides (X-26).
    """
    sub = account.subscription
    if not account.plan_renews or sub is None:
        return account
    last = billing_period(policy.plan(account.plan_id), account, max(ended_at - 1, sub.anchor))
    if last is None:
        return account
    if not any(each.start == last[0] and each.state == "paid" for each in sub.periods):
        return with_failure(policy, account, last[0], now)
    if sub.cancel_at is not None and sub.cancel_at <= last[1]:
        return account
    account = _without_later(policy, account, last[0], now)
    if account.subscription is None:
        return account
    return replace(account, subscription=replace(account.subscription, cancel_at=last[1], next_plan=None))


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


def with_change(account: Account, purchase_id: str, subscription: str | None, plan_id: str) -> Account:
    """The account whose change of plan by that order is under way; the same where another one is, or the plan is another by now."""
    sub = account.subscription
    fits = account.plan_renews and sub is not None and sub.subscription == subscription and account.plan_id == plan_id
    if sub is None or not fits or sub.change not in (None, purchase_id):
        return account
    return replace(account, subscription=replace(sub, change=purchase_id))


def with_change_over(account: Account, purchase_id: str) -> Account:
    """The account once that order's change is over without having come to anything."""
    sub = account.subscription
    if sub is None or sub.change != purchase_id:
        return account
    return replace(account, subscription=replace(sub, change=None))


def with_next_plan(account: Account, wanted: NextPlan | None) -> Account:
    """The account whose plan is followed by another one at its period's end (IS-58), or goes on (None). Neither is cancelled."""
    sub = account.subscription
    if not account.plan_renews or sub is None or (sub.next_plan == wanted and sub.cancel_at is None):
        return account
    return replace(account, subscription=replace(sub, next_plan=wanted, cancel_at=None))


def without_plan(policy: Policy, account: Account, now: int, *, gone: bool = False) -> Account:
    """The account whose plan ends now: cancelled at once, given up while unpaid, or, `gone`, all its money went back (X-28).

    An unpaid running period is void. Money that went back leaves the cycle that the account would have without the plan (D28).
    """
    account = with_time(policy, account, now)
    running = billing_period(policy.plan(account.plan_id), account, now)
    if not account.plan_renews or account.subscription is None or running is None:
        return account
    account = with_void(policy, account, running[0])
    was = standing_of(account)
    anchor = cycle_of(account) if gone else instants.cut_to_second(now)
    after = with_standing(account, PlanStanding(policy.starting_plan_id, anchor, "none"))
    terms = tuple(replace(each, ends_at=min(each.ends_at, now)) if each.renews else each for each in account.terms)
    number = account.moves_made + 1
    move = Move(number, now, was, standing_of(after), carries=False, undoes=gone)
    if account.subscription is None:
        return account
    sub = replace(account.subscription, ended_at=now, next_plan=None, change=None)
    moved = replace(after, subscription=sub, terms=terms, moves=(*account.moves, move), moves_made=number)
    return without_pause(moved, PAUSED_FOR_PLAN)
