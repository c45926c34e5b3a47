"""Accounts, policies and a clock in memory, safe to use from threads, and small policies to test periods with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from threading import Lock
from typing import Any

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.refusals import ExternalIdTaken
from lotbook.domain.policy.document import Policy, Publication, PublishedPolicy
from lotbook.domain.policy.parts import Currencies, PaymentRule
from lotbook.domain.policy.plans import Downgrade, Plan, PlanChange, Upgrade
from lotbook.domain.policy.top_ups import TopUp
from lotbook.domain.policy.uses import Use
from lotbook.domain.values import instants
from lotbook.domain.values.errors import Conflict


def at(text: str) -> int:
    """Milliseconds of `2026-01-31` or `2026-01-31T10:00:00`, UTC."""
    return instants.from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


class ManualClock:
    """Stands still until it is set."""

    def __init__(self, text: str = "2026-01-15T10:00:00") -> None:
        self.instant = at(text)

    def now(self) -> int:
        return self.instant

    def set(self, text: str) -> None:
        self.instant = at(text)


class FakeAccounts:
    """Implements `AccountStore`."""

    def __init__(self, *accounts: Account) -> None:
        self._lock = Lock()
        self._items = {account.account_id: account for account in accounts}

    def get(self, account_id: str) -> Account | None:
        return self._items.get(account_id)

    def get_with_book(self, account_id: str, unit: str, books: Any) -> tuple[Any, Account | None]:
        book = books.get(account_id, unit)
        return book, self.get(account_id)

    def create(self, account: Account) -> Account | None:
        with self._lock:
            if account.account_id in self._items:
                return self._items[account.account_id]
            self._items[account.account_id] = account
            return None

    def get_many(self, account_ids: Sequence[str]) -> dict[str, Account]:
        return {account_id: self._items[account_id] for account_id in account_ids if account_id in self._items}

    def rename(self, before: Account, after: Account) -> Account:
        with self._lock:
            others = [each for each in self._items.values() if each.account_id != after.account_id]
            if after.external_id is not None and any(each.external_id == after.external_id for each in others):
                raise ExternalIdTaken(external_id=after.external_id)
        return self.save(replace(after, version=before.version))

    def save(self, account: Account) -> Account:
        with self._lock:
            if self._items[account.account_id].version != account.version:
                raise Conflict
            self._items[account.account_id] = replace(account, version=account.version + 1)
            return self._items[account.account_id]


class FakePolicies:
    """Implements the reading side of `PolicyStore`; `put` publishes."""

    def __init__(self, *policies: Policy) -> None:
        self._versions: dict[str, list[PublishedPolicy]] = {}
        self.noted: dict[tuple[str, Use], str] = {}
        for policy in policies:
            self.put(policy)

    def put(self, policy: Policy) -> None:
        versions = self._versions.setdefault(policy.policy_id, [])
        versions.append(PublishedPolicy(policy.policy_id, len(versions) + 1, policy, {}))

    def newest(self, policy_id: str) -> PublishedPolicy | None:
        return self._versions[policy_id][-1] if policy_id in self._versions else None

    recent = newest

    def version(self, policy_id: str, version: int) -> PublishedPolicy | None:
        return self._versions[policy_id][version - 1]

    def uses(self, policy_id: str) -> Mapping[Use, str]:
        return {use: account_id for (of, use), account_id in self.noted.items() if of == policy_id}

    def note_use(self, policy_id: str, use: Use, account_id: str) -> bool:
        is_new = (policy_id, use) not in self.noted
        self.noted.setdefault((policy_id, use), account_id)
        return is_new

    def publish(
        self,
        policy_id: str,
        document: Mapping[str, object],
        dropped: frozenset[Use] = frozenset(),
        publication: Publication | None = None,
    ) -> PublishedPolicy:
        raise NotImplementedError("tests publish with put()")


FREE = Plan(plan_id="free", title="Free", level=0)
MONTHLY = Plan(plan_id="monthly", title="Monthly", level=1, interval="month", prices_minor={"usd": 900}, credits=100)
ANNUAL = Plan(plan_id="annual", title="Annual", level=1, interval="year", prices_minor={"usd": 9_000}, credits=100)
TERM = Plan(plan_id="term", title="Term", level=1, interval="term", term_days=365, prices_minor={"usd": 20_000})


def a_policy(**changes: Any) -> Policy:
    """A policy with a free plan, a monthly, an annual and a term plan."""
    fields: dict[str, Any] = {
        "policy_id": "shop",
        "title": "Shop",
        "starting_plan_id": "free",
        "currencies": Currencies(default="usd", by_region={"IN": "inr"}),
        "payment": (PaymentRule(label="Pay"),),
        "plans": (FREE, MONTHLY, ANNUAL, TERM),
        "top_up": TopUp(mode="quantity"),
        "plan_change": PlanChange(upgrade=Upgrade(plan_credits="forfeit"), downgrade=Downgrade(when="period_end")),
    }
    return Policy(**(fields | changes))


def an_account(anchor: str = "2026-01-15T10:00:00", **changes: Any) -> Account:
    """An account on the monthly plan of `a_policy()`."""
    fields: dict[str, Any] = {
        "account_id": "acme",
        "policy_id": "shop",
        "plan_id": "monthly",
        "region": "US",
        "currency": "usd",
        "email": "owner@acme.example",
        "time_zone": "UTC",
        "created_at": at(anchor),
        "anchor": at(anchor),
        "plan_billing": "external",
    }
    return Account(**(fields | changes))
