"""Batches and holds under real threads against the local engine: each key once, each hold closed once. D15, D17, D18, D20."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.system import SystemClock
from lotbook.domain.audit.books import audit
from lotbook.domain.credits.batches import lines_of, lines_of_request
from lotbook.domain.credits.requests import BatchItem, BatchResult, BurnRequest, HoldRequest, ResolveHold
from lotbook.domain.values.errors import HoldClosed, IdempotencyKeyReused, InsufficientCredits, Unavailable
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.consume_batch import consume_batch
from lotbook.usecases.credits.consume_lines import consume_lines
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.resolve_hold import resolve_hold
from tests import engine, table
from tests.fakes.credit_desk import credit_desk
from tests.race.test_burn_races import MAX_RETRIES, U, burn, check_statement, grant, ledger_of, nothing

pytestmark = pytest.mark.engine
A = "acc"


@pytest.fixture
def client(dynamo_engine: str) -> Any:
    made = engine.client(dynamo_engine)
    if "race" in made.list_tables()["TableNames"]:
        made.delete_table(TableName="race")
    table.create(made, "race")
    return made


def send(
    books: DynamoBooks, keys: list[str], prunes: Prunes, lost: list[Unavailable] | None = None
) -> tuple[BatchResult, ...]:
    """As a client does it: Unavailable is sent again. What was burned before it is then told as replayed."""
    items = [BatchItem(key, BurnRequest(credits_of(key))) for key in keys]
    for _ in range(MAX_RETRIES):
        try:
            return consume_batch(A, items, desk=credit_desk(books, SystemClock(), nothing, prunes=prunes)).results
        except Unavailable as busy:
            if lost is not None:
                lost.append(busy)
    raise AssertionError("an account must not be unavailable for ever")


def credits_of(key: str) -> int:
    return 1 + sum(key.encode()) % 3


def add_up(client: Any, books: DynamoBooks) -> tuple[dict[str, int], int]:
    """Burned credits by entry id, and what is left; the ledger explains the book, the statement the balance."""
    bring_up_to_date(A, U, desk=credit_desk(books, SystemClock()))
    book, ledger = books.get(A, U), ledger_of(client)
    assert book
    assert audit(U, book, ledger) == []
    balance = read_balance(A, U, desk=credit_desk(books, SystemClock(), nothing))
    return {e.id_in(A): e.requested for e in ledger.values() if e.kind == "consumed"}, balance.available


@pytest.mark.parametrize(("how_many", "callers_turns"), [(50, 12), pytest.param(120, 26, marks=pytest.mark.soak)])
def test_d15_batches_that_share_keys_with_each_other_and_with_single_burns(
    client: Any, how_many: int, callers_turns: int
) -> None:
    """D15: 8 callers, every key asked for about three times, alone or in a batch; fewer credits than are asked for."""
    books, seed = DynamoBooks(Table(engine.product(client.meta.endpoint_url), "race")), random.randrange(1_000_000)
    print(f"seed {seed}")
    rng = random.Random(seed)
    keys = [f"key-{number}" for number in range(how_many)]
    granted = sum(map(credits_of, keys)) - 40
    grant(books, A, 0, granted - 30)
    calls = [rng.sample(keys, rng.choice([1, 5, 20, 30])) for _ in range(callers_turns)]
    processes, lost = [Prunes() for _ in range(4)], list[Unavailable]()

    def one(number: int) -> list[tuple[str, str, str | None]]:
        asked, prunes = calls[number], processes[number % 4]
        if len(asked) == 1:
            burned = burn(books, A, asked[0], credits_of(asked[0]))
            if burned is None:
                return [(asked[0], "refused", None)]
            return [(asked[0], "replayed" if burned.replayed else "consumed", burned.entry_id)]
        return [(result.key, result.status, result.entry_id) for result in send(books, asked, prunes, lost)]

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(one, number) for number in range(len(calls))]
        for number in range(1, 4):
            grant(books, A, number, 10)
        answers = [answer for future in running for answer in future.result()]
    burned, left = add_up(client, books)
    assert left == granted - sum(burned.values()) >= 0
    ids: dict[str, set[str]] = {}
    for key, _, entry_id in answers:
        if entry_id:
            ids.setdefault(key, set()).add(entry_id)
    assert all(len(found) == 1 for found in ids.values())
    assert {entry_id for found in ids.values() for entry_id in found} == set(burned)
    first = [key for key, status, _ in answers if status == "consumed"]
    assert len(first) == len(set(first)), "one caller was the first, everybody else is told that it is a replay"
    assert len(first) == len(burned) or lost
    check_statement(books, left)


def test_d15_the_same_batch_from_eight_callers_burns_once(client: Any) -> None:
    """D15, D20: and is told to have been consumed once."""
    books = DynamoBooks(Table(engine.product(client.meta.endpoint_url), "race"))
    grant(books, A, 0, 1_000)
    keys, lost = [f"key-{number}" for number in range(20)], list[Unavailable]()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: send(books, keys, Prunes(), lost), range(8)))
    assert all(len({results[at].entry_id for results in answers}) == 1 for at in range(20))
    first = [sum(results[at].status == "consumed" for results in answers) for at in range(20)]
    assert first == [1] * 20 or (lost and max(first) <= 1), first
    burned, left = add_up(client, books)
    assert (len(burned), left) == (20, 1_000 - sum(map(credits_of, keys)))


def test_d15_the_same_lines_under_one_key_from_eight_callers_burn_once(client: Any) -> None:
    """Beside single burns of the same keys and a grant: one entry a key, whose lines are what it burned."""
    books, prunes = DynamoBooks(Table(engine.product(client.meta.endpoint_url), "race")), [Prunes() for _ in range(4)]
    grant(books, A, 0, 1_000)
    keys = [f"key-{number}" for number in range(6)]

    def one(number: int) -> str | None:
        key = keys[number % len(keys)]
        asked = lines_of_request([BurnRequest(credits_of(f"{key}{at}"), reference=f"{at}") for at in range(5)])
        desk = credit_desk(books, SystemClock(), nothing, prunes=prunes[number % 4])
        for _ in range(MAX_RETRIES):
            try:
                if number % 7 == 6:
                    return consume(A, key, BurnRequest(asked.credits), desk=desk).entry_id
                return consume_lines(A, key, asked, desk=desk).burned.entry_id
            except IdempotencyKeyReused:
                return None
            except Unavailable:
                continue
        raise AssertionError("an account must not be unavailable for ever")

    with ThreadPoolExecutor(8) as pool:
        running = [pool.submit(one, number) for number in range(28)]
        grant(books, A, 1, 10)
        answers = {each.result() for each in running} - {None}
    burned, left = add_up(client, books)
    assert answers == set(burned)
    assert (len(burned), left) == (len(keys), 1_010 - sum(burned.values()))
    of_batches = [entry for entry in ledger_of(client).values() if entry.has_lines]
    assert of_batches
    assert all(sum(line.credits for line in lines_of(entry)) == entry.requested for entry in of_batches)


def test_d17_d18_captures_against_releases_close_each_hold_once(client: Any) -> None:
    """D17, D18: eight callers, two captures, a release and a retried hold for each; one decides."""
    books, clock = DynamoBooks(Table(engine.product(client.meta.endpoint_url), "race")), SystemClock()
    grant(books, A, 0, 100)
    prunes = Prunes()

    def place(number: int) -> str:
        for _ in range(MAX_RETRIES):
            try:
                return hold(
                    A, f"h{number}", HoldRequest(10), desk=credit_desk(books, clock, nothing, prunes=prunes)
                ).hold_id
            except Unavailable:
                continue
        raise AssertionError("a hold must get through")

    with ThreadPoolExecutor(8) as pool:
        placed = list(pool.map(place, [number % 10 for number in range(30)]))
    holds = placed[:10]
    assert placed == holds * 3
    with pytest.raises(InsufficientCredits):
        hold(A, "more", HoldRequest(1), desk=credit_desk(books, clock, nothing, prunes=prunes))

    def close(number: int) -> tuple[int, int, bool] | None:
        which, way = number % 10, number // 10 % 3
        for _ in range(MAX_RETRIES):
            try:
                if way == 2:
                    found = resolve_hold(
                        A, ResolveHold(holds[which], f"r{which}", None, "a"), desk=credit_desk(books, clock)
                    )
                else:
                    key = f"c{which}-{way}"
                    found = resolve_hold(
                        A, ResolveHold(holds[which], key, 3 + way, "a"), desk=credit_desk(books, clock)
                    )
            except HoldClosed:
                return None
            except Unavailable:
                continue
            return which, found.captured, found.replayed
        raise AssertionError("a hold must be closed")

    numbers = list(range(30)) * 2
    random.shuffle(numbers)
    with ThreadPoolExecutor(8) as pool:
        closed = [answer for answer in pool.map(close, numbers) if answer]
    captured = {which: credits for which, credits, _ in closed}
    assert len({(which, credits) for which, credits, _ in closed}) == len(captured) == 10
    assert len([which for which, _, replayed in closed if not replayed]) <= 10
    _, left = add_up(client, books)
    assert left == 100 - sum(captured.values())
