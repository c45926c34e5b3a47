"""What calls about policies answer. Standard library only."""

from __future__ import annotations

from typing import Any, Literal, TypedDict

from lotbook.api.answers.shapes_parts import Instant

PolicySchema = dict[str, Any]


class PolicyVersion(TypedDict):
    """A published version, and when it was published: null where an older release did not say."""

    policy_id: str
    version: int
    published_at: Instant | None


class ListedVersion(TypedDict):
    """A version, when it was published, and with which service key: null where an older release did not say.

    `published_by` is shown to service keys alone.
    """

    version: int
    published_at: Instant | None
    published_by: str | None


class PolicyVersions(TypedDict):
    """A page of a policy's versions, newest first. It may be short and not the last."""

    policy_id: str
    versions: list[ListedVersion]
    next_cursor: str | None


class ListedPolicy(TypedDict):
    """A policy with its newest version, when that was published, and with which service key (as in its versions)."""

    policy_id: str
    title: str
    version: int
    published_at: Instant | None
    published_by: str | None


class Policies(TypedDict):
    """A page of policies: the one that was first published last comes first."""

    policies: list[ListedPolicy]
    next_cursor: str | None


class PolicyChange(TypedDict):
    """One place that changes: a plan is named by its id, `plans[pro].credits`. null: there is nothing."""

    path: str
    before: Any
    after: Any


class PolicyReach(TypedDict):
    """Accounts on one plan, closed ones left out. `by`: the plan's own lines change, or something that all plans share.

    `accounts`: those that it reaches, from their next period or purchase on. `keeping`: those that it does not reach, because
    their plan stays as it was bought until they change it.
    """

    plan_id: str
    by: Literal["plan", "policy"]
    accounts: int
    keeping: int


class PolicyDryRun(TypedDict):
    """What publishing the document would do. `version`: the one that it would be; the newest one, where nothing changes.

    `affects` counts what is found among a thousand accounts; `next_cursor` counts on: the sums of all pages are the whole.
    """

    policy_id: str
    version: int
    changes: list[PolicyChange]
    affects: list[PolicyReach]
    next_cursor: str | None
