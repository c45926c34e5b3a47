"""The stream's batch over a wire that spoils any of its calls, then what failed once more: filed, told and remembered as if nothing was.

D14, D18, D20, D34. The client is the thin one, real HTTP and a real wire; behind it is moto in this process.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.latches import DynamoLatches, DynamoNotices
from lotbook.adapters.dynamo.many_accounts import DynamoManyAccounts
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.news.announcements import Change, EntryWritten
from lotbook.usecases.news.announce import Outlets
from lotbook.usecases.news.deliver_changes import deliver_changes
from tests.fakes.accounts import an_account
from tests.fakes.outbox import RecordingBus, RecordingQueue, World
from tests.fakes.samples import published
from tests.quick_moto import mock_aws
from tests.wire import FAULTS, Fault, Lines, lines, moto

U = "credits"
NAMES = ["acc-a", "acc-b"]
MAX_CALLS = 60  # of one batch, with what is made again account by account
DERIVED = ("S#", "N#", "Q#")


@dataclass
class Bench:
    """The wire, and what came by the stream."""

    lines: Lines
    changes: Mapping[str, Change]

    def forget(self) -> None:
        """As if nothing had been delivered."""
        straight = self.lines.straight
        for item in self.items():
            straight.client.delete_item(TableName=straight.name, Key={name: item[name] for name in ("pk", "sk")})

    def items(self) -> list[dict[str, Any]]:
        """What the outbox writes."""
        found = self.lines.straight.client.scan(TableName=self.lines.straight.name, ConsistentRead=True)["Items"]
        return sorted((each for each in found if each["pk"]["S"].startswith(DERIVED)), key=str)


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "test")
        with lines(boto3.client("dynamodb", region_name="us-east-1"), moto(), "stream") as made:
            DynamoPolicies(made.straight).publish("make", published("make").document)
            for name in NAMES:
                DynamoAccounts(made.straight).create(an_account(account_id=name, policy_id="make"))
            world = World()
            world.grant(10, expires_at=world.clock.now() + 90 * 86_400_000)
            world.burn(10)
            brought = world.new()
            for name in NAMES:
                for change in brought.values():
                    DynamoBooks(made.straight).put_entry(name, change.entry)
            changes: dict[str, Change] = {
                f"{name}/{record}": EntryWritten(name, change.entry)
                for record, change in brought.items()
                for name in NAMES
            }
            yield Bench(made, changes)


def deliver(table: Table, changes: Mapping[str, Change], bus: RecordingBus) -> dict[str, Exception]:
    """By a process that knows nothing yet."""
    outlets = Outlets(
        bus=bus,
        latches=DynamoLatches(table),
        notices=DynamoNotices(table),
        accounts=DynamoAccounts(table),
        policies=DynamoPolicies(table),
        books=DynamoBooks(table),
        many=DynamoManyAccounts(table),
        clock=World().clock,
        queue=RecordingQueue(),
    )
    return deliver_changes(changes, statement=DynamoStatement(table), outlets=outlets)


def left_by(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """But for how often a latch was written, and which account was the first to use something of the policy."""
    return [{name: value for name, value in item.items() if name not in ("version", "account_id")} for item in items]


def spoil_each_call(bench: Bench, faults: tuple[Fault, ...]) -> None:
    """Each call of the batch once, by one fault after the other; what failed comes again, as a shard would bring it."""
    bench.forget()
    calm = RecordingBus()
    assert deliver(bench.lines.straight, bench.changes, calm) == {}
    wanted, ids = left_by(bench.items()), {each.announcement_id for each in calm.published}
    for at in range(1, MAX_CALLS):
        bench.forget()
        bus, fault = RecordingBus(), faults[at % len(faults)]
        bench.lines.wire.arm(fault, at)
        failed = deliver(bench.lines.alone, bench.changes, bus)
        bench.lines.wire.settle()
        spoiled = bench.lines.wire.spoiled
        bench.lines.wire.arm(None)
        again = {record: bench.changes[record] for record in failed}
        assert deliver(bench.lines.straight, again, bus) == {}
        assert left_by(bench.items()) == wanted, (fault, at)
        assert {each.announcement_id for each in bus.published} == ids, (fault, at)
        if not spoiled:
            return
    raise AssertionError("a batch makes more calls than it may")


def test_d20_a_fault_at_any_call_of_a_batch_loses_nothing_and_tells_nothing_else(bench: Bench) -> None:
    spoil_each_call(bench, FAULTS)


@pytest.mark.soak
@pytest.mark.parametrize("fault", FAULTS)
def test_d20_every_fault_at_any_call_of_a_batch_loses_nothing_and_tells_nothing_else(
    bench: Bench, fault: Fault
) -> None:
    spoil_each_call(bench, (fault,))
