"""An account as its holder sees it: plan, billing period, next credit reset, and the rules that hold for it now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.prices import unit_price
from lotbook.domain.validity import billing_period, credit_period
from lotbook.usecases.load_account import load_account

if TYPE_CHECKING:
    from decimal import Decimal

    from lotbook.domain.account import Account
    from lotbook.domain.top_ups import AutoTopUp
    from lotbook.ports import AccountStore, Clock, PolicyStore


@dataclass(frozen=True, slots=True)
class AccountView:
    """`period` is the billing period `[start, end)`; `credits_reset_at` None where no credits come with a period.

    `unit_price` is that of credits bought by hand, in major units; None where the plan gives none.
    """

    account: Account
    policy_version: int
    units: tuple[str, ...]
    period: tuple[int, int] | None
    credits_reset_at: int | None
    auto_top_up: AutoTopUp | None
    auto_top_up_cap: int
    unit_price: Decimal | None


def read_account(account_id: str, *, accounts: AccountStore, policies: PolicyStore, clock: Clock) -> AccountView:
    """The account as it stands now. Raises AccountNotFound."""
    loaded = load_account(account_id, accounts=accounts, policies=policies, clock=clock)
    account, policy, now = loaded.account, loaded.published.policy, clock.now()
    plan = policy.plan(account.plan_id)
    rule = policy.auto_top_up
    return AccountView(
        account=account,
        policy_version=loaded.published.version,
        units=policy.units,
        period=billing_period(plan, account, now),
        credits_reset_at=credit_period(plan, account, now)[1] if plan.credits or policy.free_credits else None,
        auto_top_up=rule,
        auto_top_up_cap=rule.cap(plan) if rule else 0,
        unit_price=unit_price(policy, plan, account.currency),
    )
