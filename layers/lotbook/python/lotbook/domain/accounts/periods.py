"""What the passing of time does to an account: the lots of its credit period, and the end of its plan.

Pure functions of account, policy and instant, so every caller at any moment works out the same lots with the same ids.
"""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.plan_time import footing, next_step_at, plan_end, with_time
from lotbook.domain.accounts.subscriptions import BillingPeriod
from lotbook.domain.accounts.validity import billing_period, credit_period
from lotbook.domain.credits.lots import Lot, LotKind
from lotbook.domain.policy.document import Policy
from lotbook.domain.values import ids, instants
from lotbook.domain.values.light_dataclasses import dataclass, replace

MAX_CREDIT_PERIODS = 120  # of one billing period: ten years of months


@dataclass(frozen=True, slots=True)
class PeriodGrant:
    """The lots of one credit period, and when anything changes next (milliseconds; None: nothing is to come).

    That is the next period's first instant, or before it the end of the plan, or of the grace of a failed payment.
    """

    lots: tuple[Lot, ...]
    renews_at: int | None


def account_at(policy: Policy, account: Account, at: int) -> Account:
    """The account as it stands at `at`: a plan that is over has led back to the starting plan (NP-53, X-14, IS-58).

    Nothing is written for that: it follows from what is known. Periods of the starting plan are then counted from there.
    """
    if account.plan_renews:
        return with_time(policy, account, at)
    ends_at = term_end(policy, account)
    if ends_at is None or at < ends_at:
        return account
    return replace(
        account,
        plan_id=policy.starting_plan_id,
        anchor=ends_at,
        plan_billing="none",
        plan_purchase_id=None,
        plan_ends_at=None,
    )


def term_end(policy: Policy, account: Account) -> int | None:
    """The instant at which the account's plan is over by itself: as its term was bought, else in days of 24 hours from the anchor.

    None for a plan that goes on, and for a starting plan, which has nowhere to lead back to.
    """
    if account.plan_renews:
        return plan_end(policy, account)
    if account.plan_ends_at is not None:
        return account.plan_ends_at
    plan = policy.plan(account.plan_id)
    if plan.interval != "term" or account.plan_id == policy.starting_plan_id:
        return None
    return instants.cut_to_second(account.anchor) + (plan.term_days or 0) * instants.DAY


def lots_of_period(policy: Policy, account: Account, at: int) -> PeriodGrant:
    """The free and the plan lot of the credit period that holds `at` (IS-08, IS-40..47, MK-04, MK-47, GC-05).

    Each lives exactly for the period. On a plan without credits, under a policy without free ones, there is nothing to
    grant and nothing to renew; all the same a plan says when it ends. A closed account gets nothing any more. The plan lot of
    a period that is not paid yet is provisional (X-10); where it is withheld, void or disputed there is none. Free ones come always.
    """
    if account.state == "closed":
        return PeriodGrant((), None)
    account = account_at(policy, account, at)
    plan = policy.plan(account.plan_id)
    period = credit_period(plan, account, at)
    billed = billing_period(plan, account, at) if account.plan_renews else None
    stands = footing(policy, account, billed[0], at) if billed else "paid"
    known = account.subscription.period(billed[0], plan.plan_id) if billed and account.subscription else None
    brings = stands in ("paid", "awaited") and (known is None or known.brings(period[0]))
    plan_credits = (known.kept(plan.credits) if known else plan.credits) if brings else 0
    kinds: tuple[tuple[LotKind, int], ...] = (("free", policy.free_credits), ("plan", plan_credits))
    lots = tuple(_lot(policy, account, kind, credits, period) for kind, credits in kinds if credits)
    if stands == "awaited":
        lots = tuple(replace(lot, provisional=lot.kind == "plan") for lot in lots)
    if not billed:
        return PeriodGrant(lots, period[1] if lots else term_end(policy, account))
    return PeriodGrant(lots, min(period[1], next_step_at(policy, account) or period[1]))


def plan_lots(policy: Policy, account: Account, period: BillingPeriod, until: int) -> tuple[Lot, ...]:
    """The plan lots of a decided billing period, one for each of its credit periods that has begun at `until`.

    `policy`: with the plan as it is in the period's own version. Whatever the account is on by now, these are their ids.
    """
    plan = policy.plan(period.plan_id)
    on_it = replace(account, plan_id=period.plan_id, anchor=period.anchor, plan_renews=True, plan_ends_at=None)
    lots, at = list[Lot](), period.start
    for _ in range(MAX_CREDIT_PERIODS):
        if at >= period.end or at > until or not plan.credits:
            break
        months = credit_period(plan, on_it, at)
        lots.append(_lot(policy, on_it, "plan", plan.credits, months))
        at = months[1]
    return tuple(lots)


def _lot(policy: Policy, account: Account, kind: LotKind, credits: int, period: tuple[int, int]) -> Lot:
    start, end = period
    unit = policy.units[0]
    # Free credits come once a period whatever the plan, so a plan that changes at a period's first instant adds none.
    source = account.plan_id if kind == "plan" else ""
    return Lot(
        lot_id=ids.derived("lot", start, account.account_id, unit, kind, source),
        unit=unit,
        kind=kind,
        credits=credits,
        rank=policy.rank(kind),
        effective_at=start,
        expires_at=end,
        created_at=start,
        reason=f"{kind} credits of the period",
    )
