"""A crash at every single call of purchase and fulfilment, and every way in which things go on afterwards.

Whatever crashed: one purchase, one customer, one session, one lot of each unit, one entry; and `completed` is never seen
without its credits.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.sales.purchase import SETTLED, Purchase
from lotbook.domain.values import instants
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.sales.abandon_purchase import abandon_purchase
from tests.fakes.crashes import MOMENTS, Countdown, Crash
from tests.fakes.desk import Desk, an_event
from tests.fakes.samples import member
from tests.fakes.sweeps import look_at_purchases

MAX_CALLS = 200
ADMIN = member("admin")


def never_completed_without_credits(desk: Desk) -> Callable[[], None]:
    """Looks at the stores after every call: what a reader could see at that moment."""

    def check() -> None:
        for row in desk.purchases.rows.values():
            if row.state in SETTLED:
                granted = {lot_id for key in desk.books.ledger for lot_id in key if lot_id == row.lot_id}
                pending = any(row.lot_id in str(book) for book in desk.books.books.values())
                assert granted or pending, "completed without its lot"

    return check


def redeliver(desk: Desk, row: Purchase) -> None:
    handle_event(an_event(row), desk=desk.sales)


def other_event(desk: Desk, row: Purchase) -> None:
    handle_event(an_event(row, "payment_intent.succeeded", event_id="evt_2"), desk=desk.sales)


def recheck(desk: Desk, row: Purchase) -> None:
    recheck_purchase("acme", row.purchase_id, ADMIN, desk=desk.sales)


def abandon(desk: Desk, row: Purchase) -> None:
    abandon_purchase("acme", row.purchase_id, ADMIN, desk=desk.sales)


def schedule(desk: Desk, _: Purchase) -> None:
    desk.clock.instant += instants.HOUR
    look_at_purchases(desk.sales, desk.purchases)


def again(work: Callable[..., Any], *arguments: Any) -> Any:
    """What a client does after a 5xx: the same once more."""
    try:
        return work(*arguments)
    except Crash:
        return work(*arguments)


def story(desk: Desk, finish: Callable[[Desk, Purchase], None]) -> None:
    """Order, retry until answered, pay, webhook; what crashed there is finished another way."""
    bought = again(lambda: desk.buy(TopUpItem(1_000))).purchase
    desk.pay(bought)
    try:
        redeliver(desk, bought)
    except Crash:
        finish(desk, bought)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("finish", [redeliver, other_event, recheck, abandon, schedule])
def test_d_05_a_crash_at_any_call_ends_in_one_purchase_one_lot_and_one_entry(
    finish: Callable[[Desk, Purchase], None], moment: str
) -> None:
    """D5, D1, D6, NP-29: all calls to all stores and the gateway, one after another."""
    crashed = set()
    for number in range(1, MAX_CALLS):
        countdown = Countdown(number, moment)
        desk = Desk("make", "core-10k", wrap=countdown.wrap)
        countdown.check = never_completed_without_credits(desk)
        story(desk, finish)
        assert_one_of_everything(desk, f"call {number} ({countdown.crashed_in}), {moment}")
        if not countdown.crashed_in:
            break
        crashed.add(countdown.crashed_in)
    else:
        pytest.fail("the story did not end")
    assert {"purchases.place", "gateway.open_checkout", "purchases.save", "gateway.checkout", "books.ask"} <= crashed


@pytest.mark.parametrize("moment", MOMENTS)
def test_np_34_a_crash_at_any_call_of_an_abandoned_window_never_loses_a_payment(moment: str) -> None:
    """The buyer pays in the moment in which the purchase is being abandoned, and the process dies somewhere in it."""
    for number in range(1, MAX_CALLS):
        countdown = Countdown(number, moment)
        desk = Desk("make", "core-10k", wrap=countdown.wrap)
        bought = again(desk.buy, TopUpItem(1_000)).purchase
        desk.pay(bought)
        again(abandon, desk, bought)
        assert_one_of_everything(desk, f"call {number} ({countdown.crashed_in}), {moment}")
        if not countdown.crashed_in:
            break
    else:
        pytest.fail("the story did not end")


@pytest.mark.parametrize("moment", MOMENTS)
def test_np_28_a_crash_at_any_call_of_abandoning_an_unpaid_page_ends_abandoned_and_unpayable(moment: str) -> None:
    for number in range(1, MAX_CALLS):
        countdown = Countdown(number, moment)
        desk = Desk("make", "core-10k", wrap=countdown.wrap)
        bought = again(desk.buy, TopUpItem(1_000)).purchase
        again(abandon, desk, bought)
        assert desk.row().state == "abandoned", countdown.crashed_in
        assert [facts.state for facts in desk.gateway.sessions.values()] == ["expired"]
        assert desk.available() == 0
        if not countdown.crashed_in:
            break
    else:
        pytest.fail("the story did not end")


def test_np_29_a_client_that_never_comes_back_is_finished_by_the_schedule_alone() -> None:
    """Nobody retries and no webhook comes: the schedule alone brings every order to an end."""
    for number in range(1, MAX_CALLS):
        countdown = Countdown(number, "after")
        desk = Desk("make", "core-10k", wrap=countdown.wrap)
        with suppress(Crash):
            desk.pay(desk.buy(TopUpItem(1_000)).purchase)
        try:
            for _ in range(3):
                desk.clock.instant += instants.HOUR
                look_at_purchases(desk.sales, desk.purchases)
        except Crash:
            for _ in range(3):
                desk.clock.instant += instants.HOUR
                look_at_purchases(desk.sales, desk.purchases)
        paid = any(facts.payment_state == "paid" for facts in desk.gateway.sessions.values())
        for row in desk.purchases.rows.values():
            assert row.state == ("completed" if paid else "abandoned"), countdown.crashed_in
            assert row.check_at is None
        assert desk.available() == (1_000 if paid else 0)
        if not countdown.crashed_in:
            break
    else:
        pytest.fail("the story did not end")


def assert_one_of_everything(desk: Desk, where: str) -> None:
    row = desk.row()
    assert row.state == "completed", where
    assert len(desk.purchases.uses) == 1, where
    assert len(desk.gateway.sessions) == len(desk.gateway.customers) == 1, where
    assert desk.available() == 1_000, where
    ((unit, companions),) = row.companions
    assert desk.available(unit) == companions, where
    for each in ("credits", unit):
        (entry,) = desk.entries(each)
        assert (entry.kind, entry.purchase_id) == ("granted", row.purchase_id), where
