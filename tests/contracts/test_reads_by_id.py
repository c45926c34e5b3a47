"""What it costs to read one entry, hold or lot, a page of open holds, and to void a lot: calls, write units, read units.

A figure that moves is a decision, as in `test_book_counts.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lotbook.adapters.dynamo.idempotency import DynamoIdempotency
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.requests import ResolveHold
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.read_entry import read_entry
from lotbook.usecases.credits.read_holds import HoldsAsked, list_holds, read_hold
from lotbook.usecases.credits.read_lot import read_lot
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.credits.void_lot import VoidLot, void_lot
from tests.contracts.test_book_counts import NOW, A, U, World, world
from tests.fakes.credit_desk import credit_desk

__all__ = ["world"]
pytestmark = pytest.mark.slow
LOT = f"lot_{'a':0>26}"
DAY = 86_400_000


def desk(world: World) -> Any:
    return credit_desk(world.books, world, world.renew, prunes=world.prunes)


def an_entry(world: World) -> Callable[[], Any]:
    entry_id = world.burn().entry_id
    return lambda: read_entry(A, entry_id, books=world.books)


def a_grants_entry(world: World) -> Callable[[], Any]:
    entry_id = world.books.entry(A, U, f"lot#{LOT}").id_in(A)
    return lambda: read_entry(A, entry_id, books=world.books)


def an_open_hold(world: World) -> Callable[[], Any]:
    held = world.hold()
    return lambda: read_hold(A, held.hold_id, desk=desk(world))


def a_captured_hold(world: World) -> Callable[[], Any]:
    held = world.hold()
    resolve_hold(A, ResolveHold(held.hold_id, "end", held.credits), desk=desk(world))
    return lambda: read_hold(A, held.hold_id, desk=desk(world))


def ten_open_holds(world: World) -> Callable[[], Any]:
    for number in range(10):
        world.hold(f"h{number}", 1)
    return lambda: list_holds(A, U, HoldsAsked(25, state="open"), desk=desk(world))


def a_lot(world: World) -> Callable[[], Any]:
    world.burn()
    return lambda: read_lot(A, U, LOT, desk=desk(world))


def a_lot_among_others(world: World) -> Callable[[], Any]:
    for number in range(5):
        world.grant(f"b{number}")
    return a_lot(world)


def a_lot_that_expires(world: World) -> Callable[[], Any]:
    world.grant("e", expires_at=NOW + DAY)
    return lambda: read_lot(A, U, f"lot_{'e':0>26}", desk=desk(world))


def a_void(world: World) -> Callable[[], Any]:
    asked = VoidLot(LOT, "v", None, "sent twice", "key_1")
    return lambda: void_lot(A, U, asked, desk=desk(world), keys=DynamoIdempotency(Table(world.meter, "lotbook")))


COSTS: dict[Callable[[World], Callable[[], Any]], tuple[int, int, int]] = {
    an_entry: (1, 0, 1),
    a_grants_entry: (1, 0, 1),
    an_open_hold: (2, 0, 3),
    a_captured_hold: (1, 0, 2),
    ten_open_holds: (2, 0, 11),
    a_lot: (2, 0, 2),
    a_lot_among_others: (2, 0, 2),
    a_lot_that_expires: (3, 0, 3),
    a_void: (11, 5, 6),
}


@pytest.mark.parametrize("prepare", COSTS, ids=lambda each: each.__name__)
def test_t23_what_is_read_by_its_id_costs_what_the_table_says(
    world: World, prepare: Callable[[World], Callable[[], Any]]
) -> None:
    world.grant()
    act = prepare(world)
    bring_up_to_date(A, U, desk=desk(world))
    assert world.cost(act) == COSTS[prepare]


def test_t23_a_receipt_that_is_still_in_the_book_costs_a_look_more(world: World) -> None:
    world.grant()
    act = an_open_hold(world)
    assert world.cost(act) == (3, 0, 4)
