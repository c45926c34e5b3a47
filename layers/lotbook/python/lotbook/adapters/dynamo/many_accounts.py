"""What the stream looks up of a hundred accounts in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.accounts import account_of
from lotbook.adapters.dynamo.batches import read_all, read_unchanging
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.domain.credits import ledger

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.accounts.account import Account
    from lotbook.domain.credits.lots import Lot
    from lotbook.ports.news import LotPlace, NotePlace


class DynamoManyAccounts:
    """Implements `ManyAccounts`. Reads are eventually consistent for what never changes, and asked again where they find nothing."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def lots(self, places: Collection[LotPlace]) -> Mapping[LotPlace, Lot]:
        """From the entries of their grants."""
        names = {place: ledger.granted_name(place[2]) for place in places}
        wanted = {place: keys.lot_ledger(*place[:2], name) for place, name in names.items()}
        items = read_unchanging(self._table, wanted.values())
        found: dict[LotPlace, Lot] = {}
        for place, key in wanted.items():
            values = items.get((key["pk"], key["sk"]))
            lot = entry_of(names[place], values).lot if values else None
            if lot is not None:
                found[place] = lot
        return found

    def notes(self, places: Collection[NotePlace]) -> Mapping[NotePlace, Mapping[str, str]]:
        """Strongly consistent: erasing takes them away. Old ones lie beside their entries."""
        found: dict[NotePlace, Mapping[str, str]] = {}
        for key_of in (keys.note, keys.old_note):
            wanted = {place: key_of(*place) for place in places if place not in found}
            items = read_all(self._table, wanted.values())
            found |= {
                place: items[key["pk"], key["sk"]]["metadata"]
                for place, key in wanted.items()
                if (key["pk"], key["sk"]) in items
            }
        return found

    def accounts(self, account_ids: Collection[str]) -> Mapping[str, Account]:
        """As they are, or were a moment ago."""
        items = read_unchanging(self._table, [keys.account(account_id) for account_id in account_ids])
        accounts = map(account_of, items.values())
        return {account.account_id: account for account in accounts}
