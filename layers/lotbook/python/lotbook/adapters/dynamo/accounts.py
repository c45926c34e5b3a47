"""Account items: written once if the id is free, then changed under their version."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import ITEM_REFUSED, RETRY_AFTER_SECONDS, refused_by, send, was_canceled, write_over
from lotbook.adapters.dynamo import batches, keys
from lotbook.adapters.dynamo.book_items import book_of
from lotbook.adapters.dynamo.directory import entries_of_change, entries_of_new
from lotbook.adapters.dynamo.puts import over_version
from lotbook.adapters.dynamo.table import NOT_YET_WRITTEN, STILL_THE_VERSION_READ, from_item, to_item
from lotbook.adapters.refusals import ServiceRefused
from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import AutoRecord, Claim, PaymentCard, Suspension
from lotbook.domain.accounts.closing import Closing
from lotbook.domain.accounts.notifications import Notifications, Unreachable
from lotbook.domain.accounts.refusals import ExternalIdTaken
from lotbook.domain.accounts.subscriptions import BillingPeriod, NextPlan, Subscription
from lotbook.domain.accounts.terms import Move, PlanStanding, Term
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.domain.values.instants import DAY
from lotbook.domain.values.light_dataclasses import asdict, fields, replace

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.adapters.dynamo.table import Table
    from lotbook.domain.credits.book import Book
    from lotbook.ports.books import BookStore

_FIELDS = frozenset(field.name for field in fields(Account))


class DynamoAccounts:
    """Implements `AccountStore`. Reads are strongly consistent."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def get(self, account_id: str) -> Account | None:
        """The account, or None."""
        request = {"TableName": self._table.name, "Key": to_item(keys.account(account_id)), "ConsistentRead": True}
        found = send(self._table.client, "get_item", request)
        return account_of(from_item(found["Item"])) if "Item" in found else None

    def get_with_book(self, account_id: str, unit: str, books: BookStore) -> tuple[Book | None, Account | None]:
        """One call, of twice the read units; while another transaction holds one of them, one read after the other."""
        places = (keys.book(account_id, unit), keys.account(account_id))
        gets = [{"Get": {"TableName": self._table.name, "Key": to_item(place)}} for place in places]
        try:
            book, account = send(self._table.client, "transact_get_items", {"TransactItems": gets})["Responses"]
        except ServiceRefused as error:
            if not was_canceled(error):
                raise
            return books.get(account_id, unit), self.get(account_id)
        return (
            book_of(from_item(book["Item"])) if "Item" in book else None,
            account_of(from_item(account["Item"])) if "Item" in account else None,
        )

    def create(self, account: Account) -> Account | None:
        """Write it with its entries in the directory: None when written, else the account that has the id."""
        item = keys.account(account.account_id) | asdict(account) | _first_audit(account)
        put = {"TableName": self._table.name, "Item": to_item(item), "ConditionExpression": NOT_YET_WRITTEN}
        try:
            self._together([{"Put": put}, *entries_of_new(self._table, account)])
        except Conflict as conflict:
            found = self.get(account.account_id)
            if found is None:  # somebody else's transaction, which has not come about either
                raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from conflict
            return found
        return None

    def get_many(self, account_ids: Sequence[str]) -> dict[str, Account]:
        """At most `batches.MAX_KEYS` accounts, by id; those that are not there are left out. Raises Unavailable."""
        items = batches.read_all(self._table, [keys.account(account_id) for account_id in account_ids])
        return {account.account_id: account for account in map(account_of, items.values())}

    def rename(self, before: Account, after: Account) -> Account:
        """The account over its version, and what is found of it, in one transaction."""
        changed = replace(after, version=before.version + 1)
        key = keys.account(after.account_id)
        update = over_version(self._table, key, asdict(changed), STILL_THE_VERSION_READ)
        entries = entries_of_change(self._table, before, after, NOT_YET_WRITTEN)
        try:
            self._together([{"Update": update}, *entries])
        except Conflict as conflict:
            is_named = after.external_id not in (None, before.external_id)
            # Where the account itself was refused, too, it may be our own name: a try whose answer was lost.
            if is_named and refused_by(conflict, 1) != ITEM_REFUSED and refused_by(conflict, 2) == ITEM_REFUSED:
                raise ExternalIdTaken(external_id=after.external_id) from conflict
            raise
        return changed

    def _together(self, items: list[dict[str, Any]]) -> None:
        write_over(self._table.client, "transact_write_items", {"TransactItems": items})

    def save(self, account: Account) -> Account:
        """Write a changed account over the version that it was read at. Raises Conflict when somebody was faster.

        Sets the attributes that this code knows and leaves others alone: while two versions of the code are deployed,
        the older one must not wipe what the newer one wrote.
        """
        changed = replace(account, version=account.version + 1)
        request = over_version(self._table, keys.account(account.account_id), asdict(changed), STILL_THE_VERSION_READ)
        write_over(self._table.client, "update_item", request)
        return changed


def _first_audit(account: Account) -> dict[str, object]:
    return {"dp": keys.due_shard("audit", account.account_id), "du": account.created_at + DAY}


def account_of(item: Mapping[str, Any]) -> Account:
    """The account of an item's values."""
    # An attribute that a later version wrote is not ours to read; one that an older version did not write has a default.
    known = {name: value for name, value in item.items() if name in _FIELDS}
    known["terms"] = tuple(_part(Term, term) for term in known.get("terms", ()))
    known["moves"] = tuple(_move(move) for move in known.get("moves", ()))
    known["subscription"] = _subscription(known.get("subscription"))
    known["auto"] = _auto(known.get("auto"))
    known["closing"] = _part(Closing, known["closing"]) if known.get("closing") else None
    known["notifications"] = _notifications(known.get("notifications"))
    known["pause_reasons"] = tuple(known.get("pause_reasons", ()))
    known["metadata"] = tuple((name, value) for name, value in known.get("metadata", ()))
    known["former_customers"] = tuple(known.get("former_customers", ()))
    return Account(**known)


def _move(values: Mapping[str, Any]) -> Move:
    standings = {name: _part(PlanStanding, values[name]) for name in ("was", "became")}
    made: Move = _part(Move, {**values, **standings})
    return made


def _subscription(values: Mapping[str, Any] | None) -> Subscription | None:
    if values is None:
        return None
    periods = tuple(_part(BillingPeriod, period) for period in values["periods"])
    next_plan = _part(NextPlan, values["next_plan"]) if values.get("next_plan") else None
    made: Subscription = _part(Subscription, {**values, "periods": periods, "next_plan": next_plan})
    return made


def _auto(values: Mapping[str, Any] | None) -> AutoRecord | None:
    if values is None:
        return None
    charge = _part(Claim, values["charge"]) if values.get("charge") else None
    suspended = _suspension(values["suspended"]) if values.get("suspended") else None
    made: AutoRecord = _part(AutoRecord, {**values, "charge": charge, "suspended": suspended})
    return made


def _suspension(values: Mapping[str, Any]) -> Suspension:
    made: Suspension = _part(Suspension, {**values, "card": _part(PaymentCard, values["card"])})
    return made


def _notifications(values: Mapping[str, Any] | None) -> Notifications:
    if values is None:
        return Notifications()
    unreachable = _part(Unreachable, values["unreachable"]) if values.get("unreachable") else None
    made: Notifications = _part(Notifications, {**values, "off": tuple(values["off"]), "unreachable": unreachable})
    return made


def _part(part: type[Any], values: Mapping[str, Any]) -> Any:
    known = {field.name for field in fields(part)}
    return part(**{name: value for name, value in values.items() if name in known})
