"""What the passing of time does to an account: the lots of its credit period, and the end of a term.

Pure functions of account, policy and instant, so every caller at any moment works out the same lots with the same ids.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.validity import credit_period
from lotbook.domain.credits.lots import Lot, LotKind
from lotbook.domain.policy.document import Policy
from lotbook.domain.values import ids, instants


@dataclass(frozen=True, slots=True)
class PeriodGrant:
    """The lots of one credit period, and when the next period's are due (milliseconds; None: there are none to come)."""

    lots: tuple[Lot, ...]
    renews_at: int | None


def account_at(policy: Policy, account: Account, at: int) -> Account:
    """The account as it stands at `at`: a term that is over has led back to the starting plan (NP-53, X-14).

    Nothing is written for that: the end of a term is known from the day it began. Periods of the starting plan are
    then counted from the term's end.
    """
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
    """The instant at which the account's term is over: as it was bought, else in days of 24 hours from the anchor.

    None for other plans, and for a starting plan, which has nowhere to lead back to.
    """
    if account.plan_ends_at is not None:
        return account.plan_ends_at
    plan = policy.plan(account.plan_id)
    if plan.interval != "term" or account.plan_id == policy.starting_plan_id:
        return None
    return instants.cut_to_second(account.anchor) + (plan.term_days or 0) * instants.DAY


def lots_of_period(policy: Policy, account: Account, at: int) -> PeriodGrant:
    """The free and the plan lot of the credit period that holds `at` (IS-08, IS-40..47, MK-04, MK-47, GC-05).

    Each lives exactly for the period. On a plan without credits, under a policy without free ones, there is nothing to
    grant and nothing to renew; all the same a term says when it ends. A closed account gets nothing any more.
    """
    if account.state == "closed":
        return PeriodGrant((), None)
    account = account_at(policy, account, at)
    plan = policy.plan(account.plan_id)
    period = credit_period(plan, account, at)
    kinds: tuple[tuple[LotKind, int], ...] = (("free", policy.free_credits), ("plan", plan.credits))
    lots = tuple(_lot(policy, account, kind, credits, period) for kind, credits in kinds if credits)
    return PeriodGrant(lots, period[1] if lots else term_end(policy, account))


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
