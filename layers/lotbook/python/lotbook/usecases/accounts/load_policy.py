"""Load a published policy."""

from __future__ import annotations

from lotbook.domain.policy.document import PublishedPolicy
from lotbook.domain.values.errors import PolicyNotFound
from lotbook.ports.shop import PolicyStore


def load_policy(policy_id: str, version: int | None = None, *, policies: PolicyStore) -> PublishedPolicy:
    """The newest version, or the one asked for; raises PolicyNotFound."""
    found = policies.newest(policy_id) if version is None else policies.version(policy_id, version)
    if found is None:
        raise PolicyNotFound
    return found
