"""What a batch costs by our own meter, gated at equality (T23), and what closing a hold by request costs (decisions/0021)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from lotbook.adapters.dynamo.idempotency import DynamoIdempotency
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.requests import BatchItem, BurnRequest, ResolveHold
from lotbook.usecases.credits.consume_batch import consume_batch
from lotbook.usecases.credits.resolve_on_request import resolve_on_request
from tests.contracts.test_book_counts import A, World
from tests.fakes.credit_desk import credit_desk
from tests.quick_moto import mock_aws


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        made = World(boto3.client("dynamodb", region_name="us-east-1"))
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
