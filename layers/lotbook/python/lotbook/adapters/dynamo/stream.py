"""Records of the table's stream, as Lambda delivers them, read into changes of the domain.

Only new ledger entries, writes to purchases, changed accounts and new events of automatic purchase matter; the event source's filter
leaves the rest out, and so does this.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.accounts import account_of
from lotbook.adapters.dynamo.auto import event_of
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.adapters.dynamo.purchase_items import from_values
from lotbook.adapters.dynamo.table import from_item
from lotbook.domain.news.announcements import AccountWritten, AutoNoted, Change, EntryWritten, PurchaseWritten

if TYPE_CHECKING:
    from collections.abc import Mapping


def owner_of(record: Mapping[str, Any]) -> str:
    """The account that a record is about, by its key alone: also of one that cannot be read."""
    place = from_item(record["dynamodb"]["Keys"])
    return keys.owner_and_name(place["pk"], place["sk"])[0]


def read_record(record: Mapping[str, Any]) -> Change | None:
    """The change, None for what nobody announces. Raises whatever reading an item of another shape raises."""
    images = record["dynamodb"]
    place = from_item(images["Keys"])
    owner = keys.ledger_name(place["pk"], place["sk"])
    if owner is not None:
        if record["eventName"] != "INSERT":  # entries never change; what does is the mark for a schedule beside them
            return None
        account_id, name = owner
        entry = entry_of(name, from_item(images["NewImage"]))
        if not (isinstance(entry.unit, str) and isinstance(entry.seq, int) and isinstance(entry.credits, int)):
            raise TypeError(f"the entry {entry.id_in(account_id)} holds another kind of value")
        return EntryWritten(account_id, entry)
    if keys.is_purchase(place["pk"], place["sk"]) and "NewImage" in images:
        before = images.get("OldImage")
        after = from_values(from_item(images["NewImage"]))
        return PurchaseWritten(None if before is None else from_values(from_item(before)), after)
    if keys.is_auto_event(place["pk"], place["sk"]) and record["eventName"] == "INSERT":
        return AutoNoted(event_of(from_item(images["NewImage"])))
    if keys.is_account(place["pk"], place["sk"]) and "NewImage" in images and "OldImage" in images:
        return AccountWritten(account_of(from_item(images["OldImage"])), account_of(from_item(images["NewImage"])))
    return None
