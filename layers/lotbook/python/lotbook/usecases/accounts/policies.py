"""Publish a validated policy as its next version, and load one that was published."""

from __future__ import annotations

from collections.abc import Mapping

from lotbook.domain.policy.document import Policy, Publication, PublishedPolicy
from lotbook.domain.policy.findings import Finding, refusal, shown
from lotbook.domain.policy.plan_checks import dropped_plans, moved_default
from lotbook.domain.policy.uses import dropped, findings
from lotbook.domain.values.errors import Conflict, PolicyNotFound
from lotbook.ports.policies import PolicyPublisher
from lotbook.ports.readers import PolicyReader

PUBLISH_ATTEMPTS = 3


def publish_policy(
    policy_id: str,
    policy: Policy,
    document: Mapping[str, object],
    *,
    policies: PolicyPublisher,
    publication: Publication | None = None,
) -> PublishedPolicy:
    """The next version; a document identical to the newest answers that version again, nothing is written.

    Raises PolicyInvalid when the document names another policy, loses a plan or moves the first unit of the newest version,
    or loses a unit or currency that an account uses (X-33); Conflict when others kept publishing at the same time.
    """
    if policy.policy_id != policy_id:
        raise refusal([Finding("policy_id", shown(policy.policy_id), f"{policy_id}, as in the address")])
    for _ in range(PUBLISH_ATTEMPTS):
        newest = policies.newest(policy_id)
        if newest is not None and newest.document == document:
            return newest
        lost = dropped(newest.policy, policy) if newest else frozenset()
        wrong = [*dropped_plans(newest.policy, policy)] if newest else []
        wrong += moved_default(newest.policy, policy) if newest else ()
        wrong += findings(lost, policies.uses(policy_id)) if lost else []
        if wrong:
            raise refusal(wrong)
        try:
            return policies.publish(policy_id, document, lost, publication)
        except Conflict:
            continue
    raise Conflict


def load_policy(policy_id: str, version: int | None = None, *, policies: PolicyReader) -> PublishedPolicy:
    """The newest version, or the one asked for; raises PolicyNotFound."""
    found = policies.newest(policy_id) if version is None else policies.version(policy_id, version)
    if found is None:
        raise PolicyNotFound
    return found
