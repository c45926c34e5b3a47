"""Erasing that dies at any call goes on where it was, and in the end nothing is left; the books are as they were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.accounts.account_changes import AccountChange
from lotbook.domain.accounts.refusals import AccountNotClosed
from lotbook.domain.credits.requests import BurnRequest, HoldRequest
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values.errors import AccountClosed, AccountNotFound
from lotbook.domain.values.instants import HOUR, MINUTE
from lotbook.usecases.accounts.change_account import change_account
from lotbook.usecases.closing import erase_account
from lotbook.usecases.closing.erase_account import STREAM_KEEPS, ask_to_erase
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.sales.billing_details import fill_in_billing
from tests.fakes.billing import details
from tests.fakes.closings import close, erase, sweep_closings
from tests.fakes.crashes import MOMENTS, Countdown, Crash
from tests.fakes.desk import Desk
from tests.fakes.plans import PlanDesk
from tests.fakes.samples import member

MAX_CALLS = 300
MARKS = ("Ann", "ann@x.example", "Springfield", "owner@acme.example")


def filled(countdown: Countdown | None = None) -> PlanDesk:
    """A paid purchase, burns and an open hold, all of somebody called Ann."""
    desk = PlanDesk(wrap=countdown.wrap) if countdown else PlanDesk()
    desk.renew()
    bought = desk.buy(TopUpItem(1_000), source_ip="203.0.113.7", user_agent="Ann's browser").purchase
    fill_in_billing("acme", details(name="Ann", email="ann@x.example"), member("admin"), desk=desk.sales)
    desk.pay(bought)
    desk.settle(bought)
    for number in range(3):
        request = BurnRequest(5, reference=f"Ann's job {number}", actor="ann@x.example")
        consume("acme", f"use-{number}", request, desk=desk.sales.credits)
    hold("acme", "hold-1", HoldRequest(7, reference="Ann's hold"), desk=desk.sales.credits)
    return desk


def kept(desk: Desk) -> str:
    """Everything that is kept of the account."""
    accounts = desk.accounts.get("acme")
    return str((accounts, desk.purchases.rows, desk.books.books, desk.books.ledger, desk.billing.records))


def left(desk: Desk) -> set[str]:
    return {mark for mark in MARKS if mark in kept(desk)}


def swept(desk: Desk, *later: int) -> None:
    for each in later:
        desk.clock.instant += each
        sweep_closings(desk)


def test_only_a_closed_account_is_erased() -> None:
    desk = Desk()
    with pytest.raises(AccountNotClosed):
        erase(desk)
    with pytest.raises(AccountNotFound):
        ask_to_erase("nobody", desk=desk.sales)
    assert desk.closings.due == {}


def test_erasing_leaves_the_books_as_they_were_and_looks_again_a_day_later() -> None:
    desk = filled()
    assert left(desk) == set(MARKS)
    close(desk)
    figures = desk.available(), [(each.name, each.credits, each.draws, each.seq) for each in desk.entries()]
    erase(desk)
    swept(desk, 0)
    assert left(desk) == set()
    assert (desk.available(), [(each.name, each.credits, each.draws, each.seq) for each in desk.entries()]) == figures
    desk.check()
    account = desk.accounts.get("acme")
    assert account is not None
    assert account.closing is not None
    assert desk.closings.due == {"acme": (account.closing.erased_at or 0) + STREAM_KEEPS}
    swept(desk, 26 * HOUR)
    assert desk.closings.due == {}


def test_an_account_of_many_entries_is_erased_over_many_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erase_account, "MAX_STEPS", 2)
    monkeypatch.setattr(erase_account, "PAGE", 2)
    desk = filled()
    close(desk)
    erase(desk)
    looks = 0
    while left(desk):
        swept(desk, MINUTE)
        looks += 1
        assert looks < 20
    assert looks > 3
    desk.check()


def test_what_is_asked_again_is_done_again() -> None:
    """After something was brought back from a backup, or a queue was played again."""
    desk = filled()
    close(desk)
    erase(desk)
    swept(desk, 0, 26 * HOUR)
    account = desk.accounts.get("acme")
    assert account is not None
    desk.accounts.save(replace(account, email="ann@x.example"))
    erase(desk)
    swept(desk, 0)
    assert left(desk) == set()


def test_from_the_moment_that_it_is_asked_nothing_personal_is_written() -> None:
    desk = filled()
    close(desk)
    erase(desk)
    with pytest.raises(AccountClosed):
        change_account("acme", AccountChange(email="ann@x.example"), accounts=desk.accounts)
    with pytest.raises(AccountClosed):
        fill_in_billing("acme", details(), member("admin"), desk=desk.sales)


@pytest.mark.parametrize("moment", MOMENTS)
def test_d5_a_crash_at_any_call_of_erasing_is_made_up_for_by_the_next_looks(moment: str) -> None:
    crashes = 0
    for at in range(1, MAX_CALLS):
        countdown = Countdown(10**9, moment)
        desk = filled(countdown)
        close(desk)
        erase(desk)
        countdown.left = at
        try:
            sweep_closings(desk)
        except Crash:
            crashes += 1
        else:
            break
        countdown.left = 10**9
        swept(desk, 6 * MINUTE, HOUR)
        assert left(desk) == set(), countdown.crashed_in
        swept(desk, 27 * HOUR)
        assert desk.closings.due == {}, countdown.crashed_in
        desk.check(countdown.crashed_in)
    assert 10 < crashes < MAX_CALLS - 1
