"""A crash at every call of buying a plan with credits, and of its money going back; and many who settle at once."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from lotbook.domain.sales.purchase import SETTLED, Purchase
from lotbook.domain.values import instants
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from tests.fakes.crashes import Countdown, Crash
from tests.fakes.desk import an_event
from tests.fakes.plans import PlanDesk, Rest, termed
from tests.fakes.sweeps import look_at_purchases

MAX_CALLS = 400
WORKERS = 4


def redeliver(desk: PlanDesk, row: Purchase) -> None:
    handle_event(an_event(row), desk=desk.sales)


def schedule(desk: PlanDesk, _: Purchase) -> None:
    desk.clock.instant += instants.HOUR
    look_at_purchases(desk.sales, desk.purchases)


def ordered(rest: Rest, countdown: Countdown) -> tuple[PlanDesk, Purchase]:
    """10 free and 40 plan credits, 15 burned; an order of Pro with 1,000 credits is paid. Only what follows may crash."""
    left, countdown.left = countdown.left, 0
    desk = PlanDesk(termed(rest, starting=40), wrap=countdown.wrap)
    desk.renew()
    desk.burn(15)
    row = desk.order(credits=1_000)
    desk.pay(row)
    countdown.left = left
    return desk, row


def never_half(desk: PlanDesk) -> Callable[[], None]:
    """Looks at the stores after every call: `completed` has the plan, no move is left, the lot is there."""

    def check() -> None:
        account, (row,) = desk.accounts.get("acme"), desk.purchases.rows.values()
        assert account is not None
        if row.state in SETTLED:
            assert (account.plan_purchase_id, account.moves) == (row.purchase_id, ())
            written = any(row.lot_id in key[-1] for key in desk.books.ledger)
            assert written or any(str(row.lot_id) in str(book) for book in desk.books.books.values())

    return check


@pytest.mark.slow
@pytest.mark.parametrize(
    ("rest", "moment", "finish"),
    [
        ("carry", "after", redeliver),
        ("carry", "before", schedule),
        ("forfeit", "after", schedule),
    ],
)
def test_d_05_a_crash_at_any_call_ends_in_one_plan_and_the_same_lots(
    rest: Rest, moment: str, finish: Callable[[PlanDesk, Purchase], None]
) -> None:
    """D5, D1, D6: what is carried over is the same on every attempt (X-11)."""
    crashed = set()
    for number in range(1, MAX_CALLS):
        countdown = Countdown(number, moment)
        desk, row = ordered(rest, countdown)
        countdown.check = never_half(desk)
        try:
            redeliver(desk, row)
        except Crash:
            finish(desk, row)
        where = f"call {number} ({countdown.crashed_in}), {moment}"
        assert desk.row().state == "completed", where
        assert desk.plan == "pro", where
        carried = [("plan", 35)] if rest == "carry" else []
        assert sorted(desk.lots()) == sorted([("free", 10), ("plan", 100), ("purchased", 1_000), *carried]), where
        kinds = [entry.kind for entry in desk.entries()]
        assert kinds.count("granted") == 5 + len(carried), where
        desk.check(where)
        if not countdown.crashed_in:
            break
        crashed.add(countdown.crashed_in)
    else:
        pytest.fail("the story did not end")
    assert {"accounts.save", "books.swap", "purchases.save", "gateway.checkout"} <= crashed


@pytest.mark.slow
def test_d_12_a_crash_at_any_call_of_money_that_goes_back_ends_the_plan_once() -> None:
    for number in range(1, MAX_CALLS):
        countdown = Countdown(number, "after")
        left, countdown.left = countdown.left, 0
        desk = PlanDesk(termed("carry", starting=40), wrap=countdown.wrap)
        desk.renew()
        row = desk.bought(credits=1_000)
        desk.burn(30)
        desk.gateway.send_back(str(row.gateway_refs.payment_intent))
        countdown.left = left
        try:
            follow_money_back("acme", row.purchase_id, desk=desk.sales)
        except Crash:
            follow_money_back("acme", row.purchase_id, desk=desk.sales)
        assert (desk.row().state, desk.plan) == ("refunded", "payg"), countdown.crashed_in
        assert desk.lots() == [("plan", 20)], "10 free and 40 of its plan, less 30 that were burned"
        desk.check(countdown.crashed_in)
        if not countdown.crashed_in:
            return
    pytest.fail("the story did not end")


@pytest.mark.parametrize("turn", range(10))
def test_d_06_webhook_and_recheck_at_once_change_the_plan_once(turn: int) -> None:
    desk = PlanDesk(termed("carry", starting=40))
    desk.renew()
    row = desk.order(credits=1_000)
    desk.pay(row)
    with ThreadPoolExecutor(WORKERS) as pool:
        states = [each.state for each in pool.map(lambda _: desk.settle(row), range(WORKERS))]
    assert set(states) == {"completed"}, turn
    assert sorted(desk.lots()) == [("free", 10), ("plan", 40), ("plan", 100), ("purchased", 1_000)]
    account = desk.accounts.get("acme")
    assert account is not None
    assert account.moves_made == 1
    desk.check()
