"""What a process remembers of lots and accounts, and what it reads again because it may have changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.policy.parts import Alerts
from lotbook.domain.policy.top_ups import AutoTopUp
from lotbook.usecases.news import known
from tests.fakes.accounts import FakeAccounts, a_policy, an_account
from tests.fakes.outbox import World


def test_x_06_an_account_that_was_switched_on_a_moment_ago_is_asked_for() -> None:
    """A process that knows the account reads it again where a burn leaves too little."""
    world = World(account=an_account(auto=None), auto_top_up=AutoTopUp(credits=10))
    world.grant(100)
    world.burn(1)
    world.deliver()
    account = world.outlets.accounts.get("acme")
    assert account is not None
    world.outlets.accounts.save(replace(account, auto=AutoRecord(enabled=True, switches=1)))
    world.burn(99)
    world.deliver()
    assert world.queue.asked == [("acme", None)]


def test_mk_44_a_threshold_that_was_published_a_moment_ago_is_watched() -> None:
    world = World(90)
    world.grant(100)
    world.burn(60)
    world.deliver()
    assert not world.bus.of("credits.low")
    world.outlets.policies.put(a_policy(alerts=Alerts(purchased_used_percent=(50, 90))))  # type: ignore[attr-defined]
    world.burn(1)
    world.deliver()
    assert [each.detail["used_percent"] for each in world.bus.of("credits.low")] == [50]


def test_an_account_that_was_not_there_is_looked_for_again() -> None:
    world = World(50)
    world.outlets = replace(world.outlets, accounts=FakeAccounts())
    world.many.stored = world.outlets.accounts  # type: ignore[assignment]
    world.grant(100)
    assert world.deliver() == {}
    world.outlets.accounts.create(an_account())
    world.burn(60)
    assert world.deliver() == {}
    assert len(world.bus.of("credits.low")) == 1


def test_what_a_process_remembers_is_bounded_and_the_least_asked_for_goes_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(known, "MAX_KNOWN", 3)
    memory = known.Known[str, int]()
    for number, name in enumerate("abc"):
        memory.learn({name: number})
    memory.of("a")
    memory.learn({"d": 3})
    assert memory.of("abcd") == {"a": 0, "c": 2, "d": 3}
