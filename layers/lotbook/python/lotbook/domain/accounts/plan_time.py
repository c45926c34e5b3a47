"""What the passing of time makes of a plan that renews: its end, the plan that follows it, and a period that nobody paid (X-26).

The record says what is known (`subscriptions.py`); everything here is a function of policy, account and instant, so every
reader finds the same at the same moment, and whoever writes the account writes down what time has decided by then.
A payment that nobody has news of is no failed payment: only evidence of one lets the clock run against the account.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Literal

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.pauses import with_pause, without_pause
from lotbook.domain.accounts.standings import with_standing
from lotbook.domain.accounts.subscriptions import MAX_PERIODS_KEPT, BillingPeriod, NextPlan, PeriodState, Subscription
from lotbook.domain.accounts.terms import PlanStanding, Term
from lotbook.domain.accounts.validity import billing_period
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Dunning
from lotbook.domain.values import ids
from lotbook.domain.values.instants import DAY, FAR_FUTURE
from lotbook.domain.values.light_dataclasses import dataclass, replace

PAUSED_FOR_PLAN = "plan_payment_failed"  # the plan's renewal is unpaid, and its grace is over
MAX_STEPS = 4  # a period without payment, the plan after this one, the plan's end, and a look that finds nothing more
Footing = Literal["paid", "awaited", "withheld", "void"]


def renewal_row_id(account_id: str, subscription: str, start: int) -> str:
    """The id of the purchase row of the period that begins then: the same for everybody, sorted by that instant."""
    return ids.derived("pur", start, account_id, subscription, "renewal")


def footing(policy: Policy, account: Account, start: int, at: int) -> Footing:
    """On what the billing period that begins at `start` stands at `at`.

    `awaited`: its payment is under way, or nobody has heard of it; its credits can be spent (X-10). `withheld`: it begins, or
    goes on, while the account is behind: its credits come with its payment. `void`: nobody pays for it any more.
    """
    sub = account.subscription
    known = None if sub is None else sub.period(start, account.plan_id)
    if sub is None or known is not None:
        return "paid" if known is None else known.state
    if sub.failed_start is None or start < sub.failed_start:
        return "awaited"
    in_grace = start == sub.failed_start and at < _grace_end(_rules(policy), sub.failed_start)
    return "awaited" if in_grace else "withheld"


def grace_ends_at(policy: Policy, account: Account) -> int | None:
    """Until when credits of the unpaid period may be spent; None while nothing is known to be unpaid."""
    sub = account.subscription
    if not account.plan_renews or sub is None or sub.failed_start is None:
        return None
    return _grace_end(_rules(policy), sub.failed_start)


def is_frozen_in_grace(policy: Policy, account: Account, start: int) -> bool:
    """Whether credits of the unpaid period stay where they are, unspendable, until they are paid for or void."""
    sub = account.subscription
    return _rules(policy).during_grace == "freeze" and sub is not None and sub.failed_start == start


def plan_end(policy: Policy, account: Account) -> int | None:
    """The instant at which a plan that renews is over by all that is known: cancelled, or unpaid for too long."""
    sub = account.subscription
    if not account.plan_renews or sub is None:
        return None
    rules, known = _rules(policy), [each for each in (sub.cancel_at, sub.ended_at) if each is not None]
    if sub.failed_start is not None:
        leaves = rules.after_grace == "starting_plan"
        known.append(_grace_end(rules, sub.failed_start) if leaves else sub.failed_start + rules.ends_after_days * DAY)
    return min(known, default=None)


def next_step_at(policy: Policy, account: Account) -> int | None:
    """When time changes the account next; None where nothing is known to come but the next period."""
    step = _next_step(policy, account)
    return None if step is None else step.at


def with_time(policy: Policy, account: Account, at: int) -> Account:
    """The account with everything that time has decided by `at`; the same account where that is nothing.

    `policy`: with the plans and rules of the account's own version (X-33). What a period without payment leaves behind
    (`BillingPeriod.is_followed`) is for whoever writes the account.
    """
    for _ in range(MAX_STEPS):
        step = _next_step(policy, account)
        if step is None or step.at > at:
            break
        account = step.take()
    return account


def with_period(sub: Subscription, period: BillingPeriod) -> Subscription:
    """The record with one more decided period, in place of what it knew of that one."""
    others = (each for each in sub.periods if (each.start, each.plan_id) != (period.start, period.plan_id))
    periods = sorted((*others, period), key=lambda each: each.start)
    return replace(sub, periods=tuple(periods[-MAX_PERIODS_KEPT:]))


def a_period(
    account: Account, period: tuple[int, int], state: PeriodState, row: str, *, invoice: str | None = None
) -> BillingPeriod:
    """A period of the account's present plan, just decided: its lots are still to follow."""
    start, end = period
    version = account.plan_policy_version
    return BillingPeriod(start, end, account.plan_id, state, row, invoice, False, account.anchor, version)


