"""What each path costs: calls, write units and read units, counted by our own meter and gated at equality (T23).

A figure that moves is a decision: change it here with the reason in the commit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.book_items import book_values
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.table import Table, to_item
from lotbook.domain.credits.book import Book, Memo, Receipt
from lotbook.domain.credits.ledger import Pointer, burn_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack, Grant
from lotbook.domain.credits.requests import BurnRequest, HoldRequest, ResolveHold
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.domain.values import ids
from lotbook.domain.values.errors import InsufficientCredits
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import claw_back, grant_lot
from lotbook.usecases.credits.order import open_book
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.resolve_hold import resolve_hold
from tests import table
from tests.fakes.credit_desk import credit_desk
from tests.meter import Metered, item_bytes, value_bytes
from tests.quick_moto import mock_aws

NOW = 1_763_700_000_000  # as long as a real instant: bytes count
A, U = "acc_insurestack", "credits"


class World:
    """An account over a metered table."""

    def __init__(self, client: Any) -> None:
        made = table.create(client)
        self.meter = Metered(client)
        self.books = DynamoBooks(Table(self.meter, made.name))
        self.prunes, self.at = Prunes(), NOW
        open_book(A, U, desk=credit_desk(self.books, self))

    def now(self) -> int:
        return self.at

    def renew(self, account_id: str) -> None:
        raise AssertionError("nothing renews here")

    def grant(self, name: str = "a", credits: int = 1_000, expires_at: int | None = None) -> Any:
        lot = Lot(f"lot_{name:0>26}", U, "purchased", credits, 3, NOW, expires_at, NOW)
        return grant_lot(A, lot, desk=credit_desk(self.books, self))

    def burn(self, key: str = "k", credits: int = 1) -> Any:
        request = BurnRequest(credits, reference="job-17", actor="key_01jd0000000000")
        return consume(A, key, request, desk=credit_desk(self.books, self, self.renew, prunes=self.prunes))

    def hold(self, key: str = "h", credits: int = 5) -> Any:
        return hold(A, key, HoldRequest(credits), desk=credit_desk(self.books, self, self.renew, prunes=self.prunes))

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
        yield World(table.dynamodb())


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
    bring_up_to_date(A, U, desk=credit_desk(world.books, world))
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
    return lambda: resolve_hold(A, ResolveHold(held.hold_id, "c", 5, "service"), desk=credit_desk(world.books, world))


def _release(world: World) -> Callable[[], Any]:
    world.grant()
    held = world.hold()
    return lambda: resolve_hold(
        A, ResolveHold(held.hold_id, "r", None, "service"), desk=credit_desk(world.books, world)
    )


def _claw_back(world: World) -> Callable[[], Any]:
    granted = world.grant()
    return lambda: claw_back(
        A,
        U,
        ClawBack(granted.lot_id, "re_1", 100),
        desk=credit_desk(world.books, world),
    )


def _balance(world: World) -> Callable[[], Any]:
    world.grant()
    return lambda: read_balance(A, U, desk=credit_desk(world.books, world, world.renew))


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
    _balance: (2, 0, 2),
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


# Bytes of the book, by its lots and its receipts; a write unit is 1,024 of them, and every burn pays for them all.
#        lots: receipts -> bytes
BYTES = {
    1: {0: 172, 1: 271, 14: 1_553, 32: 3_331},
    8: {0: 466, 1: 565, 14: 1_847, 32: 3_625},
    64: {0: 2_818, 1: 2_917, 14: 4_199, 32: 5_977},
}
A_MEMBER = "0f8c1a52-3a4b-4c1d-9e0f-7a6b5c4d3e2f"
AN_INSTANT = 1_763_700_123_456  # with no zeros at the end, which a number's size leaves out


@pytest.mark.parametrize("lots", BYTES)
def test_the_books_bytes_by_its_lots_and_receipts(lots: int) -> None:
    """A dozen and a half of lots fit in one write unit, beside the receipt before; or three lots and nine callers."""
    assert {receipts: bytes_of(lots, receipts) for receipts in BYTES[lots]} == BYTES[lots]


@pytest.mark.parametrize(
    ("actor", "reference", "size"),
    [("key_01jd0000000000", "job-17", 99), ("backend", None, 81), (A_MEMBER, None, 90)],
    ids=["key and reference", "key", "member"],
)
def test_the_bytes_of_a_receipt(actor: str, reference: str | None, size: int) -> None:
    """Every caller that burned an account lately has one in its book."""
    assert bytes_of(1, 14, actor, reference) - bytes_of(1, 13, actor, reference) == size


def bytes_of(lots: int, receipts: int, actor: str = "key_01jd0000000000", reference: str | None = "job-17") -> int:
    """The book of an account in use."""
    book = Book(since=AN_INSTANT)
    for number in range(lots):
        made, dies = AN_INSTANT - 123_456, AN_INSTANT + 31_536_000_000 + 1_000 * number
        lot = Lot(ids.derived("lot", made, str(number)), U, "purchased", 1_000, 3, made, dies, made)
        asked = replace(book, orders={f"lot#{lot.lot_id}": Grant(lot)})
        book = replace(lay(U, asked, Journaled(), AN_INSTANT), outcomes={})
    names = [burn_name(f"k{number}") for number in range(receipts + 1)]
    asked_for = BurnRequest(1, reference=reference, actor=actor)
    found = {}
    for at, (name, before) in enumerate(zip(names[1:], names, strict=False)):
        memo = Memo("consume", 1, AN_INSTANT + 7 * at, actor, asked_for.digest, reference)
        found[name] = Receipt(memo, 12_345 + at, Pointer(before, 417 + at))
    book = replace(book, receipts=found, head=Pointer(names[-1], 417 + receipts))
    return item_bytes(to_item(keys.book(A, U) | book_values(book)))


@pytest.mark.parametrize(
    ("attribute", "size"),
    [
        ({"S": "abc"}, 3),
        ({"S": "ü"}, 2),
        ({"N": "1"}, 2),
        ({"N": "100"}, 2),
        ({"N": "-12345"}, 5),
        ({"NULL": True}, 1),
        ({"B": b"abc"}, 3),
        ({"L": [{"S": "ab"}, {"N": "1"}]}, 3 + 2 + 2 + 2),
        ({"M": {"k": {"S": "ab"}}}, 3 + 1 + 1 + 2),
    ],
)
def test_the_meter_counts_bytes_by_the_published_rules(attribute: dict[str, Any], size: int) -> None:
    assert value_bytes(attribute) == size
    assert item_bytes({"pk": attribute}) == size + 2
