"""What a batch costs by our own meter, gated at equality (T23), and what closing a hold by request costs (decisions/0021)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bench.prices import Counts, dollars_per_million
from lotbook.adapters.dynamo.book_items import receipt_values
from lotbook.adapters.dynamo.idempotency import DynamoIdempotency
from lotbook.adapters.dynamo.table import Table, to_attribute
from lotbook.domain.credits import batches
from lotbook.domain.credits.batches import lines_of_request
from lotbook.domain.credits.book import MAX_RECEIPTS, Receipt
from lotbook.domain.credits.ledger import Pointer, burn_name
from lotbook.domain.credits.requests import BatchItem, BurnRequest, ResolveHold
from lotbook.usecases.credits.consume_batch import consume_batch
from lotbook.usecases.credits.consume_lines import consume_lines
from lotbook.usecases.credits.resolve_on_request import resolve_on_request
from tests import table
from tests.contracts.test_book_counts import NOW, A, World
from tests.fakes.credit_desk import credit_desk
from tests.meter import item_bytes, value_bytes
from tests.quick_moto import mock_aws


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        made = World(table.dynamodb())
        made.grant()
        yield made


def send(world: World, prefix: str, items: int = 20) -> Any:
    asked = [
        BatchItem(f"{prefix}-{at}", BurnRequest(1, reference="job-17", actor="key_01jd0000000000"))
        for at in range(items)
    ]
    return consume_batch(A, asked, desk=credit_desk(world.books, world, world.renew, prunes=world.prunes))


#        items            calls, write units, read units
FRESH = {2: (4, 4, 0), 20: (22, 26, 0), 25: (27, 33, 0), 100: (108, 126, 0)}


@pytest.mark.parametrize("items", FRESH)
def test_t23_a_batch_is_two_writes_to_the_book_and_one_for_each_key(world: World, items: int) -> None:
    """Whoever burns next finds the book as small as it was."""
    assert world.cost(lambda: send(world, "now", items)) == FRESH[items]
    assert world.cost(lambda: world.burn("after")) == (2, 2, 0)


def test_t23_a_batch_sent_again(world: World) -> None:
    """All its keys are void: one turn gives them back. The figures are of a retry, not of the usual."""
    send(world, "k")
    assert world.cost(lambda: send(world, "k")) == (46, 49, 22)


def send_lines(world: World, key: str, lines: int, reference: str | None = "job-17") -> Any:
    asked = [BurnRequest(1, reference=reference, actor="key_01jd0000000000") for _ in range(lines)]
    desk = credit_desk(world.books, world, world.renew, prunes=world.prunes)
    return consume_lines(A, key, lines_of_request(asked), desk=desk)


#           lines, reference              calls, write units, read units; dollars a million lines at most
UNDER_ONE_KEY = {
    (1, "job-17"): ((2, 2, 0), 2.54),
    (20, "job-17"): ((2, 2, 0), 0.13),
    (100, "job-17"): ((2, 4, 0), 0.04),
    (100, None): ((2, 2, 0), 0.04),
    (100, "order-01jd-0000000000"): ((3, 5, 0), 0.05),
    (20, "r" * 256): ((3, 8, 0), 0.40),
}


@pytest.mark.parametrize(("lines", "reference"), UNDER_ONE_KEY, ids=lambda each: str(each)[:9])
def test_t23_a_batch_under_one_key_is_two_writes_for_all_its_lines(
    world: World, lines: int, reference: str | None
) -> None:
    """The second one: the book still has the receipt of the first. Lines too long for the book are one write more, before the burn."""
    cost, dollars = UNDER_ONE_KEY[lines, reference]
    send_lines(world, "first", lines, reference)
    assert world.cost(lambda: send_lines(world, "second", lines, reference)) == cost
    assert dollars_per_million(Counts(*cost, items=lines)) <= dollars
    world.burn("after")
    assert world.cost(lambda: world.burn("then")) == (2, 2, 0), "and nobody pays for them any longer"


def test_t23_a_batch_under_one_key_sent_again_is_a_late_duplicate_of_one_burn(world: World) -> None:
    send_lines(world, "k", 20)
    world.burn("after")
    assert world.cost(lambda: send_lines(world, "k", 20))[0] <= 6


def test_one_key_the_most_that_lines_take_of_the_book_and_of_an_item(world: World) -> None:
    """Bytes: as many lines as a request takes, as long as each may be. A full book of receipts stays an item (400 KB)."""
    asked = lines_of_request([BurnRequest(10**12, reference="\u00fc" * 256, actor="a" * 64)] * 100)
    assert len(asked.kept) < 30
    assert item_bytes({"lines": {"S": asked.text}}) < batches.MAX_BYTES
    widest = next(
        request
        for length in range(30, 0, -1)
        if not batches.is_beside((request := lines_of_request([BurnRequest(7, reference="x" * length)] * 100)).kept)
    )
    receipt = Receipt(widest.memo(NOW), 10**12, Pointer(burn_name("k"), 10**6))
    assert batches.MAX_WITHIN - 100 < len(widest.kept) <= batches.MAX_WITHIN
    assert MAX_RECEIPTS * (value_bytes(to_attribute(receipt_values(receipt))) + 30) < 300_000


@pytest.mark.parametrize(("credits", "cost"), [(5, (7, 4, 3)), (None, (12, 7, 6))], ids=["capture_all", "release"])
def test_t23_closing_a_hold_by_request(world: World, credits: int | None, cost: tuple[int, int, int]) -> None:
    """One read is for the key where it stood before markers had a partition of their own (decision 123)."""
    held = world.hold()
    keys = DynamoIdempotency(Table(world.meter, "lotbook"))
    command = ResolveHold(held.hold_id, "c", credits, "service")

    def close() -> object:
        return resolve_on_request(
            A,
            command,
            keys=keys,
            accounts=None,  # type: ignore[arg-type]
            desk=credit_desk(world.books, world),
        )

    assert world.cost(close) == cost
