"""The outbox over a real book in memory: the ledger is delivered as the table's stream would, in every unlucky way."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.credits import batches
from lotbook.domain.credits.batches import BatchLine, lines_of_request
from lotbook.domain.credits.ledger import Entry, Pointer
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.news import parts
from lotbook.domain.news.announcements import EntryWritten, PurchaseWritten
from lotbook.domain.news.notices import NOTICE
from lotbook.domain.values import instants
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.credits.consume_lines import consume_lines
from lotbook.usecases.news.announce_expiring import notices_due
from lotbook.usecases.news.follow_levels import LATCH_ATTEMPTS
from lotbook.usecases.sweeping import FIRST_PAUSE
from tests.fakes.credit_desk import credit_desk
from tests.fakes.desk import Desk
from tests.fakes.outbox import World
from tests.fakes.sweeps import swept


def test_issue_3_the_statement_is_filed_and_events_are_published_from_the_stream_alone() -> None:
    world = World(75)
    lot = world.grant(100)
    world.burn(30)
    world.burn(50)
    assert not world.bus.published  # nothing is announced before it is in the table and came by the stream
    assert world.deliver() == {}
    assert [each.kind for each in world.bus.published] == ["credits.granted", "credits.consumed", "credits.low"]
    granted, consumed, low = world.bus.published
    assert granted.detail["lot_id"] == lot
    assert (consumed.detail["credits"], consumed.detail["burns"]) == (80, 2)
    assert (low.detail["used_percent"], low.detail["of_credits"], low.detail["available"]) == (75, 100, 20)
    assert [line.entry.kind for line in world.statement.page("acme", "credits", 10**9, 10)] == [
        "consumed",
        "consumed",
        "granted",
    ]


@pytest.mark.parametrize("reference", ["r", "r" * 255], ids=["within", "beside"])
def test_the_event_of_a_batch_under_one_key_has_its_parts(reference: str) -> None:
    """Wherever the lines stand. A single burn beside it is summed as ever; an event without a batch says nothing of them."""
    world = World(75)
    world.grant(100)
    world.burn(5)
    assert world.deliver() == {}
    assert "batches" not in world.bus.published[-1].detail
    lines = [BurnRequest(2, reference=reference, metadata={"n": str(n)} if n else None) for n in range(8)]
    desk = credit_desk(world.books, world.clock, lambda _: None)
    burned = consume_lines("acme", "batch", lines_of_request(lines), desk=desk).burned
    world.burn(5)
    assert world.deliver() == {}
    total = world.bus.published[-1].detail
    assert (total["credits"], total["burns"], total["noted"], total["batches_left_out"]) == (21, 2, [], 0)
    (batch,) = total["batches"]
    assert (batch["entry_id"], batch["credits"]) == (burned.entry_id, 16)
    assert batch["lines"][:2] == [
        {"credits": 2, "reference": reference},
        {"credits": 2, "reference": reference, "metadata": {"n": "1"}},
    ]
    assert sum(line["credits"] for line in batch["lines"]) == 16


def test_an_event_has_room_for_so_many_lines_and_counts_the_batches_that_it_leaves_out() -> None:
    """The bus takes 256 KB, and what is left out is in the statement."""
    few, many = [BatchLine(1, "r" * 70)] * 100, [BatchLine(1)] * 100
    entries = [
        Entry(
            f"k{n}", "credits", "consumed", n, n, digest=f"{'d' * 12}line", requested=100, lines=batches.to_text(lines)
        )
        for n, lines in enumerate([few, many, few, many])
    ]
    told = parts.told("acme", entries, {})
    assert ([len(each["lines"]) for each in told["batches"]], told["batches_left_out"]) == ([100, 100], 2)
    told = parts.told("acme", entries[1:2] * 6, {})
    assert (len(told["batches"]), told["batches_left_out"]) == (5, 1)


def test_a_burns_event_names_the_lots_that_it_drew_from_and_reads_a_grant_once_a_lot_not_once_a_burn() -> None:
    world = World(75)
    lot = world.grant(100)
    world.new()  # which another process delivers
    reads: list[list[str]] = []
    lots = world.books.lots

    def counted(account_id: str, unit: str, lot_ids: Any) -> Any:
        reads.append(list(lot_ids))
        return lots(account_id, unit, reads[-1])

    for _ in range(3):
        world.burn(5)
        changes = world.new()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(world.books, "lots", counted)
            assert world.deliver(changes) == {}
    kind = lots("acme", "credits", [lot])[lot]
    burns = world.bus.of("credits.consumed")
    assert [each.detail["lots"] for each in burns] == [[{"lot_id": lot, "lot_kind": kind.kind, "credits": 5}]] * 3
    assert reads == [[lot]]


def test_issue_3_redelivery_says_nothing_new_and_files_the_same_lines() -> None:
    """D1, D34: at least once means more than once."""
    world = World(50)
    world.grant(100)
    for _ in range(6):
        world.burn(10)
    changes = world.new()
    world.deliver(changes)
    ids = [each.announcement_id for each in world.bus.published]
    lines = dict(world.statement.lines["acme", "credits"])
    for _ in range(3):
        world.deliver(changes)
    assert {each.announcement_id for each in world.bus.published} == set(ids)
    assert len(world.bus.of("credits.low")) == 1
    assert world.statement.lines["acme", "credits"] == lines


def test_issue_3_any_cut_and_order_of_the_stream_files_the_same_statement_and_reaches_the_same_levels() -> None:
    """D14: reordering, D34."""
    seed = 3
    random_source = random.Random(seed)
    for _ in range(20):
        world = World(75, 90)
        for _ in range(3):
            world.grant(1_000)
            for _ in range(12):
                world.burn(random_source.randrange(1, 80))
        world.burn(world.books.books["acme", "credits"].available)
        changes = list(world.new().items())
        window = random_source.randrange(2, 20)
        while changes:
            batch = changes[:window]
            random_source.shuffle(batch)
            assert world.deliver(dict(batch)) == {}
            changes = changes[window:] if random_source.random() < 0.7 else changes[max(1, window - 5) :]
        assert [entry.seq for entry in world.entries()] == sorted(
            world.statement.lines["acme", "credits"], reverse=True
        )
        assert len(world.bus.of("credits.exhausted")) == 1, f"seed {seed}"
        assert world.entries() == world.entries(filed=False)


def test_issue_3_a_total_counts_every_burn_once_by_its_numbers() -> None:
    world = World()
    world.grant(1_000)
    for at in range(40):
        world.burn(at + 1)
        if at % 7 == 0:
            world.deliver()
    world.deliver()
    totals = world.bus.of("credits.consumed")
    numbers = [n for each in totals for first, last in each.detail["seqs"] for n in range(first, last + 1)]
    assert len(numbers) == len(set(numbers)) == sum(each.detail["burns"] for each in totals) == 40
    assert sum(each.detail["credits"] for each in totals) == sum(range(1, 41))
    assert len(totals) < 10  # a total a batch, not an event a burn


def test_issue_3_one_accounts_trouble_is_nobody_elses() -> None:
    world = World()
    world.grant(10)
    mine = world.new()
    other = {f"x{record}": replace(change, account_id="poor") for record, change in mine.items()}
    world.statement.fails.add("poor")
    failed = world.deliver(other | mine)
    assert list(failed) == list(other)
    assert all(isinstance(why, Unavailable) for why in failed.values())
    assert [each.account_id for each in world.bus.published] == ["acme"]
    world.statement.fails.clear()
    assert world.deliver(other) == {}
    assert [each.account_id for each in world.bus.published] == ["acme", "poor"]


def test_issue_3_a_bus_that_is_down_loses_nothing_and_the_statement_is_filed_all_the_same() -> None:
    world = World(50)
    world.grant(100)
    world.burn(60)
    changes = world.new()
    world.bus.fails = 1
    assert list(world.deliver(changes)) == list(changes)
    assert len(world.statement.lines["acme", "credits"]) == 2
    assert world.latches.saves == 0  # nothing counts as said that was not said
    world.bus.fails = 0
    assert world.deliver(changes) == {}
    assert {each.kind for each in world.bus.published} == {"credits.granted", "credits.consumed", "credits.low"}


def test_d_34_a_crash_between_saying_and_remembering_says_the_same_id_again() -> None:
    """D5, D34: never nothing, never another one."""
    world = World(50)
    world.grant(100)
    world.burn(60)
    changes = world.new()
    world.latches.rivals = LATCH_ATTEMPTS
    assert list(world.deliver(changes)) == list(changes)
    world.latches.rivals = 1
    assert world.deliver(changes) == {}
    low = [each for each in world.bus.published if each.kind == "credits.low"]
    assert len(low) > 1
    assert len(world.bus.of("credits.low")) == 1
    world.burn(1)
    world.deliver()
    assert len(world.bus.of("credits.low")) == 1


def test_d_34_a_latch_is_written_only_when_there_is_something_to_remember() -> None:
    world = World(50)
    world.grant(1_000)
    world.deliver()
    saves = world.latches.saves
    for _ in range(20):
        world.burn(1)
        world.deliver()
    assert world.latches.saves == saves


def test_a_period_that_ends_with_a_renewal_due_is_not_announced_as_exhausted() -> None:
    """D34: the next credits come at the same instant; whoever looks first grants them."""
    world = World(75)
    world.grant(100, "plan", expires_at=world.clock.now() + instants.DAY)
    world.burn(10)
    world.deliver()
    book = world.books.books["acme", "credits"]
    expired = replace(
        next(iter(world.books.ledger.values())),
        name="lot#x#x#3",
        kind="expired",
        seq=3,
        before=Pointer("n", 2),
        available_after=0,
        lot=None,
        credits=-90,
    )
    world.clock.instant += 2 * instants.DAY
    world.books.books["acme", "credits"] = replace(book, available=0, renews_at=world.clock.now() - 1)
    world.deliver({"r": EntryWritten("acme", expired)})
    assert not world.bus.of("credits.exhausted", "credits.low")
    assert len(world.bus.of("credits.expired")) == 1


def test_credits_that_died_for_good_are_announced_as_exhausted() -> None:
    world = World()
    world.grant(100, expires_at=world.clock.now() + instants.DAY)
    world.clock.instant += 2 * instants.DAY
    world.page()  # whoever reads journals the expiry
    world.deliver()
    assert [each.kind for each in world.bus.published] == ["credits.granted", "credits.expired", "credits.exhausted"]


def test_a_ledger_without_an_account_is_filed_and_told_without_thresholds() -> None:
    world = World(50)
    world.grant(100)
    world.burn(100)
    changes = {record: replace(change, account_id="gone") for record, change in world.new().items()}
    assert world.deliver(changes) == {}
    assert [each.kind for each in world.bus.published] == ["credits.granted", "credits.consumed", "credits.exhausted"]


def test_issue_3_purchases_are_announced_beside_entries() -> None:
    world = World()
    purchase = Desk().buy().purchase
    done = replace(purchase, state="completed", version=5, completed_at=world.clock.now())
    changes = {"1": PurchaseWritten(None, purchase), "2": PurchaseWritten(purchase, done)}
    assert world.deliver(changes) == {}
    assert [each.kind for each in world.bus.published] == ["purchase.created", "purchase.completed"]


# --- lots that expire soon --------------------------------------------------------------------------------------------


def expiring(world: World) -> int:
    """How many lots one run announces."""
    before = len(world.bus.published)
    swept(notices_due(due=world.notices, outlets=world.outlets), world.clock)
    return len(world.bus.published) - before


def test_issue_3_a_lot_that_expires_soon_is_announced_once_with_what_is_left_of_it() -> None:
    """D34. What users ask for most: a warning before the expiry."""
    world = World()
    expires_at = world.clock.now() + 100 * instants.DAY
    lot = world.grant(100, expires_at=expires_at)
    world.burn(30)
    world.deliver()
    world.clock.instant = expires_at - NOTICE - 1
    assert expiring(world) == 0
    world.clock.instant += 1
    assert expiring(world) == 1
    assert expiring(world) == 0
    (soon,) = world.bus.of("credits.expiring_soon")
    assert soon.detail == {
        "unit": "credits",
        "lot_id": lot,
        "lot_kind": "purchased",
        "credits": 70,
        "expires_at": instants.to_text(expires_at),
    }


@pytest.mark.parametrize("late", [False, True], ids=["used up", "dead already"])
def test_a_lot_with_nothing_to_lose_is_passed_over(late: bool) -> None:
    world = World()
    expires_at = world.clock.now() + 100 * instants.DAY
    world.grant(100, expires_at=expires_at)
    if not late:
        world.burn(100)
    world.deliver()
    world.clock.instant = expires_at if late else expires_at - 1
    assert expiring(world) == 0
    assert not world.notices.kept


def test_a_notice_that_was_not_published_stays_due() -> None:
    """D5: seen is not done."""
    world = World()
    world.grant(100, expires_at=world.clock.now() + 100 * instants.DAY)
    world.deliver()
    world.clock.instant += 99 * instants.DAY
    world.bus.fails = 1
    with pytest.raises(ExceptionGroup):
        expiring(world)
    world.clock.instant += FIRST_PAUSE
    assert expiring(world) == 1


def test_a_short_lot_is_announced_in_the_last_quarter_of_its_life_and_an_endless_one_never() -> None:
    world = World()
    world.grant(1, expires_at=world.clock.now() + 8 * instants.HOUR)
    world.grant(1)
    world.deliver()
    assert list(world.notices.kept.values()) == [world.clock.now() + 6 * instants.HOUR]
