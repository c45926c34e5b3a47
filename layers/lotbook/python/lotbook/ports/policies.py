"""Publishing policies, and finding those that nobody has named. Written together: a version that is there is in the lists.

Every method raises Unavailable when the store does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.domain.policy.document import Publication, PublishedPolicy
    from lotbook.domain.policy.listed import ListedPolicy, ListedVersion
    from lotbook.domain.policy.uses import Use


class PolicyPublisher(Protocol):
    """What a publication needs of the store of policies. Reads of the newest are strongly consistent."""

    def newest(self, policy_id: str) -> PublishedPolicy | None:
        """The newest version."""
        ...

    def publish(
        self,
        policy_id: str,
        document: Mapping[str, object],
        dropped: frozenset[Use] = frozenset(),
        publication: Publication | None = None,
    ) -> PublishedPolicy:
        """Write a validated document as the next version.

        Raises Conflict when somebody published at the same time, or when an account uses something of what is `dropped`.
        """
        ...

    def uses(self, policy_id: str) -> Mapping[Use, str]:
        """What accounts use of the policy, each with one of them."""
        ...


class PolicyDirectory(Protocol):
    """Lists are newest first. Reads are strongly consistent."""

    def page(self, limit: int, after: str | None) -> list[ListedPolicy]:
        """Of all policies, the one that was first published last comes first; one that is shorter has come to its end."""
        ...

    def versions(self, policy_id: str, limit: int, below: int | None) -> list[ListedVersion]:
        """Of a policy's versions, those below a number. It may be short and not at its end: version 1 is the end."""
        ...
