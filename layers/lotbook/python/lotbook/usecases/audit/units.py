"""The units that an account's books may have: those of every version of its policy, not of the newest alone (B3, X-33).

What an old version promised is audited by its own lists. A lot does not vanish because a later document has no word for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.errors import BrokenInvariant

if TYPE_CHECKING:
    from lotbook.ports.shop import AccountStore, PolicyStore

MAX_VERSIONS = 500  # of one policy, the newest ones: each is read once a process
MAX_KEPT = 64  # policies of which a process keeps the units


class UnitsOfAllVersions:
    """Answers an account's units; versions are immutable, so what was read once stays right."""

    def __init__(self, accounts: AccountStore, policies: PolicyStore) -> None:
        self._accounts, self._policies = accounts, policies
        self._kept: dict[str, tuple[int, tuple[str, ...]]] = {}  # by policy: up to which version, and the units

    def __call__(self, account_id: str) -> tuple[str, ...]:
        """The newest version's first, in its order; none for an account that was never opened. Raises Unavailable."""
        account = self._accounts.get(account_id)
        if account is None:
            return ()
        newest = self._policies.newest(account.policy_id)
        if newest is None:
            raise BrokenInvariant(f"account {account_id} lives under a policy that is not published")
        known_to, known = self._kept.get(account.policy_id, (0, ()))
        if known_to < newest.version:
            since = range(newest.version, max(known_to, newest.version - MAX_VERSIONS), -1)
            units = [unit for version in since for unit in self._units(account.policy_id, version)]
            known = tuple(dict.fromkeys([*units, *known]))
            self._keep(account.policy_id, newest.version, known)
        return known

    def _keep(self, policy_id: str, version: int, units: tuple[str, ...]) -> None:
        if len(self._kept) >= MAX_KEPT:
            self._kept.pop(next(iter(self._kept)))
        self._kept[policy_id] = version, units

    def _units(self, policy_id: str, version: int) -> tuple[str, ...]:
        published = self._policies.version(policy_id, version)
        if published is None:
            raise BrokenInvariant(f"version {version} of policy {policy_id} is gone")
        return published.policy.units
