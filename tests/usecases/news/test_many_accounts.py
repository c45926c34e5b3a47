"""The stream's entries of many accounts in one batch: few calls, and one account's trouble is its own, at every step of the way."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.news.announcements import Change, EntryWritten
from lotbook.domain.news.together import EACH, NONE, TOGETHER, BurnEvents
from lotbook.domain.policy.top_ups import AutoTopUp
from lotbook.domain.values.errors import BrokenInvariant, Conflict, Unavailable
from lotbook.usecases.in_batches import MAX_SILENT
from lotbook.usecases.news import known
from lotbook.usecases.news.announce import WORKERS
from lotbook.usecases.news.follow_levels import LATCH_ATTEMPTS
from tests.fakes.accounts import an_account
from tests.fakes.outbox import World
from tests.fakes.unlucky import Luck, with_luck

NAMES = [f"acc-{number:03d}" for number in range(100)]
PLENTY = 10_000  # calls: more than any batch makes


def a_world(accounts: int = 100, burn_events: BurnEvents = EACH, **policy: Any) -> World:
    """So many accounts under one policy; what `acme` does, all of them do."""
    world = World(50, **policy)
    for name in NAMES[:accounts]:
        world.outlets.accounts.create(an_account(account_id=name, auto=AutoRecord(enabled=True, switches=1)))
    world.outlets = replace(world.outlets, burn_events=burn_events)
    return world


def of_all(changes: Mapping[str, EntryWritten], accounts: int = 100) -> dict[str, Change]:
    """The same entries of each account, by record; the accounts' records lie among each other, as the stream has them."""
    return {
        f"{name}/{record}": replace(change, account_id=name)
        for record, change in changes.items()
        for name in NAMES[:accounts]
    }


def granted(world: World, accounts: int = 100) -> World:
    world.grant(100)
    assert world.deliver(of_all(world.new(), accounts)) == {}
    world.bus.published.clear()
    return world


def calls_of(world: World) -> int:
    """Calls over the network: each fake's call is one of its adapter's."""
    others = world.latches.reads + world.latches.saves + len(world.queue.asked) + len(world.notices.kept)
    return world.statement.calls + world.bus.calls + sum(world.many.reads.values()) + others


@pytest.mark.parametrize(
    ("way", "accounts", "most"),
    [(EACH, 1, 3), (EACH, 10, 3), (EACH, 100, 15), (TOGETHER, 100, 6), (NONE, 100, 5), (NONE, 1, 2)],
)
def test_a_batch_costs_calls_by_the_hundred_accounts_and_not_by_the_account(
    way: BurnEvents, accounts: int, most: int
) -> None:
    """At most 0.2 calls a burn of 100 burns of 100 accounts; it was 5."""
    world = granted(a_world(accounts, way), accounts)
    world.burn(1)
    before = calls_of(world)
    assert world.deliver(of_all(world.new(), accounts)) == {}
    assert calls_of(world) - before <= most
    assert len(world.statement.lines) == accounts
    told = [account_id for each in world.bus.published for account_id in whose(each)]
    assert sorted(told) == ([] if way == NONE else NAMES[:accounts])


def whose(each: Any) -> list[str]:
    return [each.account_id] if each.account_id else [total["account_id"] for total in each.detail["totals"]]


def test_a_cold_process_looks_up_accounts_and_lots_a_hundred_a_call_and_once() -> None:
    world = a_world()
    world.grant(100)
    world.new()  # which other processes deliver
    for _ in range(3):
        world.burn(1)
        assert world.deliver(of_all(world.new())) == {}
    assert (world.many.reads["accounts"], world.many.reads["lots"]) == (1, 1 + 2)  # fakes' lots are acme's alone


class Broken(Entry):
    """An entry that nobody can work with: whatever asks for its draws hears an error of no kind that is known."""

    @property
    def draws(self) -> Any:
        raise ArithmeticError

    @draws.setter
    def draws(self, _: Any) -> None: ...


def spoil_lines(world: World) -> None:
    world.statement.fails.add("acc-042")


def leave_lines(world: World) -> None:
    world.statement.left.add("acc-042")


def refuse_events(world: World) -> None:
    world.bus.refuses.add("acc-042")


def _of_one(ask: Callable[..., Any], error: Exception, name: str = "acc-042") -> Callable[..., Any]:
    """Raises where that account is asked for, alone or among others."""

    def asked(wanted: Any, *more: Any) -> Any:
        if name in str(wanted):
            raise error
        return ask(wanted, *more)

    return asked


def no_account(world: World) -> None:
    world.many.accounts = _of_one(world.many.accounts, KeyError("plan_id"))  # type: ignore[method-assign]


def no_lots(world: World) -> None:
    world.outlets.kinds.learn = lambda _: None  # type: ignore[assignment, method-assign]  # another process learned
    world.many.lots = _of_one(world.many.lots, Unavailable())  # type: ignore[method-assign]


