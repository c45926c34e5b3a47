"""When it is said that an account's plan ends soon (NP-53)."""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import term_end
from lotbook.domain.policy.document import Policy
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PlanEnd:
    """The end of a plan by all that is known now, and the instant from which the policy wants it to be said."""

    plan_id: str
    ends_at: int
    said_from: int


def plan_end_of(policy: Policy, account: Account) -> PlanEnd | None:
    """None for a plan that goes on, and under a policy that says nothing beforehand. `account`: as it stands now.

    A term ends, a cancelled plan does, and one whose renewal stays unpaid. Days are of 24 hours.
    """
    ends_at, days = term_end(policy, account), policy.alerts.term_ends_within_days
    if ends_at is None or days is None:
        return None
    return PlanEnd(account.plan_id, ends_at, ends_at - days * DAY)


def ends_soon(policy: Policy, account: Account, at: int) -> bool:
    """Whether the plan's end is near at `at`: from the very instant on, so many days before it."""
    end = plan_end_of(policy, account)
    return end is not None and at >= end.said_from
