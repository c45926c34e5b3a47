"""What grows with an account, and what does not: calls, write units, read units at one, ten and about a hundred times as much.

Design: performance, round two, 7. A figure that moves is a decision, as in `test_book_counts.py`. `make bench` prints the table.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.contracts import growing
from tests.contracts.growing import Counts
from tests.contracts.test_book_counts import A, U, World, world

__all__ = ["world"]
pytestmark = pytest.mark.slow
RECEIPTS = 12
Page = Callable[[World], None]
# With RECEIPTS of workers that are gone. Each has one read unit in it, once: the entry. Whatever else is read is the page's own.
PAGES: dict[Page, Counts] = {
    growing.reads_the_balance: (4, 2, 14),
    growing.reads_a_page: (5, 2, 15),
    growing.reads_offers: (10, 2, 20),
    growing.reads_the_overview: (10, 2, 20),
    growing.reads_the_statement_page: (7, 2, 17),
    growing.reads_the_file: (5, 2, 15),
}


@pytest.mark.parametrize(("grow", "number"), growing.GROWTH, ids=lambda part: getattr(part, "__name__", str(part)))
def test_t23_what_grows_with_an_account_costs_what_the_table_says(
    world: World, grow: growing.Grown, number: int
) -> None:
    assert growing.costs_of(world, grow, number) == growing.GROWTH[grow, number]


@pytest.mark.parametrize("number", growing.DYING)
def test_t23_an_instant_at_which_lots_die_costs_what_the_table_says(world: World, number: int) -> None:
    """50 lots: 53 calls and 62 write units before (decision 188)."""
    assert growing.of_dying(world, number) == growing.DYING[number]


@pytest.mark.parametrize("reads", PAGES, ids=lambda reads: reads.__name__)
def test_t23_no_page_pays_twice_for_receipts_that_it_could_have_settled(world: World, reads: Page) -> None:
    """A page reads the entry of each receipt once, and takes the receipts out of the book."""
    growing.open_account(world)
    growing.with_receipts(world, RECEIPTS)
    assert world.cost(lambda: reads(world)) == PAGES[reads]
    book = world.books.get(A, U)
    assert book
    assert not book.receipts
