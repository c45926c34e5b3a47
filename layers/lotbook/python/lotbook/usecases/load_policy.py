"""Load a published policy."""

from __future__ import annotations

from lotbook.domain.errors import PolicyNotFound
from lotbook.domain.policy import PublishedPolicy
from lotbook.ports import PolicyStore


def load_policy(policy_id: str, version: int | None = None, *, policies: PolicyStore) -> PublishedPolicy:
    """The newest version, or the one asked for; raises PolicyNotFound."""
    found = policies.newest(policy_id) if version is None else policies.version(policy_id, version)
    if found is None:
        raise PolicyNotFound
    return found
