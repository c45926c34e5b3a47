"""Account items and the due index against DynamoDB's expressions (one thread: no races are shown here)."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.due import PAGE, DynamoDueIndex
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import AutoRecord, Claim, PaymentCard, Suspension
from lotbook.domain.accounts.closing import Closing
from lotbook.domain.accounts.notifications import Notifications, Unreachable
from lotbook.domain.accounts.subscriptions import BillingPeriod, NextPlan, Subscription
from lotbook.domain.accounts.terms import Move, PlanStanding, Term
from lotbook.domain.credits.book import Book
from lotbook.domain.values.errors import Conflict
from lotbook.ports.shop import DueItem
from tests.fakes.accounts import an_account

BOUGHT = PlanStanding("pro", 5_000, "stripe", 9_000, "pur_1", renews=True, policy_version=2)
FULL = an_account(
    state="paused",
    pause_reason="payment_failed",
    pause_reasons=("payment_failed", "shortfall"),
    gateway_customer="cus_1",
    request_digest="abc",
    version=7,
    failed_payment_method="pm_1",
    failed_fingerprint="fp_1",
    auto=AutoRecord(
        enabled=True,
        card="pm_1",
        limit_minor=5_000,
        period_start=5_000,
        used=2,
        used_credits=20_000,
        spent_minor=2_340,
        charge=Claim("pur_4", 5_100, 1, 10_000, 1_170, 5_000),
        suspended=Suspension(
            "declined", 5_200, "pur_3", PaymentCard("pm_1", "fp_1"), "pm_1", "https://p.example/1", "x"
        ),
        off_reason="by_hand",
        switches=3,
    ),
    failed_at=3_000,
    notifications=Notifications("de-AT", ("credits_low",), Unreachable("f00d", "bounce", 3_500)),
    closing=Closing(4_000, "left", "backend", 5_000, 6_000),
    external_id="auth0|1",
    metadata=(("a", "1"), ("b", "2")),
    period_time_zone="Europe/Berlin",
    plan_purchase_id="pur_1",
    plan_ends_at=9_000,
    terms=(Term("pur_0", "pro", 4_000, 8_000, is_ended=True, step=2), Term("pur_1", "pro", 5_000, 9_000)),
    moves=(Move(3, 6_000, PlanStanding("payg", 1_000, "none"), BOUGHT, carries=True),),
    moves_made=3,
    former_customers=("cus_0", "cus_00"),
    plan_renews=True,
    plan_policy_version=2,
    subscription=Subscription(
        "sub_1",
        "si_1",
        "pro",
        2,
        "price_1",
        6_400,
        5_000,
        "pur_1",
        (BillingPeriod(5_000, 6_000, "pro", "void", "pur_2", "in_1", is_followed=False),),
        failed_start=5_000,
        failed_at=5_500,
        cancel_at=9_000,
        next_plan=NextPlan("payg", 6_000, 2, "price_2", 900, "pur_3", 12),
        change="pur_3",
        ended_at=9_000,
        former_anchor=500,
    ),
)


@pytest.mark.parametrize("account", [an_account(), FULL], ids=["defaults", "every field set"])
def test_an_account_is_read_as_it_was_written(table: Table, account: Account) -> None:
    accounts = DynamoAccounts(table)
    assert accounts.get("acme") is None
    assert accounts.create(account) is None
    assert accounts.get("acme") == account
    if account is FULL:
        unset = [each.name for each in fields(Account) if getattr(FULL, each.name) == each.default]
        assert unset == [], "FULL must show every field"


class Held:
    """A client whose table is in somebody else's transaction."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def __getattr__(self, name: str) -> Any:
        return getattr(self._client, name)

    def transact_get_items(self, **_: Any) -> Any:
        refusal: Any = {"Error": {"Code": "TransactionCanceledException", "Message": "x"}}
        raise ClientError(refusal | {"CancellationReasons": [{"Code": "TransactionConflict"}]}, "TransactGetItems")


@pytest.mark.parametrize("is_held", [False, True], ids=["at one instant", "one after the other"])
def test_t25_a_book_and_its_account_are_read_together_or_the_account_after_the_book(
    table: Table, is_held: bool
) -> None:
    """While a transaction holds an item, what is read is the same, in two calls."""
    where = Table(Held(table.client), table.name) if is_held else table
    accounts, books = DynamoAccounts(where), DynamoBooks(where)
    assert accounts.get_with_book("acme", "credits", books) == (None, None)
    accounts.create(FULL)
    assert accounts.get_with_book("acme", "credits", books) == (None, FULL)
    books.create("acme", "credits", Book(since=1, until=2, renews_at=2))
    assert accounts.get_with_book("acme", "credits", books) == (books.get("acme", "credits"), FULL)


def test_d_41_an_account_id_is_given_away_once_and_the_second_gets_to_see_the_first(table: Table) -> None:
    """D41: created lazily twice."""
    accounts = DynamoAccounts(table)
    accounts.create(an_account())
    assert accounts.create(an_account(email="other@acme.example")) == an_account()
    assert accounts.get("acme") == an_account()


def test_a_save_moves_the_version_and_a_save_of_what_somebody_changed_is_a_conflict(table: Table) -> None:
    accounts = DynamoAccounts(table)
    accounts.create(an_account())
    read = accounts.get("acme")
    assert read is not None
    changed = accounts.save(replace(read, plan_id="annual", pause_reason=None))
    assert (changed.version, accounts.get("acme")) == (2, changed)
    with pytest.raises(Conflict):
        accounts.save(replace(read, plan_id="term"))
    assert accounts.get("acme") == changed


