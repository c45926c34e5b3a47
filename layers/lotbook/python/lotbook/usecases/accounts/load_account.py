"""An account with the policy that holds for it now: what nearly every use case starts from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.accounts.periods import account_at
from lotbook.domain.accounts.pinned import pinned
from lotbook.domain.values.errors import AccountNotFound, BrokenInvariant
from lotbook.domain.values.light_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.document import Policy, PublishedPolicy
    from lotbook.ports.readers import AccountReader, PolicyReader
    from lotbook.ports.shop import Clock


@dataclass(frozen=True, slots=True)
class LoadedAccount:
    """The account, and its policy: the newest version, with the account's own plan as it was bought (X-33)."""

    account: Account
    published: PublishedPolicy
    stored: Account | None = None  # as it is kept: what time has decided since may not be written yet

    @property
    def policy(self) -> Policy:
        """What holds for the account."""
        return self.published.policy


def load_account(
    account_id: str, *, accounts: AccountReader, policies: PolicyReader, clock: Clock, not_before: int = 0
) -> LoadedAccount:
    """The account as it stands now: a plan that is over has ended, one that was to follow has begun.

    Raises AccountNotFound. `not_before`: an instant that somebody has seen already, where this clock may be behind.
    """
    stored = load_stored_account(account_id, accounts=accounts, policies=policies)
    return as_of(stored, max(clock.now(), not_before), policies=policies)


def as_of(stored: LoadedAccount, at: int, *, policies: PolicyReader) -> LoadedAccount:
    """The account as it stands at an instant, from how it is kept."""
    account = account_at(stored.policy, stored.account, at)
    if account.plan_policy_version == stored.account.plan_policy_version:
        return LoadedAccount(account, stored.published, stored.account)
    return LoadedAccount(account, _published(account, policies), stored.account)


def load_stored_account(account_id: str, *, accounts: AccountReader, policies: PolicyReader) -> LoadedAccount:
    """The account as it is kept, whatever time it is: for those who write it. Raises AccountNotFound."""
    return with_policy(accounts.get(account_id), policies=policies)


def with_policy(account: Account | None, *, policies: PolicyReader) -> LoadedAccount:
    """An account that was read, with its policy. Raises AccountNotFound for none."""
    if account is None:
        raise AccountNotFound
    return LoadedAccount(account, _published(account, policies))


def policy_under(account: Account, plan_id: str, version: int, *, policies: PolicyReader) -> Policy:
    """What holds for the account while it is on that plan of that version (0: the newest)."""
    on_it = replace(account, plan_id=plan_id, plan_policy_version=version)
    return _published(on_it, policies).policy


def _published(account: Account, policies: PolicyReader) -> PublishedPolicy:
    newest = policies.newest(account.policy_id)
    if newest is None:
        raise BrokenInvariant(f"account {account.account_id} lives under a policy that is not published")
    if account.plan_policy_version in (0, newest.version):
        return newest
    own = policies.version(account.policy_id, account.plan_policy_version)
    if own is None:
        raise BrokenInvariant(f"account {account.account_id}: the version of its plan is gone")
    return replace(newest, policy=pinned(newest.policy, own.policy, account.plan_id))


def require_account(account_id: str, *, accounts: AccountReader) -> None:
    """What lists of an account ask first, so that an absent one is not an empty one (D40). Raises AccountNotFound."""
    if accounts.get(account_id) is None:
        raise AccountNotFound
