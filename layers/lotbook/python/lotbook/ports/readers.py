"""Accounts and policies for those who only read them: the stores are these, too, and so is what somebody has read already."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.policy.document import PublishedPolicy


class AccountReader(Protocol):
    """Account items, to read."""

    def get(self, account_id: str) -> Account | None: ...


class PolicyReader(Protocol):
    """Published policies, to read."""

    def newest(self, policy_id: str) -> PublishedPolicy | None: ...

    def version(self, policy_id: str, version: int) -> PublishedPolicy | None: ...


class RecentPolicies(Protocol):
    """Published policies, for those who look at every burn."""

    def recent(self, policy_id: str) -> PublishedPolicy | None:
        """The newest version, or what was the newest some seconds ago."""
        ...