def no_latch(world: World) -> None:
    world.latches.of = _of_one(world.latches.of, BrokenInvariant("x"))  # type: ignore[method-assign]


def latch_is_contended(world: World) -> None:
    save = world.latches.save

    def contended(account_id: str, unit: str, latch: Any) -> None:
        if account_id == "acc-042":
            raise Conflict
        save(account_id, unit, latch)

    world.latches.save = contended  # type: ignore[method-assign]


def no_queue(world: World) -> None:
    world.queue.ask = _of_one(world.queue.ask, Unavailable())  # type: ignore[method-assign]


def no_policy(world: World) -> None:
    world.outlets.accounts.save(replace(an_account(account_id="acc-042"), policy_id="gone"))


SPOILS = [
    spoil_lines, leave_lines, refuse_events, no_account, no_lots, no_latch, latch_is_contended, no_queue, no_policy,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILS)
def test_s4_an_account_in_trouble_fails_alone_at_every_step_and_everybody_else_is_done(
    spoil: Callable[[World], None],
) -> None:
    """S4, D20: and once its trouble is over, its records are done, too."""
    world = a_world(auto_top_up=AutoTopUp(credits=10))
    world.grant(100)
    world.burn(100)
    changes = of_all(world.new())
    calm = a_world(auto_top_up=AutoTopUp(credits=10))
    assert calm.deliver(changes) == {}
    spoil(world)
    mine = [record for record in changes if record.startswith("acc-042/")]
    assert list(world.deliver(changes)) == mine
    others = [each for each in calm.bus.published if each.account_id != "acc-042"]
    told = [each for each in world.bus.published if each.account_id != "acc-042"]
    assert sorted(each.announcement_id for each in told) == sorted(each.announcement_id for each in others)
    assert {owner: latch for owner, latch in world.latches.kept.items() if owner[0] != "acc-042"} == {
        owner: latch for owner, latch in calm.latches.kept.items() if owner[0] != "acc-042"
    }
    assert {asked for asked in world.queue.asked if asked[0] != "acc-042"} == {(n, None) for n in NAMES} - {
        ("acc-042", None)
    }
    well = with_luck(world, Luck())
    theirs = calm.outlets
    well.outlets = replace(world.outlets, many=theirs.many, accounts=theirs.accounts, known=known.Known())
    world.statement.fails.clear()
    world.statement.left.clear()
    world.bus.refuses.clear()
    for port in (world.latches, world.queue):
        for name in ("of", "save", "ask"):
            port.__dict__.pop(name, None)
    assert well.deliver({record: changes[record] for record in mine}) == {}
    assert {each.announcement_id for each in world.bus.published} == {
        each.announcement_id for each in calm.bus.published
    }
    assert world.statement.lines == calm.statement.lines
    assert world.latches.kept == calm.latches.kept


def test_s4_an_entry_that_raises_whatever_it_is_asked_is_its_accounts_trouble_alone() -> None:
    world = granted(a_world(3), 3)
    world.burn(1)
    changes = of_all(world.new(), 3)
    record = next(iter(changes))
    bad = changes[record]
    assert isinstance(bad, EntryWritten)
    poison = Broken(**{name: getattr(bad.entry, name) for name in bad.entry.__dataclass_fields__ if name != "draws"})
    failed = world.deliver({**changes, record: replace(bad, entry=poison)})
    assert {name: type(why) for name, why in failed.items()} == {record: ArithmeticError}
    assert [each.account_id for each in world.bus.published] == NAMES[1:3]


def undisturbed(way: BurnEvents) -> tuple[World, dict[str, Change]]:
    world = a_world(2, way, auto_top_up=AutoTopUp(credits=10))
    world.grant(60, expires_at=None)
    world.grant(40, "promotional", expires_at=world.clock.now() + 90 * 86_400_000)
    world.burn(30)
    world.burn(70)
    changes = of_all(world.new(), 2)
    assert world.deliver(changes) == {}
    return world, changes


def told(world: World) -> set[str]:
    """What the world knows in the end: totals by their own ids, whichever event they came in."""
    found = set()
    for each in world.bus.published:
        found |= {total["id"] for total in each.detail["totals"]} if "totals" in each.detail else {each.announcement_id}
    return found


def the_same(world: World, calm: World) -> None:
    assert told(world) == told(calm)
    assert world.statement.lines == calm.statement.lines
    assert {owner: replace(latch, version=0) for owner, latch in world.latches.kept.items()} == {
        owner: replace(latch, version=0) for owner, latch in calm.latches.kept.items()
    }
    assert world.notices.kept == calm.notices.kept
    assert set(world.queue.asked) == set(calm.queue.asked)


class Crash(BaseException):
    """The process is gone."""


