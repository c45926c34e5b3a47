"""One hot account under 1,000 write units a second: it carries what its book allows, and gets up again (issue 14, 3)."""

from __future__ import annotations

from itertools import chain

import pytest

from lotbook.usecases.credits.balance import read_balance
from tests.fakes.credit_desk import credit_desk
from tests.simulation.hot_account import A, Account, U, steady

pytestmark = pytest.mark.slow
GRANTED = 3_000_000


def test_450_burns_a_second_are_carried_from_a_standing_start() -> None:
    """The first second starts seventy environments, and each leaves a receipt: they are out again before the third."""
    account = Account()
    carried = account.run(steady(450, 0, 6))
    assert [round(carried.a_second(at, at + 1)) >= 450 for at in range(2, 6)] == [True] * 4
    assert carried.given_up <= 20
    assert len(account.book().receipts) <= 20


def test_a_burst_of_four_times_over_is_over_within_twenty_seconds() -> None:
    """300 a second, two seconds of 1,200, 300 again: those who were told to come again have come, and nobody waits."""
    account = Account()
    carried = account.run(chain(steady(300, 0, 2), steady(1_200, 2, 4), steady(300, 4, 18)))
    assert [round(carried.a_second(at, at + 1)) for at in range(14, 18)] == [300] * 4
    assert len(account.book().receipts) <= 20
    assert carried.environments <= 100


def test_four_thousand_lines_a_second_are_carried_in_batches_of_a_hundred_under_one_key() -> None:
    """The answer where 450 burns a second are too few: forty requests a second, and nobody is told to come again."""
    account = Account(lines=100)
    carried = account.run(steady(40, 0, 4))
    assert [round(carried.a_second(at, at + 1)) for at in range(1, 4)] == [40] * 3
    assert carried.given_up == 0
    assert (
        sum(lot.remaining for lot in read_balance(A, U, desk=credit_desk(account.books, account)).lots)
        == GRANTED - 16_000
    )


@pytest.mark.soak
def test_without_telling_throttles_at_once_it_stays_down() -> None:
    """Why `TELL_THROTTLES` is on: a function that waits makes Lambda start others, each leaves a receipt, and each burn gets dearer."""
    account = Account(waits_out=True)
    carried = account.run(chain(steady(300, 0, 3), steady(1_200, 3, 6), steady(300, 6, 40)))
    assert carried.a_second(30, 40) < 200
    assert carried.environments > 1_000


@pytest.mark.soak
def test_a_minute_around_a_long_burst() -> None:
    """Five seconds of 1,200."""
    carried = Account().run(chain(steady(300, 0, 10), steady(1_200, 10, 15), steady(300, 15, 60)))
    assert [round(carried.a_second(at, at + 5)) for at in range(30, 60, 5)] == [300] * 6
