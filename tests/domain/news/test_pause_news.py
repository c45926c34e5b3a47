"""Pauses as events: each reason once, and that the account runs again."""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.pauses import with_pause, without_pause
from lotbook.domain.news.pause_news import of_pauses
from tests.fakes.samples import account_on

ACTIVE = account_on("make", "pro-80k")


def written(account: Account) -> Account:
    return replace(account, version=account.version + 1)


def told(before: Account, after: Account) -> list[tuple[str, object]]:
    return [(each.kind, each.detail.get("reasons")) for each in of_pauses(before, after, 5)]


def test_x_32_each_reason_is_said_once_and_the_end_of_the_last_one() -> None:
    one = written(with_pause(ACTIVE, "shortfall"))
    two = written(with_pause(one, "payment_failed"))
    assert told(ACTIVE, one) == [("account.paused", ["shortfall"])]
    assert told(one, two) == [("account.paused", ["shortfall", "payment_failed"])]
    rest = written(without_pause(two, "shortfall"))
    assert told(two, rest) == []
    assert told(rest, written(without_pause(rest, "payment_failed"))) == [("account.resumed", None)]


def test_a_pause_that_comes_back_is_another_event_and_a_redelivery_is_the_same() -> None:
    one = written(with_pause(ACTIVE, "shortfall"))
    again = written(with_pause(written(without_pause(one, "shortfall")), "shortfall"))
    (first,), (second,) = of_pauses(ACTIVE, one, 5), of_pauses(ACTIVE, again, 9)
    (redelivered,) = of_pauses(ACTIVE, one, 7)
    assert first.announcement_id == redelivered.announcement_id != second.announcement_id


def test_an_account_that_closes_does_not_run_again() -> None:
    paused = with_pause(ACTIVE, "shortfall")
    assert told(paused, replace(paused, state="closed", pause_reasons=())) == []