@pytest.mark.parametrize("way", [EACH, TOGETHER, NONE])
@pytest.mark.parametrize("done", [False, True])
def test_d_34_a_batch_that_crashed_at_any_call_is_done_by_the_same_batch_again(way: BurnEvents, done: bool) -> None:
    """D5, D34: before the call, or after it was done and nobody heard. Nothing is lost, nothing is told under another id."""
    calm, changes = undisturbed(way)
    crashed = 0
    for at in range(1, PLENTY):
        world = a_world(2, way, auto_top_up=AutoTopUp(credits=10))
        world.clock.instant = calm.clock.instant

        def crash(number: int, at: int = at) -> BaseException | None:
            return Crash() if number == at else None

        luck = Luck(after=crash) if done else Luck(before=crash)
        try:
            assert with_luck(world, luck).deliver(changes) == {}
            break
        except Crash:
            crashed += 1
        assert with_luck(world, Luck()).deliver(changes) == {}
        the_same(world, calm)
    assert crashed > 9


@pytest.mark.parametrize("way", [EACH, TOGETHER])
def test_d_34_whatever_fails_how_often_and_whatever_comes_again_everything_is_told_and_filed_in_the_end(
    way: BurnEvents,
) -> None:
    """D14, D34: calls that fail before and after they are done, and records that come again though they were done."""
    calm, changes = undisturbed(way)
    for seed in range(6):
        chance = random.Random(seed)
        world = a_world(2, way, auto_top_up=AutoTopUp(credits=10))

        def fail(_: int, chance: random.Random = chance) -> BaseException | None:
            return chance.choice([Unavailable(), Conflict(), KeyError()]) if chance.random() < 0.12 else None

        left = dict(changes)
        for _ in range(60):
            failed = with_luck(world, Luck(fail, fail)).deliver(left)
            left = {record: changes[record] for record in failed}
            if not left:
                break
            if chance.random() < 0.2:
                left = dict(changes)  # a shard that is read again from its first failure on
        assert with_luck(world, Luck()).deliver(left) == {}, f"seed {seed}"
        the_same(world, calm)


def test_d20_where_nobody_answers_a_batch_gives_up_after_a_bound() -> None:
    world = granted(a_world())
    world.burn(1)
    luck = Luck(before=lambda _: Unavailable())
    failed = with_luck(world, luck).deliver(of_all(world.new()))
    assert len(failed) == 100
    assert {type(why) for why in failed.values()} == {Unavailable}
    assert luck.calls <= 4 * MAX_SILENT  # four calls for lines are under way at once


@pytest.mark.parametrize("port", ["latches", "notices"])
def test_d20_a_write_of_one_account_a_call_that_nobody_answers_is_given_up_after_a_bound_too(port: str) -> None:
    """Latches and notices are written one by one: a hundred calls, each with its client's timeouts, are more than the function's time."""
    world, asked = a_world(), list[str]()
    world.grant(100, expires_at=world.clock.now() + 90 * 86_400_000)
    changes = of_all(world.new())

    def silent(account_id: str, *_: Any) -> None:
        asked.append(account_id)
        raise Unavailable

    setattr(getattr(world, port), {"latches": "save", "notices": "note"}[port], silent)
    failed = world.deliver(changes)
    assert list(failed) == list(changes)
    assert {type(why) for why in failed.values()} == {Unavailable}
    assert len(asked) <= MAX_SILENT + WORKERS  # calls that are under way meanwhile come to their end


def test_s4_one_account_that_nobody_answers_for_is_no_outage_however_many_calls_it_has() -> None:
    world = a_world(2)
    for _ in range(3 * MAX_SILENT):
        world.grant(10, expires_at=world.clock.now() + 90 * 86_400_000)
    changes = of_all(world.new(), 2)
    world.notices.note = _of_one(world.notices.note, Unavailable(), NAMES[0])  # type: ignore[method-assign]
    assert set(world.deliver(changes)) == {record for record in changes if record.startswith(NAMES[0])}


def test_d_34_lost_races_for_a_latch_are_run_again_for_those_who_lost() -> None:
    world = a_world(10)
    world.grant(100)
    world.latches.rivals = 7
    assert world.deliver(of_all(world.new(), 10)) == {}
    assert (world.latches.saves, world.latches.reads) == (10, 2)
    assert LATCH_ATTEMPTS > 2


def test_d_34_a_level_that_the_bus_did_not_take_is_not_remembered_as_said() -> None:
    """D34: or it would never be said. The levels of others are."""
    world = granted(a_world(3), 3)
    world.burn(60)
    changes, offer = of_all(world.new(), 3), world.bus.offer

    def refuse(announcements: Any) -> list[Any]:
        refused = [each for each in announcements if (each.kind, each.account_id) == ("credits.low", NAMES[1])]
        return refused + offer([each for each in announcements if each not in refused])

    world.bus.offer = refuse  # type: ignore[method-assign]
    assert list(world.deliver(changes)) == [record for record in changes if record.startswith(NAMES[1])]
    assert [50 in world.latches.kept[name, "credits"].said for name in NAMES[:3]] == [True, False, True]
    world.bus.offer = offer  # type: ignore[method-assign]
    assert world.deliver(changes) == {}
    assert sorted(str(each.account_id) for each in world.bus.of("credits.low")) == NAMES[:3]
