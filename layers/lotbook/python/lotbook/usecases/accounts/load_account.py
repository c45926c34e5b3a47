"""An account with the policy that holds for it now: what nearly every use case starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lotbook.domain.accounts.periods import account_at
from lotbook.domain.values.errors import AccountNotFound, BrokenInvariant

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.document import PublishedPolicy
    from lotbook.ports.shop import AccountStore, Clock, PolicyStore


@dataclass(frozen=True, slots=True)
class LoadedAccount:
    """The account as it stands now (a term that is over has ended), and the newest version of its policy."""

    account: Account
    published: PublishedPolicy


def load_account(
    account_id: str, *, accounts: AccountStore, policies: PolicyStore, clock: Clock, not_before: int = 0
) -> LoadedAccount:
    """Raises AccountNotFound. `not_before`: an instant that somebody has seen already, where this clock may be behind."""
    stored = load_stored_account(account_id, accounts=accounts, policies=policies)
    policy = stored.published.policy
    return LoadedAccount(account_at(policy, stored.account, max(clock.now(), not_before)), stored.published)


def load_stored_account(account_id: str, *, accounts: AccountStore, policies: PolicyStore) -> LoadedAccount:
    """The account as it is kept, whatever time it is: for those who write it. Raises AccountNotFound."""
    account = accounts.get(account_id)
    if account is None:
        raise AccountNotFound
    published = policies.newest(account.policy_id)
    if published is None:
        raise BrokenInvariant(f"account {account_id} lives under a policy that is not published")
    return LoadedAccount(account, published)


def require_account(account_id: str, *, accounts: AccountStore) -> None:
    """What lists of an account ask first, so that an absent one is not an empty one (D40). Raises AccountNotFound."""
    if accounts.get(account_id) is None:
        raise AccountNotFound
