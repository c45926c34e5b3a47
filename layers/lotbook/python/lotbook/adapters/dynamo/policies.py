"""Published policies in the table: a head that points at the newest version, and versions that never change.

The document is kept as JSON text, as it was published, and read again on load: what the model adds later has defaults.
Versions are immutable, so a process keeps those it has read (MAX_CACHED).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from lotbook.adapters.calls import send, was_refused, write_over
from lotbook.adapters.dynamo import keys, policy_lists
from lotbook.adapters.dynamo.table import NOT_YET_WRITTEN, Condition, Table, from_item, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.adapters.system import SystemClock
from lotbook.domain.policy.document import Publication, PublishedPolicy
from lotbook.domain.policy.stored import read_policy
from lotbook.domain.policy.uses import Use
from lotbook.domain.values.instants import SECOND
from lotbook.ports.shop import Clock

MAX_CACHED = 64
MAX_HEAD_AGE = 2 * SECOND  # how long burns may go on being rated by the version before
MAX_NOTED = 10_000  # uses that a process knows to be noted
NOBODY_USES_IT = Condition("attribute_not_exists(pk)")  # or what an account uses is dropped under it (B3)
HEAD_IS_AS_READ = Condition("#newest = :read")


class DynamoPolicies:
    """Implements `PolicyStore`."""

    def __init__(self, table: Table, clock: Clock | None = None) -> None:
        self._table, self._clock = table, clock or SystemClock()
        self._heads: dict[str, tuple[int, int]] = {}
        self._cached = lru_cache(maxsize=MAX_CACHED)(self._read)
        self._noted: set[tuple[str, Use]] = set()

    def newest(self, policy_id: str) -> PublishedPolicy | None:
        """The version that the head points at."""
        head = self._head(policy_id)
        return self.version(policy_id, head) if head else None

    def version(self, policy_id: str, version: int) -> PublishedPolicy | None:
        """One version; None when it was never published."""
        try:
            return self._cached(policy_id, version)
        except LookupError:
            return None

    def publish(
        self,
        policy_id: str,
        document: Mapping[str, object],
        dropped: frozenset[Use] = frozenset(),
        publication: Publication | None = None,
    ) -> PublishedPolicy:
        """Write the next version, move the head and say so in the list, all or nothing, while nobody uses what is `dropped`.

        Raises Conflict when somebody was faster.
        """
        head = self._head(policy_id)
        published = PublishedPolicy(policy_id, head + 1, read_policy(document), document, publication)
        first = (self.version(policy_id, 1) if head else None) or published
        entry = policy_lists.entry_put(self._table, published, first)
        puts = [{"Put": self._version_put(published)}, {"Put": self._head_put(policy_id, head)}, {"Put": entry}]
        checks = [{"ConditionCheck": self._is_unused(policy_id, use)} for use in dropped]
        write_over(self._table.client, "transact_write_items", {"TransactItems": [*puts, *checks]})
        return published

    def enter(self, policy_id: str) -> None:
        """Say in the list what is published: for policies of releases that had none.

        Raises Conflict when somebody publishes meanwhile, who says it.
        """
        head = self._head(policy_id)
        newest, first = self.version(policy_id, head), self.version(policy_id, 1)
        if newest is None or first is None:
            return
        is_newest = {
            "TableName": self._table.name,
            "Key": to_item(keys.policy_head(policy_id)),
            "ConditionExpression": HEAD_IS_AS_READ,
            "ExpressionAttributeNames": {"#newest": "newest"},
            "ExpressionAttributeValues": to_item({":read": head}),
        }
        entry = policy_lists.entry_put(self._table, newest, first)
        writes = [{"ConditionCheck": is_newest}, {"Put": entry}]
        write_over(self._table.client, "transact_write_items", {"TransactItems": writes})

    def recent(self, policy_id: str) -> PublishedPolicy | None:
        """The newest version as this process saw it at most MAX_HEAD_AGE ago, by the wall clock; one read after that."""
        number, seen_at = self._heads.get(policy_id, (0, 0))
        if not 0 <= self._clock.now() - seen_at < MAX_HEAD_AGE:
            number = self._head(policy_id)
            if len(self._heads) >= MAX_CACHED:
                self._heads.clear()
            self._heads[policy_id] = number, self._clock.now()
        return self.version(policy_id, number) if number else None

    def uses(self, policy_id: str) -> Mapping[Use, str]:
        """One query: a policy has some units and some currencies."""
        request = {
            "TableName": self._table.name,
            "KeyConditionExpression": "pk = :pk",
            "ExpressionAttributeValues": to_item({":pk": keys.policy_use(policy_id, "unit", "")["pk"]}),
            "ConsistentRead": True,
        }
        found = map(from_item, send(self._table.client, "query", request)["Items"])
        return {Use(*item["sk"].split("#", 1)): item["account_id"] for item in found}

    def note_use(self, policy_id: str, use: Use, account_id: str) -> bool:
        """Put it where it is not known. A process asks once for each: what is noted stays."""
        known = policy_id, use
        if known in self._noted:
            return False
        request = {
            "TableName": self._table.name,
            "Item": to_item(keys.policy_use(policy_id, use.kind, use.name) | {"account_id": account_id}),
            "ConditionExpression": NOBODY_USES_IT,
        }
        try:
            send(self._table.client, "put_item", request)
            is_new = True
        except ServiceRefused as error:
            if not was_refused(error):
                raise
            is_new = False
        if len(self._noted) < MAX_NOTED:
            self._noted.add(known)
        return is_new

    def _is_unused(self, policy_id: str, use: Use) -> dict[str, object]:
        key = to_item(keys.policy_use(policy_id, use.kind, use.name))
        return {"TableName": self._table.name, "Key": key, "ConditionExpression": NOBODY_USES_IT}

    def _head(self, policy_id: str) -> int:
        """The newest version's number; 0 when nothing was published."""
        item = self._item(keys.policy_head(policy_id))
        return 0 if item is None else int(item["newest"])

    def _read(self, policy_id: str, version: int) -> PublishedPolicy:
        """Raises LookupError for a version that does not exist, so that its absence is not remembered."""
        item = self._item(keys.policy_version(policy_id, version))
        if item is None:
            raise LookupError(policy_id, version)
        document, publication = json.loads(item["document"]), policy_lists.publication_of(item)
        return PublishedPolicy(policy_id, version, read_policy(document), document, publication)

    def _item(self, key: dict[str, str]) -> dict[str, Any] | None:
        request = {"TableName": self._table.name, "Key": to_item(key), "ConsistentRead": True}
        answer = send(self._table.client, "get_item", request)
        return from_item(answer["Item"]) if "Item" in answer else None

    def _version_put(self, published: PublishedPolicy) -> dict[str, object]:
        values = {
            **keys.policy_version(published.policy_id, published.version),
            "version": published.version,
            "document": json.dumps(published.document, separators=(",", ":"), ensure_ascii=False),
            **policy_lists.said(published.publication),
        }
        return {"TableName": self._table.name, "Item": to_item(values), "ConditionExpression": NOT_YET_WRITTEN}

    def _head_put(self, policy_id: str, head: int) -> dict[str, object]:
        put: dict[str, object] = {
            "TableName": self._table.name,
            "Item": to_item({**keys.policy_head(policy_id), "newest": head + 1}),
        }
        if not head:
            return {**put, "ConditionExpression": NOT_YET_WRITTEN}
        return {
            **put,
            "ConditionExpression": HEAD_IS_AS_READ,
            "ExpressionAttributeNames": {"#newest": "newest"},
            "ExpressionAttributeValues": to_item({":read": head}),
        }
