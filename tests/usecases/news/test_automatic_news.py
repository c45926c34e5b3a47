"""What the stream leads to for automatic purchase: a message where it is time to look, and events, each once for its cause."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.automatic import AutoRecord, PaymentCard, Suspension
from lotbook.domain.credits.ledger import Entry, EntryKind
from lotbook.domain.news import auto_news
from lotbook.domain.news.announcements import AccountWritten, AutoNoted, EntryWritten, PurchaseWritten
from lotbook.domain.policy.top_ups import Amount, AutoTopUp, Trigger
from lotbook.domain.sales.auto_history import REASONS, event
from lotbook.domain.sales.items import AutoPart, AutoTopUpItem
from lotbook.domain.sales.purchase import Purchase
from tests.fakes.accounts import an_account
from tests.fakes.outbox import World
from tests.fakes.purchases import a_purchase

ON = AutoRecord(enabled=True, switches=1)
FAILED = Suspension("declined", 5_000, "pur_1", PaymentCard("pm_1", "fp"), page_url="https://pay.example/x")
MAKE = AutoTopUp(credits=10)


def world(auto: AutoRecord | None = ON, rule: AutoTopUp | None = MAKE) -> World:
    made = World(account=an_account(auto=auto), auto_top_up=rule)
    made.grant(100)
    made.deliver()
    made.queue.asked.clear()
    return made


def test_mk_16_a_burn_that_leaves_nothing_asks_and_one_that_leaves_something_does_not() -> None:
    """X-06: or reaches 0. The burn itself asks nobody."""
    shop = world()
    shop.burn(99)
    shop.deliver()
    assert shop.queue.asked == []
    shop.burn(1)
    assert shop.queue.asked == []
    shop.deliver()
    assert shop.queue.asked == [("acme", None)]


@pytest.mark.parametrize("taken", ["clawed_back", "frozen", "expired"])
def test_x_06_credits_that_are_taken_back_frozen_or_expired_are_no_use_and_ask_nobody(taken: EntryKind) -> None:
    """A refund or a dispute of an automatic purchase must not charge the same card again."""
    shop = world()
    shop.burn(40)
    burned = shop.new()
    gone = EntryWritten("acme", Entry("gone", "credits", taken, 9_000, 99, credits=-60, available_after=0))
    assert shop.deliver({**burned, "99": gone}) == {}
    assert shop.queue.asked == []


def test_a_threshold_is_the_policys() -> None:
    """Others than Make buy before anything is used up: `trigger: {below: n}`."""
    shop = world(rule=AutoTopUp(amount=Amount(up_to=100), trigger=Trigger(below=20)))
    shop.burn(80)
    shop.deliver()
    assert shop.queue.asked == []
    shop.burn(1)
    shop.deliver()
    assert shop.queue.asked == [("acme", None)]


@pytest.mark.parametrize(
    ("auto", "rule"),
    [
        (None, MAKE),
        (replace(ON, enabled=False), MAKE),
        (replace(ON, suspended=FAILED), MAKE),
        (ON, None),
    ],
)
def test_a1_an_account_that_buys_nothing_by_itself_is_asked_for_by_nobody(
    auto: AutoRecord | None, rule: AutoTopUp | None
) -> None:
    shop = world(auto, rule)
    shop.burn(100)
    assert shop.deliver() == {}
    assert shop.queue.asked == []


def a_row(**changes: Any) -> Purchase:
    return a_purchase(**({"item": AutoTopUpItem(10, 1), "auto": AutoPart(advances=True)} | changes))


def test_a_new_claim_is_asked_for_with_its_row_once() -> None:
    shop, row = world(), a_row()
    written: list[tuple[Purchase | None, Purchase]] = [
        (None, row),
        (row, replace(row, version=2)),
        (None, a_purchase()),
        (None, a_row(state="completed")),
    ]
    changes = {f"{place}": PurchaseWritten(*each) for place, each in enumerate(written)}
    assert shop.deliver(changes) == {}
    assert shop.queue.asked == [("acme", row.purchase_id)]


def test_a_message_that_could_not_be_sent_brings_its_record_again() -> None:
    """D31: the queue is down, and the claim is not forgotten."""
    shop = world()
    shop.queue.fails = 1
    changes = {"1": PurchaseWritten(None, a_row())}
    assert set(shop.deliver(changes)) == {"1"}
    assert shop.deliver(changes) == {}
    assert len(shop.queue.asked) == 1


def accounts(*records: AutoRecord | None) -> list[AccountWritten]:
    made = [an_account(auto=each, version=place + 1) for place, each in enumerate(records)]
    return [AccountWritten(before, after) for before, after in itertools.pairwise(made)]


def test_what_is_switched_on_or_goes_on_is_looked_at_once() -> None:
    """A fresh card resumes what waited; nothing that stays as it is asks again."""
    off, failed = replace(ON, enabled=False, off_reason="by_hand", switches=2), replace(ON, suspended=FAILED)
    shop = world()
    changes = accounts(None, ON, ON, failed, failed, ON, off, replace(ON, switches=3))
    shop.deliver({f"{place}": each for place, each in enumerate(changes)})
    assert shop.queue.asked == [("acme", None)] * 3


def told(before: Account, after: Account) -> list[tuple[str, dict[str, Any]]]:
    return [(each.kind, dict(each.detail)) for each in auto_news.of_account(before, after, 9_000)]


def test_a_switch_a_failure_and_their_ends_are_told_once_and_name_no_card() -> None:
    off = replace(ON, enabled=False, off_reason="no_card", switches=2)
    found = [
        told(each.before, each.after)
        for each in accounts(None, ON, ON, replace(ON, suspended=FAILED), replace(ON, suspended=FAILED), ON, off)
    ]
    assert found == [
        [("auto_top_up.switched", {"enabled": True, "reason": "by_hand"})],
        [],
        [("auto_top_up.suspended", {"purchase_id": "pur_1", "code": "declined", "decline_code": None})],
        [],
        [("auto_top_up.resumed", {"purchase_id": "pur_1"})],
        [("auto_top_up.switched", {"enabled": False, "reason": "no_card"})],
    ]
    assert "pm_1" not in str(found)
    assert "pay.example" not in str(found)


@pytest.mark.parametrize("reason", REASONS)
def test_d31_each_event_of_the_history_is_published_once_for_its_cause(reason: Any) -> None:
    shop = world()
    happened = event("acme", reason, 1_000, "pur_1")
    shop.deliver({"1": AutoNoted(happened), "2": AutoNoted(replace(happened, at=2_000))})
    (said,) = shop.bus.of("auto_top_up.bought", "auto_top_up.not_bought")
    assert said.detail["reason"] == reason
    assert said.kind == ("auto_top_up.bought" if reason == "bought" else "auto_top_up.not_bought")
