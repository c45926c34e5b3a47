"""Rate what was used, by the account's policy: its newest version, as this process last saw it. A burn by credits asks nothing here.

An account's policy never changes, so a process reads it once; the head of the policy is seen anew when it is older than the store
lets it be. Rating happens before the burn, and the burn keeps it: whoever sends the key again hears of the first calculation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from lotbook.domain.credits import ledger
from lotbook.domain.credits.batches import LinesRequest, lines_of_request
from lotbook.domain.credits.requests import BatchItem
from lotbook.domain.policy.costs import rated
from lotbook.domain.values.errors import BrokenInvariant, InvalidRequest
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.accounts.units import no_such_unit

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lotbook.domain.credits.requests import BurnRequest, HoldRequest
    from lotbook.domain.policy.document import PublishedPolicy
    from lotbook.ports.books import BookStore
    from lotbook.ports.readers import RecentPolicies

Asked = TypeVar("Asked", "BurnRequest", "HoldRequest")
MAX_REMEMBERED = 10_000  # accounts of one process; past it, it begins to learn anew


class Rater:
    """`policy_of` reads which policy an account has; it raises AccountNotFound."""

    def __init__(self, policy_of: Callable[[str], str], policies: RecentPolicies, books: BookStore) -> None:
        self._policy_of, self._policies, self._books = policy_of, policies, books
        self._known: dict[str, str] = {}

    def rated(self, account_id: str, asked: Asked, unit: str | None, key: str = "") -> Asked:
        """What was asked, with the credits that it costs, in the policy's first unit; `unit`: the one that the request names.

        Raises InvalidRequest as `costs.rated`, and for another unit: costs are credits of the first. A `key` that was burned is
        answered as it was rated then, also where the policy does not price it any more. Raises AccountNotFound, Unavailable.
        """
        published = self._published(account_id)
        first = published.policy.units[0]
        asked = replace(asked, unit=first)
        if asked.usage is None:
            return asked
        try:
            if unit not in (None, first):
                raise no_such_unit(published.policy.units) if unit not in published.policy.units else _not_rated(first)
            rating = rated(published, asked.usage)
        except InvalidRequest:
            entry = self._books.entry(account_id, first, ledger.burn_name(key)) if key else None
            if entry is None or not asked.has_digest(entry.digest):
                raise
            return replace(asked, credits=entry.requested, rated=entry.rated)
        return replace(asked, credits=rating.credits, rated=rating.to_text())

    def rated_items(self, account_id: str, items: Sequence[BatchItem]) -> list[BatchItem]:
        """The items of a batch, those with usage rated; raises InvalidRequest that names each that cannot be by its path."""
        found, errors = list(items), list[dict[str, str]]()
        for place, item in enumerate(items):
            if item.request.usage is None:
                continue
            try:
                asked = self.rated(account_id, item.request, item.request.unit, item.key)
                found[place] = replace(item, request=asked)
            except InvalidRequest as refusal:
                errors += [{**error, "field": f"items.{place}.{error['field']}"} for error in refusal.data["errors"]]
        if errors:
            raise InvalidRequest.of_all(errors)
        return found

    def rated_lines(self, account_id: str, key: str, lines: Sequence[BurnRequest]) -> LinesRequest:
        """The lines of a batch under one key, those with usage rated; `unit` of a line is the one that it names. Raises as `rated_items`.

        A key that was burned is answered as it was rated then, as of `rated`.
        """
        first = self._published(account_id).policy.units[0]
        within = [replace(line, unit=line.unit or first) for line in lines]
        try:
            rated = [item.request for item in self.rated_items(account_id, [BatchItem("", line) for line in within])]
            return lines_of_request(rated)
        except InvalidRequest:
            asked = LinesRequest(tuple(within), 0, "")
            entry = self._books.entry(account_id, first, ledger.burn_name(key))
            if entry is None or not asked.has_digest(entry.digest):
                raise
            return replace(asked, credits=entry.requested, text=entry.lines or "")

    def _published(self, account_id: str) -> PublishedPolicy:
        policy_id = self._known.get(account_id)
        if policy_id is None:
            policy_id = self._policy_of(account_id)
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            self._known[account_id] = policy_id
        published = self._policies.recent(policy_id)
        if published is None:
            raise BrokenInvariant(f"account {account_id} lives under a policy that is not published")
        return published


def _not_rated(first: str) -> InvalidRequest:
    return InvalidRequest.of("unit", "not_rated", f"usage is rated in {first}; leave the unit out.")