def with_void(policy: Policy, account: Account, start: int, invoice: str | None = None) -> Account:
    """The account once nobody pays for the period that begins at `start` any more; what was paid stays paid."""
    sub = account.subscription
    known = None if sub is None else sub.period(start, account.plan_id)
    if sub is None or known is not None:
        return account
    period = billing_period(policy.plan(account.plan_id), account, start) or (start, start)
    row = renewal_row_id(account.account_id, sub.subscription, start)
    void = a_period(account, (start, period[1]), "void", row, invoice=invoice)
    return replace(account, subscription=with_period(sub, void))


def ended(policy: Policy, account: Account, at: int) -> Account:
    """The account after its plan, from `at` on: the starting plan, in a cycle of its own (IS-06, IS-58).

    An unpaid period that has begun is void with that. Its free credits go, where the new cycle brings its own meanwhile.
    """
    running = billing_period(policy.plan(account.plan_id), account, at)
    failed = account.subscription.failed_start if account.subscription else None
    cut = running[0] if running and running[0] != at else None  # else its lots have died with their period
    for start in (failed, cut):
        account = account if start is None else with_void(policy, account, start)
    if account.subscription is None:
        return account
    periods = tuple(
        replace(each, is_followed=False) if each.state == "void" and each.end > at else each
        for each in account.subscription.periods
    )
    sub = replace(account.subscription, ended_at=at, next_plan=None, periods=periods)
    terms = tuple(_cut(term, at) for term in account.terms)
    after = with_standing(account, PlanStanding(policy.starting_plan_id, at, "none"))
    return without_pause(replace(after, subscription=sub, terms=terms), PAUSED_FOR_PLAN)


@dataclass(frozen=True, slots=True)
class _Step:
    at: int
    take: Callable[[], Account]


def _next_step(policy: Policy, account: Account) -> _Step | None:
    """What time does first; of several at one instant, the void period before the end, and the end before another plan."""
    sub = account.subscription
    if not account.plan_renews or sub is None:
        return None
    steps = []
    if sub.failed_start is not None and _has_grace_to_end(policy, account, sub, sub.failed_start):
        steps.append(_Step(_grace_end(_rules(policy), sub.failed_start), partial(_grace_over, policy, account)))
    end = plan_end(policy, account)
    if end is not None:
        steps.append(_Step(end, partial(ended, policy, account, end)))
    if sub.next_plan is not None:
        steps.append(_Step(sub.next_plan.at, partial(_moved_on, account)))
    return min(steps, key=lambda each: each.at, default=None)


def _has_grace_to_end(policy: Policy, account: Account, sub: Subscription, start: int) -> bool:
    is_decided = sub.period(start, account.plan_id) is not None
    return not is_decided or (_pauses(policy) and with_pause(account, PAUSED_FOR_PLAN) != account)


def _grace_over(policy: Policy, account: Account) -> Account:
    sub = account.subscription
    if sub is None or sub.failed_start is None:
        return account
    account = with_void(policy, account, sub.failed_start)
    return with_pause(account, PAUSED_FOR_PLAN) if _pauses(policy) else account


def _moved_on(account: Account) -> Account:
    """The plan that was asked for begins with its period: the anchor stays, unless the interval is another one (IS-58)."""
    sub = account.subscription
    wanted = None if sub is None else sub.next_plan
    if sub is None or wanted is None:
        return account
    anchor = wanted.at if wanted.months else account.anchor
    after = with_standing(
        account, PlanStanding(wanted.plan_id, anchor, "stripe", None, wanted.change, True, wanted.policy_version)
    )
    record = replace(
        sub,
        plan_id=wanted.plan_id,
        policy_version=wanted.policy_version,
        price=wanted.price,
        price_minor=wanted.price_minor,
        anchor=anchor,
        former_anchor=sub.anchor if wanted.months else sub.former_anchor,
        purchase_id=wanted.change,
        next_plan=None,
    )
    return replace(after, subscription=record, terms=_followed_by(account, wanted))


def _followed_by(account: Account, wanted: NextPlan) -> tuple[Term, ...]:
    """The present term ends, and one begins for the plan that follows; the cycle that both put off stays the same."""
    present = next((each for each in account.terms if each.purchase_id == account.plan_purchase_id), None)
    cycle = present.cycle if present else None
    new = Term(wanted.change, wanted.plan_id, wanted.at, FAR_FUTURE, cycle=cycle, paid_at=wanted.at)
    new = replace(new, renews=True, policy_version=wanted.policy_version)
    terms = tuple(replace(each, ends_at=wanted.at) if each is present else each for each in account.terms)
    return (*terms, new)


def _cut(term: Term, at: int) -> Term:
    return replace(term, ends_at=at) if term.renews and term.ends_at == FAR_FUTURE else term


def _rules(policy: Policy) -> Dunning:
    return policy.plan_change.renewal


def _pauses(policy: Policy) -> bool:
    return _rules(policy).after_grace == "pause"


def _grace_end(rules: Dunning, start: int) -> int:
    return start + rules.grace_days * DAY
