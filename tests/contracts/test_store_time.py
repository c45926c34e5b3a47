"""A machine whose clock is ahead of the table's turns no book, opens none and lapses no hold (D15, D18)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.store_time import MAX_AHEAD
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import BurnRequest, HoldRequest
from lotbook.domain.values.errors import InsufficientCredits, Unavailable
from lotbook.domain.values.instants import DAY, HOUR, MINUTE, SECOND
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.order import open_book
from lotbook.usecases.credits.prunes import Prunes
from tests import table
from tests.fakes.credit_desk import credit_desk
from tests.quick_moto import mock_aws

A, U = "acc", "credits"
NOW = 1_800_000_000_000


@dataclass
class Clock:
    at: int = NOW

    def now(self) -> int:
        return self.at


@dataclass
class Dated:
    """A client whose table has a clock of its own, and whose answers may be long on their way."""

    client: Any
    store: Clock
    machine: Clock
    travel: int = 0  # milliseconds that an answer takes to come back
    date: str | None = None  # what the answers say instead of the table's time; "" for nothing

    def __getattr__(self, operation: str) -> Any:
        def call(**request: Any) -> Any:
            headed = self._headed()
            try:
                return getattr(self.client, operation)(**request) | headed
            except ClientError as error:
                error.response.update(headed)  # type: ignore[typeddict-item]
                raise
            finally:
                self.machine.at += self.travel
                self.store.at += self.travel

        return call

    def _headed(self) -> dict[str, Any]:
        date = self.date
        if date is None:
            date = format_datetime(datetime.fromtimestamp(self.store.at // SECOND, UTC), usegmt=True)
        return {"ResponseMetadata": {"HTTPStatusCode": 200, "HTTPHeaders": {"date": date} if date else {}}}


@dataclass
class Worker:
    """One machine; its product runs on `clock`, which is the machine's own unless it is set on purpose."""

    table: Table
    machine: Clock
    clock: Clock
    prunes: Prunes = field(default_factory=Prunes)

    def __post_init__(self) -> None:
        self.books = DynamoBooks(self.table, self.machine)

    def grant(self, name: str, credits: int, expires_at: int | None = None) -> Any:
        lot = Lot(name, U, "plan", credits, 1, NOW, expires_at, NOW)
        return grant_lot(A, lot, desk=credit_desk(self.books, self.clock))

    def burn(self, key: str, credits: int = 1) -> Any:
        desk = credit_desk(self.books, self.clock, prunes=self.prunes)
        return consume(A, key, BurnRequest(credits), desk=desk)


@dataclass
class World:
    table: Table
    store: Clock

    def worker(self, ahead: int = 0, travel: int = 0, date: str | None = None, set_to: int | None = None) -> Worker:
        machine = Clock(self.store.at + ahead)
        client = Dated(self.table.client, self.store, machine, travel, date)
        return Worker(Table(client, self.table.name), machine, Clock(set_to) if set_to else machine)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        made = World(table.create(table.dynamodb()), Clock())
        first = made.worker()
        open_book(A, U, desk=credit_desk(first.books, first.clock))
        first.grant("lot_a", 10, NOW + MINUTE)
        first.grant("lot_b", 5)
        yield made


def test_d15_a_machine_that_is_ahead_expires_nothing_and_pushes_nobodys_time(world: World) -> None:
    before = world.worker().books.get(A, U)
    fast = world.worker(ahead=HOUR)
    with pytest.raises(Unavailable, match="ahead"):
        fast.burn("k")
    assert world.worker().books.get(A, U) == before
    assert [draw.lot_id for draw in world.worker().burn("k").draws] == ["lot_a"]


def test_a_machine_that_is_ahead_still_burns_where_no_turn_is_needed(world: World) -> None:
    assert world.worker(ahead=MINUTE // 2).burn("k").available == 14


@pytest.mark.parametrize(("ahead", "refused"), [(MAX_AHEAD, False), (MAX_AHEAD + 1, True), (-DAY, False)])
def test_the_bound_is_named_and_a_slow_clock_is_no_harm(world: World, ahead: int, refused: bool) -> None:
    worker = world.worker(ahead)
    worker.burn("k")
    if refused:
        with pytest.raises(Unavailable):
            worker.grant("lot_c", 3)
    else:
        assert worker.grant("lot_c", 3).lot_id == "lot_c"


def test_an_order_that_was_asked_by_a_machine_that_is_ahead_is_done_by_the_next(world: World) -> None:
    with pytest.raises(Unavailable):
        world.worker(HOUR).grant("lot_c", 3)
    assert world.worker().burn("k", 18).available == 0


def test_d18_a_machine_that_is_ahead_lapses_no_hold(world: World) -> None:
    worker = world.worker()
    desk = credit_desk(worker.books, worker.clock, prunes=worker.prunes)
    hold(A, "h", HoldRequest(15, ttl_seconds=60), desk=desk)
    fast = world.worker(HOUR)
    with pytest.raises(Unavailable):
        bring_up_to_date(A, U, desk=credit_desk(fast.books, fast.clock))
    found = worker.books.get(A, U)
    assert found
    assert len(found.holds) == 1
    with pytest.raises(InsufficientCredits):
        worker.burn("k", 1)


def test_d41_a_machine_that_is_ahead_opens_no_book(world: World) -> None:
    fast = world.worker(HOUR)
    assert fast.books.get("other", U) is None
    with pytest.raises(Unavailable):
        open_book("other", U, desk=credit_desk(fast.books, fast.clock))
    assert world.worker().books.get("other", U) is None


def test_a_slow_answer_makes_no_clock_look_fast(world: World) -> None:
    assert world.worker(travel=2 * MAX_AHEAD).grant("lot_c", 3).lot_id == "lot_c"


def test_the_local_runs_clock_is_set_on_purpose_and_not_compared(world: World) -> None:
    """366 days ahead, on a machine whose own clock is right: the lot is dead."""
    assert [draw.lot_id for draw in world.worker(set_to=NOW + 366 * DAY).burn("k").draws] == ["lot_b"]


@pytest.mark.parametrize("garbled", ["", "Fri", "99 Foo 2027 00:00:00 GMT"])
def test_without_a_date_nothing_is_known_and_nothing_is_refused(world: World, garbled: str) -> None:
    assert world.worker(ahead=HOUR, date=garbled).burn("k").available == 4


def test_d20_a_burn_that_is_done_is_answered_although_the_book_cannot_be_tidied(world: World) -> None:
    """D20: to a machine that is ahead, all receipts look as if their workers were gone; its caller has burned all the same."""
    for number in range(6):
        world.worker().burn(f"k{number}")
    assert world.worker(ahead=MINUTE // 2).burn("k").available == 8
