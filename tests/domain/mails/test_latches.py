"""Who sends: every interleaving of workers, with a crash after every step, sends at least once, and twice only after one crash (D34)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lotbook.domain.mails.latches import HOLDS, LEASE, MAX_TRIES, MailLatch, given_back, leased, leave, marked

FRESH = MailLatch()
STEPS = ("read", "lease", "send", "mark")


@dataclass(frozen=True)
class World:
    """The latch in the store, the mails that went out, and where each worker stands, with what it read."""

    latch: MailLatch = FRESH
    sent: int = 0
    at: tuple[int, ...] = (0, 0)
    read: tuple[MailLatch, ...] = (FRESH, FRESH)
    over: tuple[bool, ...] = (False, False)
    crashes: int = 0
    now: int = 1_000

    def of(self, worker: int, **changes: Any) -> World:
        """The world with a worker's own values changed."""
        values: dict[str, Any] = {name: _put(getattr(self, name), worker, value) for name, value in changes.items()}
        return replace(self, **values)


def _put(values: tuple[Any, ...], at: int, value: Any) -> tuple[Any, ...]:
    return (*values[:at], value, *values[at + 1 :])


def step(world: World, worker: int) -> World:
    """One call of a worker: read, a conditional put, the mail service, a conditional put."""
    name, seen = STEPS[world.at[worker]], world.read[worker]
    if name == "read":
        if leave(world.latch, world.now) == "wait":
            return world.of(worker, over=True)  # it comes again when the lease is over: `after_leases`
        if leave(world.latch, world.now) != "send":
            return world.of(worker, over=True)
        return world.of(worker, at=1, read=world.latch)
    if name == "send":
        return replace(world, sent=world.sent + 1).of(worker, at=3)
    if seen.version != world.latch.version:
        return world.of(worker, over=True) if name == "mark" else world.of(worker, at=0)
    changed = leased(seen, f"w{worker}", world.now) if name == "lease" else marked(seen, world.now)
    written = replace(changed, version=seen.version + 1)
    if name == "mark":
        return replace(world, latch=written).of(worker, over=True)
    return replace(world, latch=written).of(worker, at=2, read=written)


def worlds(world: World, most_crashes: int) -> Iterator[World]:
    """Every end that can be reached by the workers' steps in any order, with so many crashes at any place."""
    alive = [worker for worker, over in enumerate(world.over) if not over]
    if not alive:
        yield world
    for worker in alive:
        yield from worlds(step(world, worker), most_crashes)
        if world.crashes < most_crashes:
            yield from worlds(replace(world, crashes=world.crashes + 1).of(worker, over=True), most_crashes)


def after_leases(world: World) -> World:
    """The queue brings the message again once every lease is over."""
    world = replace(world, now=world.now + LEASE, at=(0, 0), over=(False, True))
    while not all(world.over):
        world = step(world, 0)
    return world


@pytest.mark.parametrize("most_crashes", [0, 1, 2])
def test_d34_a_mail_goes_out_at_least_once_and_again_only_for_a_worker_that_died_in_the_very_gap(
    most_crashes: int,
) -> None:
    ends = [after_leases(end) for end in worlds(World(), most_crashes)]
    assert len(ends) > 20
    assert {end.sent for end in ends} <= set(range(1, 2 + most_crashes))
    assert all(end.sent == 1 for end in ends if not end.crashes)
    assert most_crashes == 0 or max(end.sent for end in ends) == 2, "the side that errs is the one that sends"


def test_d34_within_a_day_the_cause_is_not_mailed_again() -> None:
    sent = marked(leased(MailLatch(), "a", 5), 5)
    assert leave(sent, 5) == leave(sent, 5 + HOLDS - 1) == "over"
    assert leave(sent, 5 + HOLDS) == "send"
    assert leased(sent, "b", 5 + HOLDS).tries == 1


def test_a_worker_that_sent_nothing_gives_its_lease_back_and_costs_no_try() -> None:
    mine = leased(MailLatch(), "a", 5)
    assert leave(mine, 6) == "wait"
    assert leave(given_back(mine, 6), 6) == "send"
    assert given_back(mine, 6).tries == 0


def test_what_kills_its_worker_again_and_again_ends() -> None:
    latch, now = MailLatch(), 0
    for _ in range(MAX_TRIES):
        assert leave(latch, now) == "send"
        latch, now = leased(latch, "w", now), now + LEASE
    assert leave(latch, now) == "too_often"
