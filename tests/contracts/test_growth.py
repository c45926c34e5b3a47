"""What grows with an account, and what does not: calls, write units, read units at one, ten and about a hundred times as much.

Design: performance, round two, 7. A figure that moves is a decision, as in `test_book_counts.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.domain.values.instants import SECOND
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.file_statement import file_statements
from lotbook.usecases.credits.order import open_book
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.statement import list_entries, pages
from tests.contracts.test_book_counts import NOW, A, U, World, world
from tests.fakes.credit_desk import credit_desk

__all__ = ["world"]
pytestmark = pytest.mark.slow
Grown = Callable[[World, int], None]
Counts = tuple[int, int, int]
PAGE = 50


def with_lots(world: World, number: int) -> None:
    """Granted in one turn: ninety turns of a growing book take moto ten seconds."""
    made = [Lot(f"lot_{each:026d}", U, "purchased", 1_000, 3, NOW, None, NOW) for each in range(number)]
    book = world.books.get(A, U)
    assert book
    laid = lay(U, replace(book, orders={order.order_id: order for order in map(Grant, made)}), Journaled(), NOW)
    for outcome in laid.outcomes.values():
        world.books.put_entry(A, outcome)
    assert world.books.swap(A, U, book, replace(laid, outcomes={})).done


def with_receipts(world: World, number: int) -> None:
    """Of workers that are gone."""
    world.grant()
    for each in range(number):
        desk = credit_desk(world.books, world, world.renew, prunes=Prunes())
        consume(A, f"gone-{each}", BurnRequest(1, actor="key_01jd0000000000"), desk=desk)
    world.at += 2 * SECOND


def with_history(world: World, number: int) -> None:
    """Filed by the stream."""
    world.grant()
    for each in range(number):
        world.burn(f"was-{each}")
    filed = [
        entry for page in pages(A, U, None, number, desk=credit_desk(world.books, world)) for entry in page.entries
    ]
    assert not file_statements({(A, U): filed}, statement=DynamoStatement(Table(world.meter, "lotbook")))


def with_neighbours(world: World, number: int) -> None:
    """Other accounts in the same table."""
    world.grant()
    for each in range(number):
        open_book(f"acc_{each}", U, desk=credit_desk(world.books, world))


def consumes(world: World) -> None:
    world.burn("k")


def reads_the_balance(world: World) -> None:
    read_balance(A, U, desk=credit_desk(world.books, world, world.renew))


def reads_a_page(world: World) -> None:
    statement = DynamoStatement(Table(world.meter, "lotbook"))
    list_entries(A, U, PAGE, None, desk=credit_desk(world.books, world, world.renew, statement=statement))


@dataclass(frozen=True, slots=True)
class Costs:
    """Calls, write units, read units; read once and read again, and of a burn after that."""

    balance: tuple[Counts, Counts]
    page: Counts
    consume: Counts


IN_MEMORY = (1, 0, 1)  # the book alone: lots as they were made are kept
NOTHING_GROWS = Costs(((2, 0, 2), IN_MEMORY), (3, 0, 3), (2, 2, 0))
GROWTH: dict[tuple[Grown, int], Costs] = {
    (with_lots, 1): NOTHING_GROWS,
    # A page is of what no stream has filed yet here: one call a line, for each line names the one before.
    (with_lots, 10): Costs(((2, 0, 11), IN_MEMORY), (12, 0, 12), (2, 2, 0)),
    (with_lots, 90): Costs(((2, 0, 91), IN_MEMORY), (53, 0, 53), (2, 5, 0)),  # a burn pays for the book's bytes
    (with_receipts, 1): Costs(((3, 0, 3), (2, 0, 2)), (4, 0, 4), (2, 2, 0)),
    # The first who reads takes the receipts out, once.
    (with_receipts, 10): Costs(((4, 2, 12), IN_MEMORY), (13, 0, 13), (2, 2, 0)),
    (with_receipts, 90): Costs(((7, 20, 93), IN_MEMORY), (53, 0, 53), (2, 2, 0)),
    (with_history, 10): Costs(((3, 0, 3), (2, 0, 2)), (3, 0, 3), (2, 2, 0)),
    (with_history, 100): Costs(((3, 0, 3), (2, 0, 2)), (3, 0, 5), (2, 2, 0)),
    (with_neighbours, 1): NOTHING_GROWS,
    (with_neighbours, 100): NOTHING_GROWS,
}


@pytest.mark.parametrize(("grown", "number"), GROWTH, ids=lambda part: getattr(part, "__name__", str(part)))
def test_t23_what_grows_with_an_account_costs_what_the_table_says(world: World, grown: Grown, number: int) -> None:
    grown(world, number)
    told = Costs(
        balance=(world.cost(lambda: reads_the_balance(world)), world.cost(lambda: reads_the_balance(world))),
        page=world.cost(lambda: reads_a_page(world)),
        consume=world.cost(lambda: consumes(world)),
    )
    assert told == GROWTH[grown, number]
