"""Policies and their versions, newest first: an entry for each policy in the directory, written with every version of it.

An entry's place is the instant of its policy's first version, so it never moves; that of a policy which an older release
published, and did not say when, is the beginning of time. Versions are listed from where they are kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import from_item, to_item
from lotbook.domain.policy.document import Publication
from lotbook.domain.policy.listed import ListedPolicy, ListedVersion

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.policy.document import PublishedPolicy

POLICIES = "policies"  # their part of the directory
INSTANT_DIGITS = 15
MAX_VERSION = 999_999  # as many digits as a key has for it
WITHOUT_DOCUMENT: Mapping[str, Any] = {
    "ProjectionExpression": "pk, sk, f, #version, published_at, published_by",
    "ExpressionAttributeNames": {"#version": "version"},
}


class DynamoPolicyLists:
    """Implements `PolicyDirectory`: one query a page."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, limit: int, after: str | None) -> list[ListedPolicy]:
        """The entries behind a place."""
        places = ("sk < :below", {":below": after}) if after is not None else ("", {})
        return [
            ListedPolicy(item["policy_id"], item["title"], int(item["version"]), publication_of(item), item["sk"])
            for item in self._newest_first(keys.directory(POLICIES, "")["pk"], places, limit)
        ]

    def versions(self, policy_id: str, limit: int, below: int | None) -> list[ListedVersion]:
        """Without their documents. DynamoDB reads these all the same, a megabyte a query at most, so a page may be short."""
        first = keys.policy_version(policy_id, 1)
        last = keys.policy_version(policy_id, MAX_VERSION if below is None else below - 1)
        places = "sk BETWEEN :first AND :last", {":first": first["sk"], ":last": last["sk"]}
        found = self._newest_first(first["pk"], places, limit, WITHOUT_DOCUMENT)
        return [ListedVersion(int(item["version"]), publication_of(item)) for item in found]

    def _newest_first(
        self, pk: str, places: tuple[str, Mapping[str, str]], limit: int, more: Mapping[str, Any] | None = None
    ) -> list[dict[str, Any]]:
        condition, names = places
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "KeyConditionExpression": f"pk = :pk AND {condition}" if condition else "pk = :pk",
            "ExpressionAttributeValues": to_item({":pk": pk, **names}),
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": limit,
            **(more or {}),
        }
        return [from_item(item) for item in send(self._table.client, "query", request)["Items"]]


def entry_put(table: Table, published: PublishedPolicy, first: PublishedPolicy) -> dict[str, Any]:
    """The policy's entry as of this version. `first`: its version 1, which says where the entry stands."""
    since = first.publication.at if first.publication else 0
    entry = {
        **keys.directory(POLICIES, f"{since:0{INSTANT_DIGITS}d}#{published.policy_id}"),
        "policy_id": published.policy_id,
        "title": published.policy.title,
        "version": published.version,
        **said(published.publication),
    }
    return {"TableName": table.name, "Item": to_item(entry)}


def said(publication: Publication | None) -> dict[str, str | int]:
    """When it was published and by whom, as items have it."""
    return {} if publication is None else {"published_at": publication.at, "published_by": publication.by}


def publication_of(item: Mapping[str, Any]) -> Publication | None:
    """The same, read; None where an older release wrote the item."""
    return Publication(int(item["published_at"]), item["published_by"]) if "published_at" in item else None
