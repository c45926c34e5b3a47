"""An account as its holder sees it: plan, billing period, next credit reset, and the rules that hold for it now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.pauses import PAUSED_FOR_SHORTFALL, reasons_of
from lotbook.domain.accounts.periods import lots_of_period, term_end
from lotbook.domain.accounts.plan_ends import ends_soon
from lotbook.domain.accounts.plan_states import plan_state
from lotbook.domain.accounts.plan_time import grace_ends_at
from lotbook.domain.accounts.validity import billing_period, credit_period
from lotbook.domain.sales.auto_views import AutoView, auto_view
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.accounts.load_account import load_account
from lotbook.usecases.accounts.pauses import follow_pauses

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.plan_states import PlanState
    from lotbook.ports.shop import AccountStore, PolicyStore
    from lotbook.usecases.accounts.load_account import LoadedAccount
    from lotbook.usecases.credits.desk import CreditDesk


@dataclass(frozen=True, slots=True)
class AccountView:
    """`period` is the billing period `[start, end)`; where nothing is billed, that of the free credits (IS-42).

    `credits_reset_at` is when plan and free credits come anew; None where there are none. `plan_ends_at`: when the plan's term is over and
    the account goes back to the starting plan (NP-53); None for plans that do not end by themselves. `plan_ends_soon`: within
    the days that the policy names. `entitlements`: what the plan unlocks in the application (IS-20, IS-21). `cancel_at`: when a
    cancelled plan ends; `next_plan`: what follows it at that instant (IS-58); `grace_ends_at`: until when the credits of a period
    that is not paid may be spent (X-26).
    """

    account: Account
    policy_version: int
    units: tuple[str, ...]
    period: tuple[int, int] | None
    credits_reset_at: int | None
    auto_top_up: AutoView
    plan_ends_at: int | None = None
    plan_ends_soon: bool = False
    entitlements: tuple[str, ...] = ()
    plan_state: PlanState = "active"
    cancel_at: int | None = None
    next_plan: tuple[str, int] | None = None
    grace_ends_at: int | None = None


def read_account(account_id: str, *, accounts: AccountStore, policies: PolicyStore, desk: CreditDesk) -> AccountView:
    """The account as it stands now. Raises AccountNotFound, Unavailable. Periods and terms follow from the clock.

    Writes nothing, but for an account that was paused for a shortfall and has paid it since.
    """
    now = desk.clock.now()
    loaded = load_account(account_id, accounts=accounts, policies=policies, clock=desk.clock, not_before=now)
    if PAUSED_FOR_SHORTFALL in reasons_of(loaded.account):
        follow_pauses(account_id, accounts=accounts, policies=policies, desk=desk)
        loaded = load_account(account_id, accounts=accounts, policies=policies, clock=desk.clock, not_before=now)
    return view_of(loaded, now)


def view_of(loaded: LoadedAccount, now: int) -> AccountView:
    """The same of an account that somebody has loaded, at this instant."""
    account, policy = loaded.account, loaded.published.policy
    plan = policy.plan(account.plan_id)
    resets = credit_period(plan, account, now) if lots_of_period(policy, account, now).lots else None
    sub = account.subscription if account.plan_renews else None
    return AccountView(
        account=account,
        policy_version=loaded.published.version,
        units=policy.units,
        period=billing_period(plan, account, now) or resets,
        credits_reset_at=resets[1] if resets else None,
        auto_top_up=auto_view(policy, account, now),
        plan_ends_at=term_end(policy, account),
        plan_ends_soon=ends_soon(policy, account, now),
        entitlements=plan.entitlements,
        plan_state=plan_state(policy, account),
        cancel_at=sub.cancel_at if sub else None,
        next_plan=(sub.next_plan.plan_id, sub.next_plan.at) if sub and sub.next_plan else None,
        grace_ends_at=grace_ends_at(policy, account),
    )
