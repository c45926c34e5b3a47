"""What decides an account's periods, taken out of the account and put into it."""

from __future__ import annotations

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.terms import PlanStanding
from lotbook.domain.values.light_dataclasses import replace


def standing_of(account: Account) -> PlanStanding:
    """What decides the account's periods."""
    return PlanStanding(
        account.plan_id,
        account.anchor,
        account.plan_billing,
        account.plan_ends_at,
        account.plan_purchase_id,
        account.plan_renews,
        account.plan_policy_version,
    )


def with_standing(account: Account, standing: PlanStanding) -> Account:
    """The account in that standing."""
    return replace(
        account,
        plan_id=standing.plan_id,
        anchor=standing.anchor,
        plan_billing=standing.billing,
        plan_ends_at=standing.ends_at,
        plan_purchase_id=standing.purchase_id,
        plan_renews=standing.renews,
        plan_policy_version=standing.policy_version,
    )
