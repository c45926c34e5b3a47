"""What each path costs: calls, write units and read units, counted by our own meter and gated at equality (T23).

A figure that moves is a decision: change it here with the reason in the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.book_items import book_values
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.book import Book, Memo, Receipt
from lotbook.domain.burning import BurnRequest, HoldRequest
from lotbook.domain.errors import InsufficientCredits
from lotbook.domain.ledger import Pointer
from lotbook.domain.lots import Lot
from lotbook.domain.orders import Grant
from lotbook.domain.turn import Settled, lay
from lotbook.usecases.claw_back import claw_back
from lotbook.usecases.consume import consume
from lotbook.usecases.grant import grant_lot
from lotbook.usecases.hold import hold
from lotbook.usecases.open_book import open_book
from lotbook.usecases.prunes import Prunes
from lotbook.usecases.read_book import read_balance
from lotbook.usecases.resolve_hold import capture_hold, release_hold
from lotbook.usecases.settle_book import settle_book
from tests import table
from tests.meter import Metered, item_bytes, value_bytes

NOW = 1_763_700_000_000  # as long as a real instant: bytes count
A, U = "acc_insurestack", "credits"


class World:
    """An account over a metered table."""

    def __init__(self, client: Any) -> None:
        made = table.create(client)
        self.meter = Metered(client)
        self.books = DynamoBooks(Table(self.meter, made.name))
        self.prunes, self.at = Prunes(), NOW
        open_book(A, U, books=self.books, clock=self)

    def now(self) -> int:
        return self.at

    def renew(self, account_id: str) -> None:
        raise AssertionError("nothing renews here")

    def grant(self, name: str = "a", credits: int = 1_000, expires_at: int | None = None) -> Any:
        lot = Lot(f"lot_{name:0>26}", U, "purchased", credits, 3, NOW, expires_at, NOW)
        return grant_lot(A, lot, books=self.books, clock=self)

    def burn(self, key: str = "k", credits: int = 1) -> Any:
        request = BurnRequest(credits, reference="job-17", actor="key_01jd0000000000")
        return consume(A, key, request, books=self.books, clock=self, renew=self.renew, prunes=self.prunes)

    def hold(self, key: str = "h", credits: int = 5) -> Any:
        return hold(A, key, HoldRequest(credits), books=self.books, clock=self, renew=self.renew, prunes=self.prunes)

    def cost(self, act: Callable[[], Any]) -> tuple[int, int, int]:
        self.meter.reset()
        with suppress(InsufficientCredits):
            act()
        return self.meter.counts()


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield World(boto3.client("dynamodb", region_name="us-east-1"))


def _fresh(world: World) -> Callable[[], Any]:
    world.grant()
    world.burn("warm")
    return lambda: world.burn("k")


def _duplicate_at_once(world: World) -> Callable[[], Any]:
    world.grant()
    world.burn("k")
    return lambda: world.burn("k")


def _late_duplicate(world: World) -> Callable[[], Any]:
    world.grant()
    world.burn("k")
    settle_book(A, U, books=world.books, clock=world)
    return lambda: world.burn("k")


def _crossing_two_lots(world: World) -> Callable[[], Any]:
    world.grant("a", 10)
    world.grant("b", 10)
    return lambda: world.burn("k", 15)


def _at_an_expiry(world: World) -> Callable[[], Any]:
    world.grant("a", 10, NOW + 1_000)
    world.grant("b", 10)
    world.at = NOW + 1_000
    return lambda: world.burn("k")


def _insufficient(world: World) -> Callable[[], Any]:
    world.grant("a", 10)
    return lambda: world.burn("k", 11)


def _insufficient_with_one_pending(world: World) -> Callable[[], Any]:
    world.grant("a", 10)
    world.burn("j")
    return lambda: world.burn("k", 11)


def _grant(world: World) -> Callable[[], Any]:
    return world.grant


def _grant_again(world: World) -> Callable[[], Any]:
    world.grant()
    return world.grant


def _hold(world: World) -> Callable[[], Any]:
    world.grant()
    return world.hold


def _capture_all(world: World) -> Callable[[], Any]:
    world.grant()
    held = world.hold()
    return lambda: capture_hold(A, held.hold_id, "c", 5, actor="service", books=world.books, clock=world)


def _release(world: World) -> Callable[[], Any]:
    world.grant()
    held = world.hold()
    return lambda: release_hold(A, held.hold_id, "r", actor="service", books=world.books, clock=world)


def _claw_back(world: World) -> Callable[[], Any]:
    granted = world.grant()
    return lambda: claw_back(A, U, granted.lot_id, "re_1", 100, books=world.books, clock=world)


def _balance(world: World) -> Callable[[], Any]:
    world.grant()
    return lambda: read_balance(A, U, books=world.books, clock=world, renew=world.renew)


#        path                            calls, write units, read units
COSTS = {
    _fresh: (2, 2, 0),
    _duplicate_at_once: (2, 2, 0),
    _late_duplicate: (6, 5, 1),
    _crossing_two_lots: (2, 2, 0),
    _at_an_expiry: (6, 6, 0),
    _insufficient: (2, 1, 1),
    _insufficient_with_one_pending: (5, 3, 2),
    _grant: (6, 4, 2),
    _grant_again: (1, 0, 1),
    _hold: (2, 2, 0),
    _capture_all: (4, 3, 1),
    _release: (9, 6, 4),
    _claw_back: (8, 4, 4),
    _balance: (2, 0, 3),
}


@pytest.mark.parametrize("path", COSTS, ids=lambda path: path.__name__.strip("_"))
def test_t23_each_path_costs_what_the_table_says(world: World, path: Callable[[World], Callable[[], Any]]) -> None:
    act = path(world)
    assert world.cost(act) == COSTS[path]


def test_a_burn_moves_nothing_in_the_due_index(world: World) -> None:
    """Index writes would double the price of a burn."""
    world.grant(expires_at=NOW + 5_000)
    world.meter.reset()
    for number in range(5):
        world.burn(f"k{number}")
    assert world.meter.index_writes == 0


@pytest.mark.parametrize(("lots", "size"), [(1, 287), (8, 672), (64, 3_746)])
def test_the_books_bytes_by_its_lots(lots: int, size: int) -> None:
    """What a burn pays for: the item with its lots and the receipt before it. A dozen lots fit in one write unit."""
    book = Book(since=NOW)
    for number in range(lots):
        lot = Lot(f"lot_{number:0>26}", U, "purchased", 1_000, 3, NOW, NOW + 1_000_000 + number, NOW)
        asked = replace(book, orders={f"lot#{lot.lot_id}": Grant(lot)})
        book = replace(lay(U, asked, Settled(), NOW), outcomes={})
    memo = Memo("consume", 1, NOW, "key_01jd0000000000", "0" * 12, "job-17")
    receipt = Receipt(memo, 0, Pointer("k" * 24, 17))
    book = replace(book, receipts={"j" * 24: receipt}, head=Pointer("j" * 24, 18))
    assert item_bytes(to_item(keys.book(A, U) | book_values(book))) == size


@pytest.mark.parametrize(
    ("attribute", "size"),
    [
        ({"S": "abc"}, 3),
        ({"S": "ü"}, 2),
        ({"N": "1"}, 2),
        ({"N": "100"}, 2),
        ({"N": "-12345"}, 5),
        ({"NULL": True}, 1),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, 3 + 2 + 2 + 2),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
    ],
)
def test_the_meter_counts_bytes_by_the_published_rules(attribute: dict[str, Any], size: int) -> None:
    assert value_bytes(attribute) == size
    assert item_bytes({"pk": attribute}) == size + 2
