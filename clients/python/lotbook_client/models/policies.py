"""What Lotbook answers: policies. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from lotbook_client.answers import Answer

PolicyReachBy = Literal[
    "plan",
    "policy",
]


@dataclass(frozen=True, kw_only=True)
class ListedPolicy(Answer):
    """A policy with its newest version, when that was published, and with which service key (as in its versions)."""

    policy_id: str
    title: str
    version: int
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, kw_only=True)
class ListedVersion(Answer):
    """A version, when it was published, and with which service key: null where an older release did not say.

    `published_by` is shown to service keys alone.
    """

    version: int
    published_at: datetime | None
    published_by: str | None


@dataclass(frozen=True, kw_only=True)
class Policies(Answer):
    """A page of policies: the one that was first published last comes first."""

    policies: list[ListedPolicy]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class PolicyChange(Answer):
    """One place that changes: a plan is named by its id, `plans[pro].credits`. null: there is nothing."""

    path: str
    before: Any
    after: Any


@dataclass(frozen=True, kw_only=True)
class PolicyDryRun(Answer):
    """What publishing the document would do.

    `version`: the one that it would be; the newest one, where nothing changes. `affects` counts what is found among a
    thousand accounts; `next_cursor` counts on: the sums of all pages are the whole.
    """

    policy_id: str
    version: int
    changes: list[PolicyChange]
    affects: list[PolicyReach]
    next_cursor: str | None


@dataclass(frozen=True, kw_only=True)
class PolicyReach(Answer):
    """Accounts on one plan, closed ones left out.

    `by`: the plan's own lines change, or something that all plans share. `accounts`: those that it reaches, from their
    next period or purchase on. `keeping`: those that it does not reach, because their plan stays as it was bought until
    they change it.
    """

    plan_id: str
    by: PolicyReachBy | str
    accounts: int
    keeping: int


@dataclass(frozen=True, kw_only=True)
class PolicyVersion(Answer):
    """A published version, and when it was published: null where an older release did not say."""

    policy_id: str
    version: int
    published_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PolicyVersions(Answer):
    """A page of a policy's versions, newest first. It may be short and not the last."""

    policy_id: str
    versions: list[ListedVersion]
    next_cursor: str | None
