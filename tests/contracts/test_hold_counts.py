"""What open holds cost: nothing in a burn, however many they are, and a few calls each when they lapse together (S3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import boto3
import pytest
from moto import mock_aws

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.due import DynamoDueIndex
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.hold_pages import HOLDS_IN_BOOK, MAX_HOLDS
from lotbook.domain.credits.requests import HoldRequest, ResolveHold
from lotbook.domain.values.errors import TooManyHolds
from lotbook.domain.values.instants import HOUR
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.expiry import holds_due
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.sweeping import Bounds
from tests.contracts.test_book_counts import A, U, World
from tests.fakes.credit_desk import credit_desk
from tests.fakes.sweeps import FakeSweepMemory, swept
from tests.meter import item_bytes

BURN = (2, 2, 0)  # calls, write units, read units: with any number of open holds
MOST_CALLS_A_LAPSE = 3


class Holding(World):
    """An account with open holds, the last placed first to be named."""

    def __init__(self, client: object) -> None:
        super().__init__(client)
        self.grant(credits=5_000)
        self.open: list[str] = []

    def place(self, count: int) -> None:
        for _ in range(count):
            self.at += 10
            key = f"h{len(self.open)}"
            self.open.append(hold(A, key, HoldRequest(1), desk=self.desk()).hold_id)

    def desk(self) -> object:
        return credit_desk(self.books, self, self.renew, prunes=self.prunes)

    def book_bytes(self) -> int:
        key = keys.book(A, U)
        found = self.meter.get_item(TableName="lotbook", Key={"pk": {"S": key["pk"]}, "sk": {"S": key["sk"]}})
        return item_bytes(found["Item"])


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[Holding]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Holding(boto3.client("dynamodb", region_name="us-east-1"))


@pytest.mark.parametrize("open_holds", [0, HOLDS_IN_BOOK, 200, MAX_HOLDS])
def test_s3_a_burn_costs_the_same_with_any_number_of_open_holds(world: Holding, open_holds: int) -> None:
    """Two calls, two write units, no read. With all of them in the book, 200 cost 8 units a burn, 500 some 18."""
    world.place(open_holds)
    world.burn("warm")
    assert world.cost(lambda: world.burn("k")) == BURN
    print(f"{open_holds} open holds: the book has {world.book_bytes()} bytes")
    assert world.book_bytes() <= 1_024


def test_s3_holds_have_a_bound_with_a_name_and_what_has_lapsed_makes_room(world: Holding) -> None:
    world.place(MAX_HOLDS)
    with pytest.raises(TooManyHolds) as refused:
        world.place(1)
    assert refused.value.data == {"open": MAX_HOLDS, "max": MAX_HOLDS}
    first = hold(A, "h0", HoldRequest(1), desk=world.desk())
    assert first.replayed, "a retry of a hold that is open is answered all the same"
    resolve_hold(A, ResolveHold(first.hold_id, "r", None), desk=world.desk())
    assert hold(A, "one more", HoldRequest(1), desk=world.desk()).available == 5_000 - MAX_HOLDS
    world.at += 2 * HOUR
    assert hold(A, "after all lapsed", HoldRequest(1), desk=world.desk()).available == 5_000 - 1


def test_s3_three_hundred_holds_lapse_at_three_calls_each_at_most(world: Holding) -> None:
    """They were 9.1 calls each: every lapse turned the book."""
    world.place(300)
    world.at += 2 * HOUR
    index = DynamoDueIndex(Table(world.meter, "lotbook"))
    world.meter.reset()
    work = holds_due(due=index, desk=world.desk())
    assert swept(replace(work, bounds=Bounds(workers=1)), world, FakeSweepMemory()).settled == 1
    calls = world.meter.counts()[0]
    print(f"300 holds lapsed with {calls} calls")
    assert calls <= 300 * MOST_CALLS_A_LAPSE
    assert list(index.due("hold", world.at, 1_000)) == [], "none is left on the schedule's list"
    balance = read_balance(A, U, desk=world.desk())
    assert (balance.available, balance.held) == (5_000, 0)


def test_s3_credits_that_were_paid_for_arrive_in_a_book_that_is_full_of_holds(world: Holding) -> None:
    world.place(MAX_HOLDS)
    world.grant("b", 70)
    balance = read_balance(A, U, desk=world.desk())
    assert (balance.available, balance.held) == (5_070 - MAX_HOLDS, MAX_HOLDS)


@pytest.mark.parametrize("open_holds", [6, 200])
def test_s3_a_hold_and_its_capture_cost_little_more_among_many(world: Holding, open_holds: int) -> None:
    """The oldest is captured, as a queue of jobs does: six calls a pair with few holds, and two turns for six pairs with many."""
    world.place(open_holds)
    oldest, pairs = 0, 60
    world.meter.reset()
    for number in range(pairs):
        world.place(1)
        resolve_hold(A, ResolveHold(world.open[oldest], f"c{number}", 1), desk=world.desk())
        oldest += 1
    calls, writes, _ = world.meter.counts()
    print(
        f"{open_holds} open holds: {calls / pairs:.1f} calls and {writes / pairs:.1f} write units a hold and its capture"
    )
    assert calls / pairs <= (7 if open_holds < HOLDS_IN_BOOK else 10)
