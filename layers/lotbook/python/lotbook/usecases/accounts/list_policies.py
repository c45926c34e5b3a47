"""Policies and the versions of one, newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.errors import PolicyNotFound

if TYPE_CHECKING:
    from lotbook.domain.policy.listed import ListedPolicy, ListedVersion
    from lotbook.ports.policies import PolicyDirectory

FIRST = 1


def list_policies(limit: int, after: str | None, *, policies: PolicyDirectory) -> tuple[list[ListedPolicy], str | None]:
    """At most `limit` policies from behind a place; the second is where to go on, None at the end."""
    found = policies.page(limit + 1, after)  # one more than is shown: the last page says that it is the last
    shown = found[:limit]
    return shown, shown[-1].place if len(found) > limit else None


def list_versions(
    policy_id: str, limit: int, after: str | None, *, policies: PolicyDirectory
) -> tuple[list[ListedVersion], str | None]:
    """At most `limit` versions from behind a place; the second is where to go on, None at the first version.

    Raises PolicyNotFound for a policy that was never published.
    """
    found = policies.versions(policy_id, limit, int(after) if after else None)
    if not found:
        raise PolicyNotFound
    last = found[-1].version
    return found, str(last) if last > FIRST else None
