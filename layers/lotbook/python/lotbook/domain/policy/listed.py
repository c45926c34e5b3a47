"""Policies and versions as lists show them: without their documents."""

from __future__ import annotations

from lotbook.domain.policy.document import Publication
from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ListedPolicy:
    """A policy in the list of all, with its newest version; `place` is where the list goes on behind it."""

    policy_id: str
    title: str
    version: int
    publication: Publication | None
    place: str


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """A version in the list of a policy's. One of an older release does not say when it was published, and by whom."""

    version: int
    publication: Publication | None
