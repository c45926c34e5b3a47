"""Everything that was journaled about lots: under their own names, and their shares of what they died of together with others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.dynamo import formats, keys
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.adapters.dynamo.table import from_item, to_item
from lotbook.domain.credits.ledger import share_of, together_prefix
from lotbook.domain.values.errors import BrokenInvariant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from lotbook.domain.credits.ledger import Entry

AFTER_THE_LAST = "$"  # the sign after `#`, which begins what is journaled about a lot
MAX_LOT_PAGES = 100  # of a megabyte: a lot has a handful of entries, and ids that begin like its own are as rare


class LotEvents:
    """Of one account and unit. `query` is DynamoDB's, with the table named."""

    def __init__(self, account_id: str, unit: str, query: Callable[..., Any]) -> None:
        self._account_id, self._unit, self._query = account_id, unit, query

    def of(self, lot_ids: Sequence[str]) -> dict[str, list[Entry]]:
        """By lot: from `lot#<first>` to the last of `lot#<last>#`, and the same of the instants at which these die.

        What lies between and is of no such lot is passed over. Raises BrokenInvariant after MAX_LOT_PAGES.
        """
        found: dict[str, list[Entry]] = {lot_id: [] for lot_id in lot_ids}
        for entry in self._between(f"lot#{min(lot_ids)}", f"lot#{max(lot_ids)}"):
            # A longer id that begins like one of these is another lot.
            found.get(entry.name.split("#")[1], []).append(entry)
        ends = [entry.lot.expires_at for entries in found.values() for entry in entries if entry.lot]
        instants = [together_prefix(end) for end in ends if end is not None]
        for entry in self._between(min(instants), max(instants)) if instants else ():
            for draw in entry.draws:
                if draw.lot_id in found:
                    found[draw.lot_id].append(share_of(entry, draw.lot_id))
        return found

    def newest(self, last: str, most: int) -> dict[str, Entry]:
        """By name: at most so many from the name `last` down, in one read. What this release does not know is passed over."""
        highest = keys.lot_ledger(self._account_id, self._unit, last)
        page = self._query(
            KeyConditionExpression="pk = :pk AND sk <= :last",
            ExpressionAttributeValues=to_item({":pk": highest["pk"], ":last": highest["sk"]}),
            ConsistentRead=True,
            ScanIndexForward=False,
            Limit=most,
        )
        known = (from_item(item) for item in page["Items"] if formats.is_known(item))
        return {values["sk"]: entry_of(values["sk"], values) for values in known}

    def _between(self, first: str, last: str) -> Iterator[Entry]:
        lowest, highest = (keys.lot_ledger(self._account_id, self._unit, name) for name in (first, last))
        bounds = {":pk": lowest["pk"], ":first": lowest["sk"], ":last": highest["sk"] + AFTER_THE_LAST}
        more: dict[str, Any] = {}
        for _ in range(MAX_LOT_PAGES):
            page = self._query(
                KeyConditionExpression="pk = :pk AND sk BETWEEN :first AND :last",
                ExpressionAttributeValues=to_item(bounds),
                ConsistentRead=True,
                **more,
            )
            for values in map(from_item, page["Items"]):
                yield entry_of(values["sk"], values)
            if "LastEvaluatedKey" not in page:
                return
            more = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
        raise BrokenInvariant(f"entries from {first} to {last} do not end after {MAX_LOT_PAGES} pages")
