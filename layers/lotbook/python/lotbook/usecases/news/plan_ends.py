"""Say that a plan ends soon: remembered when the end becomes known, said when its time has come, if it is true then (NP-53)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.plan_ends import plan_end_of
from lotbook.domain.news import plan_news
from lotbook.domain.values.errors import AccountNotFound
from lotbook.usecases.accounts.load_account import load_account, policy_under

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.accounts.plan_ends import PlanEnd
    from lotbook.ports.shop import DueItem
    from lotbook.usecases.news.announce import Outlets

OF_A_PLAN = ""  # in the place of a unit: no unit is called so


def note_plan_end(before: Account, after: Account, *, outlets: Outlets) -> None:
    """Look at the account again when its plan's end is near; nothing where the end is what it was. Raises Unavailable."""
    end = _end(after, outlets)
    if end is not None and end != _end(before, outlets):
        outlets.notices.note(after.account_id, OF_A_PLAN, f"{end.plan_id}#{end.ends_at}", end.said_from)


def is_plan_notice(item: DueItem) -> bool:
    """Whether what is due is about a plan, not about a lot."""
    return item.name.partition("#")[0] == OF_A_PLAN


def announce_plan_end(item: DueItem, *, outlets: Outlets) -> None:
    """Say it, if that plan still ends then: it may have been replaced, renewed or resumed meanwhile. Raises Unavailable."""
    unit, _, name = item.name.partition("#")
    now = outlets.clock.now()
    try:
        loaded = load_account(
            item.account_id, accounts=outlets.accounts, policies=outlets.policies, clock=outlets.clock
        )
        end = plan_end_of(loaded.policy, loaded.account)
    except AccountNotFound:
        end = None
    if end is not None and name == f"{end.plan_id}#{end.ends_at}":
        outlets.bus.publish([plan_news.plan_ending(item.account_id, end, now)])
    outlets.notices.done(item.account_id, unit, name)


def _end(account: Account, outlets: Outlets) -> PlanEnd | None:
    policy = policy_under(account, account.plan_id, account.plan_policy_version, policies=outlets.policies)
    return plan_end_of(policy, account)