def test_a_save_of_an_account_that_is_not_there_is_a_conflict_and_makes_none(table: Table) -> None:
    accounts = DynamoAccounts(table)
    with pytest.raises(Conflict):
        accounts.save(an_account())
    assert accounts.get("acme") is None


def test_code_of_an_older_version_neither_reads_nor_wipes_what_a_newer_one_wrote(table: Table) -> None:
    accounts = DynamoAccounts(table)
    accounts.create(an_account())
    key = to_item(keys.account("acme"))
    table.client.update_item(
        TableName=table.name,
        Key=key,
        UpdateExpression="SET newer = :it",
        ExpressionAttributeValues=to_item({":it": "kept"}),
    )
    read = accounts.get("acme")
    assert read is not None
    accounts.save(read)
    assert table.client.get_item(TableName=table.name, Key=key)["Item"]["newer"] == {"S": "kept"}


def test_an_account_that_an_older_version_wrote_is_read_with_defaults(table: Table) -> None:
    accounts = DynamoAccounts(table)
    accounts.create(FULL)
    bought = {"failed_payment_method", "failed_at", "plan_purchase_id", "plan_ends_at", "terms", "moves", "moves_made"}
    bought |= {"former_customers", "plan_renews", "plan_policy_version", "subscription", "failed_fingerprint"}
    bought |= {"former_customers", "notifications", "plan_renews", "plan_policy_version", "subscription"}
    bought |= {"closing", "external_id", "metadata", "period_time_zone"}
    with_default = {"state", "pause_reason", "pause_reasons", "gateway_customer", "request_digest"} | bought
    assert with_default <= {field.name for field in fields(Account)}
    table.client.update_item(
        TableName=table.name,
        Key=to_item(keys.account("acme")),
        UpdateExpression="REMOVE #s, #auto, pause_reason, pause_reasons, gateway_customer, request_digest, "
        + ", ".join(bought),
        ExpressionAttributeNames={"#s": "state", "#auto": "auto"},
    )
    assert accounts.get("acme") == an_account(version=7)


def put_due(table: Table, kind: str, account_id: str, name: str, due_at: int) -> None:
    key = {"pk": f"B#{account_id}#{name}", "sk": "book"} if kind == "book" else keys.purchase(account_id, name)
    item = key | {"dp": keys.due_shard(kind, account_id), "du": due_at}
    table.client.put_item(TableName=table.name, Item=to_item(item))


def test_what_is_due_comes_longest_overdue_first_over_all_shards(table: Table) -> None:
    for number in range(40):
        put_due(table, "book", f"account-{number}", "credits", 1_000 - number)
    found = list(DynamoDueIndex(table).due("book", 2_000, 10))
    assert found == [DueItem(f"account-{number}", "credits", 1_000 - number) for number in range(39, 29, -1)]
    assert len({keys.due_shard("book", item.account_id) for item in found}) > 1, "the example spans shards"


def test_only_the_kind_asked_for_and_only_what_is_due_by_then(table: Table) -> None:
    put_due(table, "book", "acme", "data_transfer_mb", 500)
    put_due(table, "book", "globex", "credits", 501)
    put_due(table, "purchase", "acme", "pur_01", 400)
    index = DynamoDueIndex(table)
    assert list(index.due("book", 500, 10)) == [DueItem("acme", "data_transfer_mb", 500)]
    assert list(index.due("purchase", 500, 10)) == [DueItem("acme", "pur_01", 400)]
    assert list(index.due("book", 499, 10)) == []


def test_a_shard_of_several_pages_is_read_to_its_end_and_no_further_than_asked(table: Table) -> None:
    for number in range(2 * PAGE + 5):
        put_due(table, "purchase", "acme", f"pur_{number:03d}", number)
    index = DynamoDueIndex(table)
    assert [item.due_at for item in index.due("purchase", 1_000, 1_000)] == list(range(2 * PAGE + 5))
    assert [item.due_at for item in index.due("purchase", 1_000, PAGE + 1)] == list(range(PAGE + 1))


def test_account_ids_with_dashes_and_underscores_are_told_from_names() -> None:
    assert keys.owner_and_name("B#a-b_c#data_transfer_mb", "book") == ("a-b_c", "data_transfer_mb")
    assert keys.owner_and_name("A#a-b_c", "purchase#pur_01_x") == ("a-b_c", "pur_01_x")


def test_s4_a_due_item_moves_back_behind_the_others_unless_it_was_done_meanwhile(table: Table) -> None:
    """S4: what a sweep could not do leaves the front of the index; nobody's newer instant is written over."""
    index = DynamoDueIndex(table)
    for number, kind in enumerate(("book", "purchase", "purchase")):
        put_due(table, kind, "acme", f"pur_{number}", number)
    (book,) = index.due("book", 10, 10)
    assert index.postpone(book, 20) == DueItem("acme", "pur_0", 20)
    assert list(index.due("book", 19, 10)) == []
    assert index.postpone(book, 30) is None, "listed as it was before"
    first, second = index.due("purchase", 10, 10)
    assert index.postpone(first, 5) == DueItem("acme", "pur_1", 5)
    assert [item.name for item in index.due("purchase", 10, 10)] == ["pur_2", "pur_1"]
    key = to_item(keys.purchase("acme", "pur_2"))
    table.client.update_item(TableName=table.name, Key=key, UpdateExpression="REMOVE dp, du")
    assert index.postpone(second, 9) is None
    assert "du" not in table.client.get_item(TableName=table.name, Key=key)["Item"]
