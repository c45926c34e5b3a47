"""Burns, holds, captures, releases, grants and claw-backs at once from several processes on a real engine, then the auditor.

D15, D16, D17, D18, D20, D35, D37, D41. Never on moto: it is not safe under threads. DynamoDB Local where it is present.
"""

from __future__ import annotations

import os
import random
import subprocess
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.system import SystemClock
from lotbook.domain.values.instants import DAY
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.statement import list_entries
from tests import engine, patience, ports, table
from tests.audit import assert_explained
from tests.fakes.credit_desk import credit_desk
from tests.race.mixed import ACCOUNT, TABLE, UNIT, Deed, Share, lot, play

pytestmark = pytest.mark.engine

DYNAMODB_LOCAL = os.environ.get(
    "DYNAMODB_LOCAL"
)  # the folder of DynamoDBLocal.jar: optional, proprietary, never required
DUPLICATES = 0.4
CALLERS = [(1, 1), (2, 4), (4, 8)]  # processes, threads each: 1, 8, 32


@pytest.fixture(params=["ministack", "dynamodb-local"], scope="module")
def address(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Each engine that there is."""
    if request.param == "ministack":
        yield request.getfixturevalue("dynamo_engine")
        return
    if DYNAMODB_LOCAL is None:
        pytest.skip("DYNAMODB_LOCAL does not name the folder of DynamoDBLocal.jar")
    with _dynamodb_local(Path(DYNAMODB_LOCAL)) as found:
        yield found


@contextmanager
def _dynamodb_local(folder: Path) -> Iterator[str]:
    port = ports.free()
    arguments = ["-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-port", str(port)]
    options = ["-sharedDb", "-inMemory", "-disableTelemetry"]
    running = subprocess.Popen(
        ["java", *arguments, *options], cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + patience.SECONDS
    try:
        while time.monotonic() < until:
            assert running.poll() is None, "DynamoDB Local ended"
            try:
                engine.client(address).list_tables()
                break
            except BotoCoreError:
                time.sleep(0.1)  # polling a process that starts, inside a bound
        yield address
    finally:
        running.terminate()
        running.wait(patience.SECONDS)


@pytest.fixture
def made(address: str) -> Table:
    client = engine.client(address)
    if TABLE in client.list_tables()["TableNames"]:
        client.delete_table(TableName=TABLE)
    return table.create(client, TABLE)


def _deeds(rng: random.Random, size: int) -> list[Deed]:
    """`size` burns and a share of everything else; then duplicates, so that 40 % of all calls are."""
    deeds = [Deed("burn", f"k{number}", rng.randrange(1, 4)) for number in range(size)]
    for number in range(size // 6):
        held = Deed("hold", f"h{number}", rng.randrange(1, 6))
        ends = rng.choice(
            [[Deed("capture", held.name, rng.randrange(0, held.credits + 1))], [Deed("release", held.name)]]
        )
        deeds += [held, *ends, *rng.sample([Deed("capture", held.name, 1), Deed("release", held.name)], 1)]
    deeds += [Deed("grant", f"g{number}", rng.randrange(1, 9)) for number in range(size // 8)]
    deeds += [Deed("claw", "start", rng.randrange(1, 3)), Deed("claw", "start", 2), Deed("turn", "")]
    return deeds + rng.choices(deeds, k=round(len(deeds) * DUPLICATES / (1 - DUPLICATES)))


def _race(racers: ProcessPoolExecutor, processes: int, deeds: list[Deed], part: Share) -> tuple[Any, int]:
    """All answers and the number of calls, the deeds dealt to so many processes; `part` says the rest."""
    shares = [
        replace(part, seed=part.seed + number, deeds=tuple(deeds[number::processes])) for number in range(processes)
    ]
    results = list(racers.map(play, shares))
    return [answer for answers, _ in results for answer in answers], sum(calls for _, calls in results)


@pytest.mark.parametrize(("processes", "threads"), CALLERS[1:])
def test_d15_everything_at_once_from_many_processes_adds_up(
    made: Table, address: str, racers: ProcessPoolExecutor, processes: int, threads: int
) -> None:
    """D15, D17, D18, D20, D37: 40 % duplicates, fewer credits than are asked for, and more lots than the book has room for."""
    seed = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    print(f"SEED={seed}")
    deeds = _deeds(random.Random(seed), processes * threads + 18)
    books, clock = DynamoBooks(made), SystemClock()
    grant_lot(ACCOUNT, lot(Deed("grant", "start", 20 * processes + 20)), desk=credit_desk(books, clock))
    answers, calls = _race(racers, processes, deeds, Share(address, seed, threads, (), room=5))
    _check_answers(answers)
    assert_explained(made, ACCOUNT)
    bring_up_to_date(ACCOUNT, UNIT, desk=credit_desk(books, clock))
    assert_explained(made, ACCOUNT)
    _check_statement(books, clock)
    print(f"{processes * threads} callers, {len(deeds)} deeds, {calls} calls")


def _check_answers(answers: list[tuple[Deed, str | None]]) -> None:
    """Whoever asked for the same thing was told the same entry."""
    told: dict[tuple[str, str], set[str]] = {}
    for deed, answer in answers:
        if answer is not None and deed.kind in {"burn", "hold", "grant"}:
            told.setdefault((deed.kind, deed.name), set()).add(answer)
    assert all(len(found) == 1 for found in told.values())
    assert any(kind == "burn" for kind, _ in told)


def _check_statement(books: DynamoBooks, clock: SystemClock) -> None:
    """D35: the newest entry says what the balance says, and every entry what could be spent right after it."""
    balance = read_balance(ACCOUNT, UNIT, desk=credit_desk(books, clock, _none))
    owned = balance.available + balance.held - balance.shortfall
    cursor, total = None, 0
    for _ in range(1_000):
        page = list_entries(ACCOUNT, UNIT, 100, cursor, desk=credit_desk(books, clock, _none))
        if cursor is None:
            assert page.entries[0].available_after == balance.available
        total += sum(entry.credits for entry in page.entries)
        cursor = page.next_cursor
        if cursor is None:
            break
    assert total == owned


def _none(account_id: str) -> None:
    """Nothing renews here."""


def test_d16_calls_a_consume_do_not_grow_with_the_callers(
    made: Table, address: str, racers: ProcessPoolExecutor
) -> None:
    """D16: nobody waits for a lock and nobody tries again because of another consume: two calls each, alone or among 32."""
    calls = {}
    for processes, threads in (CALLERS[0], CALLERS[-1]):
        engine.client(address).delete_table(TableName=TABLE)
        table.create(engine.client(address), TABLE)
        grant_lot(ACCOUNT, lot(Deed("grant", "start", 10_000)), desk=credit_desk(DynamoBooks(made), SystemClock()))
        burns = [Deed("burn", f"k{number}", 1) for number in range(96)]
        _, spent = _race(racers, processes, burns, Share(address, 1, threads, (), room=100, stale=DAY))
        calls[processes * threads] = spent / len(burns)
        assert_explained(made, ACCOUNT)
    print(f"calls a consume by callers: {calls}")
    assert calls == {1: 2.0, 32: 2.0}
