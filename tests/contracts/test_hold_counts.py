"""What open holds cost a burn: nothing, however many they are (S3). Counted by write units of the book's bytes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lotbook.adapters.dynamo.book_items import book_values
from lotbook.adapters.dynamo.table import to_item
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK, MAX_HOLDS, with_holds_put_away
from lotbook.domain.credits.ledger import OpenHold, burn_name
from tests import table
from tests.contracts.test_book_counts import NOW, A, U, World
from tests.meter import item_bytes
from tests.quick_moto import mock_aws

BURN = (2, 2, 0)  # calls, write units, read units


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield World(table.dynamodb())


@pytest.mark.parametrize("open_holds", [0, HOLDS_IN_BOOK, 200, MAX_HOLDS])
def test_s3_a_burn_costs_the_same_with_any_number_of_open_holds(world: World, open_holds: int) -> None:
    """With all of them in the book, it was 2 + 7 write units with 200 of them, and 2 + 17 with 500."""
    world.grant(credits=5_000)
    book = world.books.get(A, U)
    assert book is not None
    holds = {burn_name(f"h{number}"): OpenHold(NOW + 123_000 + number, 1) for number in range(open_holds)}
    laid, page = with_holds_put_away(U, book, holds, "")
    assert (page is None) == (open_holds < HOLDS_IN_BOOK)
    for each in [page] if page else []:
        world.books.put_entry(A, each)
    assert world.books.swap(A, U, book, replace(laid, version=book.version + 1)).done
    world.burn("warm")
    assert world.cost(lambda: world.burn("k")) == BURN
    left = world.books.get(A, U)
    assert left is not None
    assert left.open_holds == open_holds
    print(f"{open_holds} open holds: the book has {item_bytes(to_item(book_values(left)))} bytes")
