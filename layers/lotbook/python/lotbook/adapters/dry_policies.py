"""A store of policies that keeps nothing: a publication over it checks all that it checks, and nothing is published (decisions/0149)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.policy.document import PublishedPolicy
from lotbook.domain.policy.stored import read_policy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.domain.policy.document import Publication
    from lotbook.domain.policy.uses import Use
    from lotbook.ports.policies import PolicyPublisher


class DryPolicies:
    """Implements `PolicyPublisher`. `before`: the newest version as the publication read it."""

    def __init__(self, policies: PolicyPublisher) -> None:
        self._real = policies
        self.before: PublishedPolicy | None = None

    def newest(self, policy_id: str) -> PublishedPolicy | None:
        """As it is."""
        self.before = self._real.newest(policy_id)
        return self.before

    def publish(
        self,
        policy_id: str,
        document: Mapping[str, object],
        _dropped: frozenset[Use] = frozenset(),
        publication: Publication | None = None,
    ) -> PublishedPolicy:
        """The version that it would be. Nobody is faster here, and what is used was asked before."""
        number = self.before.version + 1 if self.before else 1
        return PublishedPolicy(policy_id, number, read_policy(document), document, publication)

    def uses(self, policy_id: str) -> Mapping[Use, str]:
        """As they are."""
        return self._real.uses(policy_id)
