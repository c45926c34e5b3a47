"""Counted, not timed: what each path costs, by the tests' own meter on the tests' own paths."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from bench import store
from bench.ours import CLOCK, Ours
from bench.prices import Counts
from bench.store import MeteredTransactions
from bench.usual import Usual
from lotbook.domain.credits.batches import lines_of_request
from lotbook.domain.credits.requests import BatchItem, BurnRequest
from lotbook.domain.values.instants import SECOND
from lotbook.usecases.credits.consume_batch import consume_batch
from lotbook.usecases.credits.consume_lines import consume_lines
from tests.contracts.test_book_counts import COSTS, A, World
from tests.fakes.credit_desk import credit_desk

BATCH = 20
UNDER_ONE_KEY = (20, 100)
GONE_FOR = 11 * SECOND  # how long ago workers left their receipts


def of_our_paths(client: Any) -> dict[str, Counts]:
    """Every path that `tests/contracts/test_book_counts.py` gates; raises AssertionError where this engine disagrees."""
    found = {}
    for path, gated in COSTS.items():
        world = new_world(client)
        counted = world.cost(path(world))
        if counted != gated:
            raise AssertionError(f"{_name(path)} took {counted}, the gate says {gated}")
        found[_name(path)] = Counts(*counted)
    return found


def of_a_batch(client: Any) -> Counts:
    """One batch of BATCH fresh items."""
    world = new_world(client)
    world.grant()
    items = [BatchItem(f"item-{number}", BurnRequest(1, actor="key_bench")) for number in range(BATCH)]

    def act() -> Any:
        return consume_batch(A, items, desk=credit_desk(world.books, world, world.renew, prunes=world.prunes))

    return Counts(*world.cost(act), items=BATCH)


def of_one_key(client: Any, lines: int) -> Counts:
    """One batch of that many lines under one key, after another one: its receipt is still in the book."""
    world = new_world(client)
    world.grant()
    for number in range(2):
        counted = world.cost(lambda key=f"batch-{number}": _consume_lines(world, key, lines))  # type: ignore[misc]
    return Counts(*counted, items=lines)


def _consume_lines(world: World, key: str, lines: int) -> Any:
    asked = lines_of_request([BurnRequest(1, reference="job-17", actor="key_bench") for _ in range(lines)])
    return consume_lines(A, key, asked, desk=credit_desk(world.books, world, world.renew, prunes=world.prunes))


def of_the_usual_way(client: Any) -> dict[str, Counts]:
    """A fresh burn from one lot, one that crosses into a second, and a duplicate."""
    store.new_table(client)
    meter = MeteredTransactions(client)
    account = Usual(meter, "counted", lots=2, credits=10)
    burn = account.burner()
    found: dict[str, Counts] = {}
    for name, key, credits in (("fresh", "a", 1), ("duplicate", "a", 1), ("crossing_two_lots", "b", 12)):
        meter.reset()
        burn(key, credits)
        found[name] = Counts(*meter.counts())
    return found


def under_a_herd(client: Any, callers: int, each: int = 12) -> tuple[float, float, int]:
    """Calls and write units a consume with that many callers on one account, and the reads of all of them."""
    store.new_table(client)
    account = Ours(client, "hot", clock=SetClock(CLOCK.now()))  # or a slow machine's receipts would look stale
    return _burned_at_once(account, callers, each)


def behind_the_gone(client: Any, callers: int, gone: int, each: int = 40) -> tuple[float, float]:
    """Calls and write units a consume where so many workers left a receipt and went: Lambda does it after every peak."""
    store.new_table(client)
    clock = SetClock(CLOCK.now() - GONE_FOR)
    account = Ours(client, "hot", clock=clock)
    for number in range(gone):
        account.burner()(f"gone-{number}", 1)
    clock.at += GONE_FOR
    calls, writes, _ = _burned_at_once(account, callers, each)
    return calls, writes


def _burned_at_once(account: Ours, callers: int, each: int) -> tuple[float, float, int]:
    """Calls and write units a burn, and the reads of all of them."""
    burners = [account.burner(metered=True) for _ in range(callers)]

    def caller(number: int) -> None:
        for turn in range(each):
            burners[number](f"key-{number}-{turn}", 1)

    with ThreadPoolExecutor(callers) as pool:
        list(pool.map(caller, range(callers)))
    calls, writes, reads = map(sum, zip(*(meter.counts() for meter in account.meters), strict=True))
    return calls / (callers * each), writes / (callers * each), reads


@dataclass(slots=True)
class SetClock:
    """A clock that stands: what is counted does not depend on how long the counting takes."""

    at: int

    def now(self) -> int:
        return self.at


def text(counted: Counts) -> str:
    """`calls / write units / read units`."""
    return f"{counted.calls} / {counted.write_units} / {counted.read_units}"


def new_world(client: Any) -> World:
    """An account over an empty table."""
    tables = client.list_tables()["TableNames"]
    if store.TABLE in tables:
        client.delete_table(TableName=store.TABLE)
    return World(client)


def _name(path: Callable[..., Any]) -> str:
    return path.__name__.strip("_")
