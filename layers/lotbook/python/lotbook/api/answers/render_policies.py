"""Lists of policies and versions, and what a publication would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.values.instants import to_text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.api.answers import shapes_policies as shapes
    from lotbook.domain.policy.document import Publication, PublishedPolicy
    from lotbook.domain.policy.listed import ListedPolicy, ListedVersion
    from lotbook.domain.values.access import Caller
    from lotbook.usecases.accounts.try_policy import Tried


def published(version: PublishedPolicy) -> shapes.PolicyVersion:
    """A publication."""
    at = _at(version.publication)
    return {"policy_id": version.policy_id, "version": version.version, "published_at": at}


def policies(found: Iterable[ListedPolicy], caller: Caller, next_cursor: str | None) -> shapes.Policies:
    """A page of policies."""
    shown: list[shapes.ListedPolicy] = [
        {
            "policy_id": each.policy_id,
            "title": each.title,
            "version": each.version,
            "published_at": _at(each.publication),
            "published_by": _by(each.publication, caller),
        }
        for each in found
    ]
    return {"policies": shown, "next_cursor": next_cursor}


def versions(
    policy_id: str, found: Iterable[ListedVersion], caller: Caller, next_cursor: str | None
) -> shapes.PolicyVersions:
    """A page of a policy's versions."""
    shown: list[shapes.ListedVersion] = [
        {
            "version": each.version,
            "published_at": _at(each.publication),
            "published_by": _by(each.publication, caller),
        }
        for each in found
    ]
    return {"policy_id": policy_id, "versions": shown, "next_cursor": next_cursor}


def tried(policy_id: str, found: Tried, next_cursor: str | None) -> shapes.PolicyDryRun:
    """What a publication would do."""
    return {
        "policy_id": policy_id,
        "version": found.version,
        "changes": [{"path": each.path, "before": each.before, "after": each.after} for each in found.changes],
        "affects": [
            {"plan_id": each.plan_id, "by": each.by, "accounts": each.accounts, "keeping": each.keeping}
            for each in found.affects
        ],
        "next_cursor": next_cursor,
    }


def _at(publication: Publication | None) -> str | None:
    return to_text(publication.at) if publication else None


def _by(publication: Publication | None, caller: Caller) -> str | None:
    """The names of the seller's keys are nothing to members."""
    return publication.by if publication and caller.kind == "service" else None
