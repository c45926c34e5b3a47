"""Credits that a refund or a dispute takes are never spendable while they are being taken."""

from __future__ import annotations

import pytest

from tests.fakes.crashes import Countdown
from tests.usecases.money_back.test_money_back_orders import (
    COMPLETE,
    DATA,
    LOST,
    OPENED,
    PART,
    REST,
    SOLD,
    WON,
    Step,
    begin,
    play,
    told_at_once,
)


@pytest.mark.parametrize("lost", [LOST, REST], ids=["lost", "refunded while disputed"])
def test_d_12_credits_that_are_taken_are_never_spendable_in_between(lost: Step) -> None:
    """D12: freeze first, thaw last. A balance is read after every single call, as any burn could."""
    watch = Countdown(0, "after")  # crashes never
    world = begin(countdown=watch)
    play(world, told_at_once((COMPLETE,)))
    assert world.desk.available() == SOLD
    play(world, told_at_once((OPENED,)))
    seen: list[tuple[int, int]] = []
    watch.check = lambda: seen.append((world.desk.available(), world.desk.available(DATA)))
    play(world, told_at_once((lost,)))
    assert len(seen) > 10
    assert set(seen) == {(0, 0)}


def test_d_12_a_dispute_that_is_won_thaws_no_more_than_a_refund_leaves() -> None:
    """D12: a third was refunded while all was frozen: the thaw comes after the claw-back."""
    watch = Countdown(0, "after")
    world = begin(countdown=watch)
    play(world, told_at_once((COMPLETE, OPENED)))
    most: list[int] = []
    watch.check = lambda: most.append(world.desk.available())
    PART.act(world)
    WON.act(world)
    for event in WON.events:
        world.deliver(world.hint(event))
    assert max(most) == world.desk.available() == SOLD - 333
