"""The sample policies and accounts on them, for tests of what the policies say."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from functools import cache

from local.policies import SAMPLES, VARIANTS, read_policy
from lotbook.domain.accounts.account import Account
from lotbook.domain.plans.moving import Present
from lotbook.domain.policy.document import PublishedPolicy
from lotbook.domain.sales.items import Item
from lotbook.domain.sales.quotes import Quote, quote
from lotbook.domain.values import instants
from lotbook.domain.values.access import Caller, Role

OWNER = Caller("member", "user-1", account_id="acme", role="owner")


@cache
def published(name: str) -> PublishedPolicy:
    """A sample policy as version 1."""
    path = SAMPLES / f"{name}.yaml"
    policy, document = read_policy(path if path.exists() else VARIANTS / f"{name}.yaml")
    return PublishedPolicy(policy.policy_id, 1, policy, document)


def instant(text: str) -> int:
    """Milliseconds of an RFC 3339 instant, for example `2026-01-20T10:00:00Z`."""
    return instants.from_datetime(datetime.fromisoformat(text))


def account_on(
    name: str, plan_id: str, *, region: str = "US", anchor: str = "2026-01-01T00:00:00Z", zone: str = "UTC"
) -> Account:
    """An account of a sample policy on one of its plans, in the region's currency."""
    policy = published(name).policy
    assert policy.plan(plan_id)
    return Account(
        account_id="acme",
        policy_id=name,
        plan_id=plan_id,
        region=region,
        currency=policy.currency_for(region),
        email="owner@acme.example",
        time_zone=zone,
        created_at=instant(anchor),
        anchor=instant(anchor),
        plan_billing="none",
    )


def member(role: Role) -> Caller:
    """A member of the account of `account_on`."""
    return replace(OWNER, role=role)


def quoted(
    name: str,
    plan_id: str,
    item: Item,
    *,
    region: str = "US",
    caller: Caller = OWNER,
    now: str = "2026-01-20T10:00:00Z",
) -> Quote:
    """The quote of an item for an account on a plan of a sample policy."""
    return quote(
        Present(published(name).policy, account_on(name, plan_id, region=region), (), instant(now)), item, caller
    )
