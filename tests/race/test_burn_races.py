"""Real threads and processes against the local engine: nothing oversold, once per key, and the ledger explains the book.

D15, D18, D20, D37, D41. Never on moto: it is not safe under threads.
"""

from __future__ import annotations

import random
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import pytest

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.ledger_items import entry_of
from lotbook.adapters.dynamo.table import Table, from_item
from lotbook.adapters.system import SystemClock
from lotbook.domain.audit.books import audit
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import Burned, BurnRequest
from lotbook.domain.values.errors import InsufficientCredits, Unavailable
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.statement import list_entries
from tests import engine, table
from tests.fakes.credit_desk import credit_desk

pytestmark = pytest.mark.engine

U = "credits"
FAR = 4_000_000_000_000
MAX_RETRIES = 200


def nothing(account_id: str) -> None:
    """Nothing renews here."""


def burn(books: DynamoBooks, account_id: str, key: str, credits: int) -> Burned | None:
    """As a client does it: Unavailable is sent again, a 402 is a fact."""
    for _ in range(MAX_RETRIES):
        try:
            return consume(account_id, key, BurnRequest(credits), desk=credit_desk(books, SystemClock(), nothing))
        except InsufficientCredits:
            return None
        except Unavailable:
            continue
    raise AssertionError("an account must not be unavailable for ever")


def grant(books: DynamoBooks, account_id: str, number: int, credits: int) -> None:
    lot = Lot(f"lot_{number:026d}", U, "purchased", credits, 3, 0, FAR + number, number)
    for _ in range(MAX_RETRIES):
        try:
            grant_lot(account_id, lot, desk=credit_desk(books, SystemClock()))
        except Unavailable:
            continue
        return
    raise AssertionError("a grant must get through")


def work(address: str, account_id: str, seed: int, threads: int, keys: list[str]) -> list[tuple[str, int, str | None]]:
    """One process: its threads burn the keys in an order of their own; answers (key, credits, entry id)."""
    books = DynamoBooks(Table(engine.product(address), "race"))
    random.Random(seed).shuffle(keys)

    def one(key: str) -> tuple[str, int, str | None]:
        burned = burn(books, account_id, key, credits_of(key))
        return key, credits_of(key), burned.entry_id if burned else None

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(one, keys))


def credits_of(key: str) -> int:
    """The same for every attempt with the key."""
    return 1 + sum(key.encode()) % 3


def ledger_of(client: Any) -> dict[str, Entry]:
    """Every entry in the table."""
    entries: dict[str, Entry] = {}
    for page in client.get_paginator("scan").paginate(TableName="race", ConsistentRead=True):
        for values in map(from_item, page["Items"]):
            if values["pk"][0] in "LU":
                name = values["sk"] if values["pk"][0] == "L" else values["pk"].split("#", 2)[2]
                entries[name] = entry_of(name, values)
    return entries


@pytest.fixture
def client(dynamo_engine: str) -> Any:
    made = engine.client(dynamo_engine)
    if "race" in made.list_tables()["TableNames"]:
        made.delete_table(TableName="race")
    table.create(made, "race")
    return made


@pytest.mark.parametrize(("processes", "threads", "keys"), [pytest.param(2, 4, 60, marks=pytest.mark.soak), (4, 8, 96)])
def test_d15_every_key_burns_once_and_no_credit_is_oversold(
    client: Any, dynamo_engine: str, racers: ProcessPoolExecutor, processes: int, threads: int, keys: int
) -> None:
    """D15: 40 % of the calls are duplicates, grants come in between, and there is less than is asked for."""
    books = DynamoBooks(Table(engine.product(client.meta.endpoint_url), "race"))
    grant(books, "acc", 0, keys)
    seed = random.randrange(1_000_000)
    print(f"seed {seed}")
    every = [f"key-{number}" for number in range(keys)]
    rng = random.Random(seed)
    shares = [[*every[p::processes], *rng.sample(every, (2 * keys // 3) // processes)] for p in range(processes)]
    running = [racers.submit(work, dynamo_engine, "acc", seed + p, threads, share) for p, share in enumerate(shares)]
    for number in range(1, 6):
        grant(books, "acc", number, keys // 10)
        grant(books, "acc", number, keys // 10)
    answers = [answer for future in running for answer in future.result()]
    check(client, books, answers, granted=keys + 5 * (keys // 10))


def check(client: Any, books: DynamoBooks, answers: list[tuple[str, int, str | None]], granted: int) -> None:
    bring_up_to_date("acc", U, desk=credit_desk(books, SystemClock()))
    book = books.get("acc", U)
    assert book
    ledger = ledger_of(client)
    assert audit(U, book, ledger) == []
    burned = {key: credits for key, credits, entry_id in answers if entry_id}
    ids: dict[str, set[str]] = {}
    for key, _, entry_id in answers:
        if entry_id:
            ids.setdefault(key, set()).add(entry_id)
    assert all(len(found) == 1 for found in ids.values())
    assert sum(entry.requested for entry in ledger.values() if entry.kind == "consumed") == sum(burned.values())
    balance = read_balance("acc", U, desk=credit_desk(books, SystemClock(), nothing))
    assert balance.available == granted - sum(burned.values()) >= 0
    check_statement(books, balance.available)


def check_statement(books: DynamoBooks, available: int) -> None:
    """Newest first, complete, and each entry tells what could be spent right after it."""
    cursor = None
    for _ in range(1_000):
        page = list_entries("acc", U, 100, cursor, desk=credit_desk(books, SystemClock(), nothing))
        for entry in page.entries:
            assert entry.available_after == available, entry
            available -= entry.credits
        cursor = page.next_cursor
        if cursor is None:
            break
    assert available == 0


def test_d41_the_first_uses_of_an_account_race_and_one_book_is_opened(client: Any) -> None:
    """D41, D2: the same lot granted sixteen times at once into a book that is not there yet."""
    books = DynamoBooks(Table(engine.product(client.meta.endpoint_url), "race"))
    with ThreadPoolExecutor(16) as pool:
        list(pool.map(lambda _: grant(books, "acc", 1, 10), range(16)))
    assert read_balance("acc", U, desk=credit_desk(books, SystemClock(), nothing)).available == 10
    book = books.get("acc", U)
    assert book
    assert audit(U, book, ledger_of(client)) == []
