"""After a restore: bring accounts, billing details and orders over that were made after the restore point, from the table before.

Only what the restored table lacks is written, and nothing is changed in either. What an order brought is not brought over: the
reconciliation that follows asks the gateway and grants it (docs/restore.md). Burns are not brought over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from local.cloud.refusals import Refused
from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.accounts import account_of
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.table import Table, from_item
from lotbook.domain.accounts.account import Account
from lotbook.domain.credits.book import Book
from lotbook.domain.policy.uses import Use

MOST = 100_000  # items of one run, unless it is told otherwise
ABSENT = "attribute_not_exists(pk)"
OF_ACCOUNTS = keys.account("")["pk"]
KINDS = {
    "accounts": keys.account("")["sk"],
    "billing details": keys.billing("")["sk"],
    "orders": keys.purchase("", "")["sk"],
}


@dataclass
class Brought:
    """How many of each kind the restored table lacked, and which accounts were closed, or asked to be erased, since its moment."""

    kinds: Counter[str] = field(default_factory=Counter)
    close_again: list[str] = field(default_factory=list)
    erase_again: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Tables:
    """The table that was in use until now, and the restored one."""

    before: str
    restored: str


def bring_over(
    client: Any,
    tables: Tables,
    most: int = MOST,
    *,
    dry: bool = False,
    done: Callable[[str], None] = lambda _item: None,
) -> Brought:
    """What was brought; `done` hears of each item. Each is written by itself, so a run that stops is run again.

    Raises ClientError, and Refused for an account whose policy the restored table lacks.
    """
    brought = Brought()
    for item in _made(client, tables.before):
        kind = next(kind for kind, name in KINDS.items() if item["sk"]["S"].startswith(name))
        there = _there(client, tables.restored, item)
        if there is not None:
            if kind == "accounts":
                _compare(account_of(from_item(item)), account_of(from_item(there)), brought)
            continue
        if not dry:
            _bring(Table(client, tables.restored), item, kind)
        brought.kinds[kind] += 1
        done(f"{item['pk']['S']} {item['sk']['S']}")
        if sum(brought.kinds.values()) >= most:
            break
    return brought


def _compare(was: Account, restored: Account, brought: Brought) -> None:
    """Closing and erasing are lost with the rest, and nobody at the gateway knows of them."""
    if was.closing is None:
        return
    if restored.closing is None:
        brought.close_again.append(was.account_id)
    if was.closing.erase_asked_at and not (restored.closing and restored.closing.erase_asked_at):
        brought.erase_again.append(was.account_id)


def _made(client: Any, table: str) -> Iterator[Mapping[str, Any]]:
    pages = client.get_paginator("scan").paginate(
        TableName=table,
        FilterExpression="begins_with(pk, :account) AND (sk IN (:record, :billing) OR begins_with(sk, :order))",
        ExpressionAttributeValues={
            ":account": {"S": OF_ACCOUNTS},
            ":record": {"S": KINDS["accounts"]},
            ":billing": {"S": KINDS["billing details"]},
            ":order": {"S": KINDS["orders"]},
        },
    )
    for page in pages:
        yield from page["Items"]


def _there(client: Any, table: str, item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    key = {name: item[name] for name in ("pk", "sk")}
    found: Mapping[str, Any] | None = client.get_item(TableName=table, Key=key, ConsistentRead=True).get("Item")
    return found


def _bring(table: Table, item: Mapping[str, Any], kind: str) -> None:
    """Raises Refused for an account whose policy the restored table lacks."""
    if kind == "accounts":
        _give_book(table, account_of(from_item(item)))
    try:
        table.client.put_item(TableName=table.name, Item=dict(item), ConditionExpression=ABSENT)
    except table.client.exceptions.ConditionalCheckFailedException:
        return  # somebody made it meanwhile


def _give_book(table: Table, account: Account) -> None:
    """As when it was opened: a book that is closed and due, before there is an account. Renewal puts its periods' credits in."""
    policies = DynamoPolicies(table)
    published = policies.newest(account.policy_id)
    if published is None:
        raise Refused(
            f"{account.account_id} is of the policy {account.policy_id}, which {table.name} lacks: publish it, and run this again."
        )
    policies.note_use(account.policy_id, Use("currency", account.currency), account.account_id)
    due = account.created_at
    DynamoBooks(table).create(account.account_id, published.policy.units[0], Book(since=due, until=due, renews_at=due))
