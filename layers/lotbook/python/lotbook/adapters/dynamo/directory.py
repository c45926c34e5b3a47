"""The directory of accounts: an entry for each, by the year in which it was opened, by its address, and by its external id.

Entries lie in partitions of their own and are written in the account's own transaction, where an account is opened or renamed, so
nothing else that writes an account pays for them, and no burn does. An address and an external id stand in it as digests.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import from_item, to_item
from lotbook.domain.values import ids, instants
from lotbook.ports.directory import Found

if TYPE_CHECKING:
    from lotbook.adapters.dynamo.table import Condition, Table
    from lotbook.domain.accounts.account import Account

FIRST_YEAR = 2020  # no account is older
YEAR_CHARACTERS = len("2026")
EXTERNAL = "external"
HELD = "account"  # the sort key of an external id: one account has it


class DynamoDirectory:
    """Implements `AccountDirectory`. Reads are strongly consistent."""

    def __init__(self, table: Table, year: int) -> None:
        self._table = table
        self._year = year  # the present one, or one that is later: no account is newer

    def page(self, limit: int, after: str | None) -> list[Found]:
        """A query for each year that the page touches."""
        newest, below = (int(after[:YEAR_CHARACTERS]), after[YEAR_CHARACTERS:]) if after else (self._year, None)
        found: list[Found] = []
        for year in range(newest, FIRST_YEAR - 1, -1):
            if len(found) == limit:
                break
            names = self._names(keys.directory(f"{year}", "")["pk"], limit - len(found), below)
            found += [Found(account_of_name(name), f"{year}{name}") for name in names]
            below = None
        return found

    def with_email(self, email: str, limit: int, after: str | None) -> list[Found]:
        """One query."""
        names = self._names(keys.directory(f"email#{digest_of(email)}", "")["pk"], limit, after)
        return [Found(account_of_name(name), name) for name in names]

    def with_external_id(self, external_id: str) -> str | None:
        """One read."""
        key = to_item(keys.directory(f"external#{digest_of(external_id)}", HELD))
        found = send(
            self._table.client, "get_item", {"TableName": self._table.name, "Key": key, "ConsistentRead": True}
        )
        return str(from_item(found["Item"])["account_id"]) if "Item" in found else None

    def _names(self, pk: str, limit: int, below: str | None) -> list[str]:
        request: dict[str, Any] = {
            "TableName": self._table.name,
            "KeyConditionExpression": "pk = :pk" if below is None else "pk = :pk AND sk < :below",
            "ExpressionAttributeValues": to_item({":pk": pk} | ({} if below is None else {":below": below})),
            "ScanIndexForward": False,
            "ConsistentRead": True,
            "Limit": limit,
        }
        return [from_item(item)["sk"] for item in send(self._table.client, "query", request)["Items"]]


def digest_of(text: str) -> str:
    """What stands in the table of an address or an external id."""
    return ids.fingerprint("directory", text)


def year_of(instant: int) -> int:
    """The year, UTC."""
    return int(instants.to_text(instant)[:YEAR_CHARACTERS])


def account_of_name(name: str) -> str:
    """The account of an entry's sort key."""
    return name.partition("#")[2]


def entries_of_new(table: Table, account: Account) -> list[dict[str, Any]]:
    """What a new account's transaction writes beside it."""
    listed = keys.directory(str(year_of(account.created_at)), _name(account)) | {"account_id": account.account_id}
    named = [_put(table, key | {"account_id": account.account_id}) for key in _names(account).values()]
    return [_put(table, listed), *named]


def entries_of_change(table: Table, before: Account, after: Account, free: Condition) -> list[dict[str, Any]]:
    """What a renamed account's transaction writes beside it; the external id first, so that its refusal is known by its place.

    `free`: that nobody has the external id.
    """
    old, new = _names(before), _names(after)
    puts = [
        _put(table, key | {"account_id": after.account_id}, free if kind == EXTERNAL else None)
        for kind, key in new.items()
        if old.get(kind) != key
    ]
    gone = [key for kind, key in old.items() if new.get(kind) != key]
    return puts + [{"Delete": {"TableName": table.name, "Key": to_item(key)}} for key in gone]


def _names(account: Account) -> dict[str, dict[str, str]]:
    found = {}
    if account.external_id is not None:
        found[EXTERNAL] = keys.directory(f"external#{digest_of(account.external_id)}", HELD)
    if account.email:
        found["email"] = keys.directory(f"email#{digest_of(account.email)}", _name(account))
    return found


def _name(account: Account) -> str:
    return f"{account.created_at:015d}#{account.account_id}"


def _put(table: Table, item: dict[str, str], condition: Condition | None = None) -> dict[str, Any]:
    put: dict[str, Any] = {"TableName": table.name, "Item": to_item(item)}
    return {"Put": put | ({"ConditionExpression": condition} if condition else {})}
