"""Periods of an account and the expiry of what it buys, as instants in whole seconds (X-01, X-02, D22, D23).

All months are counted from the account's anchor, so 31 January is followed by 28 February and then by 31 March: in UTC where
the gateway bills the plan again and again (X-19), else in the account's own time zone. Terms are days of 24 hours (NP-53).
"""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import INTERVAL_MONTHS, Plan
from lotbook.domain.values import instants
from lotbook.domain.values.calendar import add_months, period_at


def credit_period(plan: Plan, account: Account, at: int) -> tuple[int, int]:
    """The half-open credit period `[start, end)` that holds `at`: plan and free credits live for one of these.

    It exists for every plan, also for one without an interval. On a term it never outlasts the term. Instants before
    the anchor belong to the first period.
    """
    anchor = instants.cut_to_second(account.anchor)
    if not _is_for_a_term(plan, account):
        return period_at(anchor, max(at, anchor), plan.credit_period_months, zone_of(account))
    term_start, term_end = _term(plan, account, at)
    start, end = period_at(term_start, max(at, term_start), plan.credit_period_months, account.period_zone)
    return start, min(end, term_end)


def billing_period(plan: Plan, account: Account, at: int) -> tuple[int, int] | None:
    """The half-open billing period that holds `at`: a month, a year or the term; None where nothing is billed."""
    if _is_for_a_term(plan, account):
        return _term(plan, account, at)
    if plan.interval == "none":
        return None
    anchor = instants.cut_to_second(account.anchor)
    return period_at(anchor, max(at, anchor), INTERVAL_MONTHS[plan.interval], zone_of(account))


def validity(policy: Policy, plan: Plan, account: Account, at: int, *, paid_at: int | None = None) -> int | None:
    """`expires_at` of credits that arrive at `at` on `plan`; None means never. Dead *at* that instant.

    A year after purchase counts from the payment, `paid_at` (None: it is made now); a validity that ends with a period is
    that of the period in which the credits arrive. So nobody buys credits that are dead on arrival (X-29): credits whose
    time was over when we heard of their payment count from then. Without a billing period, the credit period stands in.
    """
    rule = policy.validity_of(plan)
    match rule.rule:
        case "never":
            return None
        case "after_purchase":
            ends_at = add_months(
                instants.cut_to_second(at if paid_at is None else paid_at), rule.months or 0, account.period_zone
            )
            return (
                ends_at
                if ends_at > at
                else add_months(instants.cut_to_second(at), rule.months or 0, account.period_zone)
            )
        case "billing_period_end":
            return (billing_period(plan, account, at) or credit_period(plan, account, at))[1]
        case "credit_reset":
            return credit_period(plan, account, at)[1]


def zone_of(account: Account) -> str:
    """The time zone in which the account's periods are counted."""
    return "UTC" if account.plan_renews else account.period_zone


def _is_for_a_term(plan: Plan, account: Account) -> bool:
    """A plan that was bought for a term stays one, whatever a later policy makes of it."""
    return plan.interval == "term" or (account.plan_ends_at is not None and plan.plan_id == account.plan_id)


def _term(plan: Plan, account: Account, at: int) -> tuple[int, int]:
    """A term that was bought keeps the length that it was bought with, whatever a later policy says."""
    anchor = instants.cut_to_second(account.anchor)
    if account.plan_ends_at is not None:
        return anchor, account.plan_ends_at
    length = (plan.term_days or 0) * instants.DAY
    start = anchor + max(0, at - anchor) // length * length
    return start, start + length
