"""The look at events that nobody acknowledged: it goes on from where it was, and one that fails hides no other (S4, D9)."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from lotbook.domain.sales.gateway import EventHint, Tag
from lotbook.domain.values.errors import BrokenInvariant
from lotbook.domain.values.instants import DAY
from lotbook.usecases.inbox.sweep_money_back import MAX_PAYMENTS_A_RUN
from lotbook.usecases.sweeping import FIRST_PAUSE
from tests.fakes.desk import Desk
from tests.fakes.sweeps import FakeMemory, look_at_events


class World:
    """A gateway that keeps `payments` refunds that nobody heard of, the oldest first; `asked` are the payments looked at."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, payments: int) -> None:
        self.desk, self.memory = Desk(), FakeMemory()
        self.asked: list[str] = []
        self.poisoned: set[str] = set()
        self.desk.gateway.unheard = [self.event(number) for number in range(payments)]
        monkeypatch.setattr(self.desk.gateway, "owner", self.owner)

    def event(self, number: int, name: str = "") -> EventHint:
        hint: dict[str, Any] = {"object_kind": "refund", "object_id": f"re_{number}", "payment_intent": f"pi_{number}"}
        return EventHint(f"evt_{number}{name}", "refund.created", livemode=False, account=None, tag=Tag(), **hint)

    def owner(self, payment: str) -> Tag | None:
        self.asked.append(payment)
        if payment in self.poisoned:
            raise BrokenInvariant(payment)
        return None

    def run(self) -> list[str]:
        """The payments that one run looks at."""
        self.asked.clear()
        with suppress(ExceptionGroup):
            look_at_events(self.desk.sales, self.memory)
        self.desk.clock.instant += FIRST_PAUSE
        return [*self.asked]


def test_s4_120_payments_take_three_runs_and_then_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """Five runs followed the same 50 of 120: an event stays in the gateway's list for two weeks, whatever is done."""
    world = World(monkeypatch, 120)
    runs = [world.run() for _ in range(4)]
    assert [len(run) for run in runs] == [MAX_PAYMENTS_A_RUN, MAX_PAYMENTS_A_RUN, 20, 0]
    assert [payment for run in runs for payment in run] == [f"pi_{number}" for number in range(120)]


@pytest.mark.slow
def test_s4_fifty_that_cannot_be_followed_do_not_hide_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """They come again after their pauses, and behind those that were never looked at."""
    world = World(monkeypatch, 120)
    world.poisoned = {f"pi_{number}" for number in range(50)}
    assert world.run() == [f"pi_{number}" for number in range(50)]
    assert world.run() == [f"pi_{number}" for number in range(50, 100)]
    third = world.run()
    assert third == [f"pi_{number}" for number in (*range(100, 120), *range(30))]
    world.poisoned.clear()
    found = {payment for _ in range(20) for payment in world.run()}
    assert found == {f"pi_{number}" for number in range(50)}
    assert not world.memory.kept


def test_s4_a_newer_event_of_a_payment_is_followed_although_an_older_one_was(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, 3)
    assert len(world.run()) == 3
    world.desk.gateway.unheard.append(world.event(1, "-later"))
    assert world.run() == ["pi_1"]
    assert world.run() == []


def test_s4_what_the_gateway_does_not_list_any_more_is_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, 3)
    world.run()
    assert world.memory.event_ids == {"evt_0", "evt_1", "evt_2"}
    world.desk.gateway.unheard = world.desk.gateway.unheard[2:]
    world.run()
    assert world.memory.event_ids == {"evt_2"}
    world.poisoned = {"pi_2"}
    world.desk.gateway.unheard = [world.event(2, "-later")]
    world.run()
    assert world.memory.kept
    world.desk.gateway.unheard = []
    world.desk.clock.instant += 3 * DAY
    world.run()
    assert (world.memory.event_ids, world.memory.kept) == (frozenset(), {})
