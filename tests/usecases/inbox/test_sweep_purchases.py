"""The scheduled recheck: what nobody asked about, in bounded runs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values import instants
from lotbook.usecases.inbox.sweep_purchases import ONE_BY_ONE
from tests.fakes.desk import Desk
from tests.fakes.sweeps import FakeDue, look_at_purchases


def sweep(desk: Desk, **more: Any) -> int:
    """How many purchases one run looks at."""
    return look_at_purchases(desk.sales, more.pop("due", desk.purchases), **more)[0]


def test_np_43_d_09_the_schedule_settles_what_nobody_asked_about() -> None:
    """D9: browser closed, webhook lost."""
    desk = Desk()
    desk.pay(desk.buy(TopUpItem(30)).purchase)
    assert sweep(desk) == 0, "pending is normal for minutes"
    desk.clock.instant += 15 * instants.MINUTE
    assert sweep(desk) == 1
    assert desk.row().state == "completed"
    assert desk.available() == 30
    desk.clock.instant += instants.DAY
    assert sweep(desk) == 0


def test_np_28_the_schedule_abandons_pages_that_ended_and_then_leaves_them_alone() -> None:
    desk = Desk()
    bought = desk.buy().purchase
    desk.clock.instant += 15 * instants.MINUTE
    assert sweep(desk) == 1
    assert desk.row().check_at == bought.checkout_expires_at + instants.MINUTE
    desk.clock.instant = desk.row().check_at  # type: ignore[assignment]
    assert sweep(desk) == 1
    assert (desk.row().state, desk.row().check_at) == ("abandoned", None)


def test_a_run_is_bounded_by_number_and_by_time_and_the_next_goes_on() -> None:
    desk = Desk()
    for number in range(7):
        desk.buy(key=f"key-{number}")
    desk.clock.instant += instants.DAY
    assert sweep(desk, bounds=replace(ONE_BY_ONE, items=3)) == 3
    assert sweep(desk, time_left=1_000) == 0
    assert sweep(desk) == 4
    assert {row.state for row in desk.purchases.rows.values()} == {"abandoned"}


def test_one_that_cannot_be_settled_does_not_stand_in_the_way_of_the_others() -> None:
    desk = Desk()
    for number in range(3):
        desk.buy(key=f"key-{number}")
    desk.clock.instant += instants.DAY
    desk.gateway.later = {"checkout": ["before"]}
    with pytest.raises(ExceptionGroup, match=r"purchase pur_.* of account acme"):
        sweep(desk)
    assert [row.state for row in desk.purchases.rows.values()].count("abandoned") == 2
    assert sweep(desk) == 0, "the first is postponed, not forgotten"
    desk.clock.instant += 5 * instants.MINUTE
    assert sweep(desk) == 1


@pytest.mark.parametrize("meanwhile", [None, 5 * instants.MINUTE], ids=["decided", "somebody's"])
def test_s4_what_was_done_since_the_index_listed_it_is_not_looked_at_again(meanwhile: int | None) -> None:
    """The index lags behind by a moment: its item is taken only as it was listed."""
    desk = Desk()
    desk.buy()
    desk.clock.instant += instants.DAY
    listed = list(desk.purchases.due("purchase", desk.clock.now(), 9))
    check_at = None if meanwhile is None else desk.clock.now() + meanwhile
    desk.purchases.save(replace(desk.row(), check_at=check_at))
    calls = len(desk.gateway.calls)
    assert sweep(desk, due=FakeDue(lambda _: listed)) == 0
    assert len(desk.gateway.calls) == calls
    assert desk.row().check_at == check_at
