"""Renewal under races and crashes. The store is the thread-safe fake."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from lotbook.domain.values.errors import InsufficientCredits
from tests.fakes.deployment import REQUEST, Crash, World, burn_one, together

FIRST_PERIOD = [("granted", 10), ("granted", 100)]


def test_d_41_many_first_uses_open_one_book_and_grant_one_period() -> None:
    """D41: twelve workers meet an account that a crash left without books."""
    world = World()
    world.send(REQUEST, lambda _: None)
    world.books.books.clear()
    together(12, lambda number: burn_one(world, f"first-{number}"))
    assert world.granted() == [("granted", 10), ("granted", 100)]
    assert world.balance().available == 110 - 12
    world.check_sum()


def test_d_02_many_callers_renew_a_period_once() -> None:
    """D2, D26."""
    world = World()
    world.open()
    world.clock.set("2026-02-15T10:00:00")
    together(12, lambda _: world.renew())
    assert world.granted() == [("granted", 10), ("granted", 100)] * 2
    assert world.lots() == [("free", 10), ("plan", 100)]


def test_d_15_burns_that_race_with_a_renewal_never_draw_past_a_lot_that_comes_first() -> None:
    """D15, D26: free, then plan, then purchased, however burns and renewals mix; and nothing is lost."""
    world = World()
    world.open()
    world.buy(1_000)
    world.clock.set("2026-02-15T10:00:00")
    together(16, lambda number: burn_one(world, f"race-{number}", credits=5))
    assert world.lots() == [("plan", 30), ("purchased", 1_000)]
    world.check_sum()


def test_d_05_a_renewal_that_crashes_before_any_call_is_finished_by_the_next_burn() -> None:
    """D5, D20: the worker dies ahead of its first, second, ... last call to the store; the next comer finishes."""
    for fatal_call in range(1, 100):
        world = World()
        world.open()
        world.buy(1_000)
        world.clock.set("2026-02-15T10:00:00")
        calls = count(1)

        def dies(_operation: str, _about: str, calls: Iterator[int] = calls, fatal_call: int = fatal_call) -> None:
            if next(calls) == fatal_call:
                raise Crash

        world.books.before = dies
        crashed = False
        try:
            world.renew()
        except Crash:
            crashed = True
        world.books.before = None
        assert world.burned_kinds(111) == [("free", 10), ("plan", 100), ("purchased", 1)], f"before call {fatal_call}"
        assert world.granted() == [("granted", 10), ("granted", 100), ("granted", 1_000), *FIRST_PERIOD]
        world.check_sum()
        if not crashed:
            assert fatal_call > 7, "a renewal is more than seven calls"
            return
    raise AssertionError("the renewal does not end")


def test_a_book_is_never_open_with_only_half_of_a_periods_lots() -> None:
    """Looks at the book before every call of a renewal: free credits alone are never spendable."""
    seen: list[int] = []
    world = World()
    world.open()
    world.clock.set("2026-02-15T10:00:00")

    def look(_operation: str, _about: str) -> None:
        book = world.books.books["acme", "credits"]
        if book.until > world.clock.now():
            seen.append(book.available)

    world.books.before = look
    world.renew()
    assert set(seen) <= {110}


def test_a_burn_that_needs_more_than_the_new_period_has_is_refused_after_the_renewal() -> None:
    """IS-47 in a refusal: old credits do not help, new ones count in full."""
    world = World()
    world.open()
    world.clock.set("2026-02-15T10:00:00")
    with pytest.raises(InsufficientCredits) as refused:
        world.burn(111)
    assert refused.value.data == {"requested": 111, "available": 110}
