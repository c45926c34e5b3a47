"""A crash at every single call of a reconciliation, and two of them at once: the same end, one lot, no difference lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from lotbook.domain.reconciliation.differences import MovedBack
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.reconciliation.reconcile import Reconciled, Reconciliation, reconcile
from tests.fakes.crashes import MOMENTS, Countdown, Crash
from tests.fakes.desk import Desk
from tests.fakes.reconciliation import FakeJournal, FakeLists, FakePurchaseLists
from tests.fakes.samples import member

MAX_CALLS = 400
CREDITS = 30


class Night:
    """Three purchases that nobody heard of: one paid, one paid and half refunded, one completed and its page of another."""

    def __init__(self, countdown: Countdown) -> None:
        armed = countdown.left
        countdown.left = MAX_CALLS * 100
        self.desk = Desk(wrap=countdown.wrap)
        self.journal = FakeJournal()
        self.lists = FakeLists(self.desk.gateway, 1)
        made = FakePurchaseLists(self.desk.purchases, 1)
        self.ports = Reconciliation(
            self.desk.sales,
            countdown.wrap("lists", self.lists),
            countdown.wrap("made", made),
            countdown.wrap("journal", self.journal),
        )
        for number in range(2):
            self.desk.pay(self.desk.buy(TopUpItem(CREDITS), key=f"key-{number}").purchase)
        self.refunded = sorted(self.desk.purchases.rows.values(), key=lambda row: row.purchase_id)[0]
        recheck_purchase("acme", self.refunded.purchase_id, member("admin"), desk=self.desk.sales)
        facts = self.desk.gateway.sessions[self.refunded.gateway_refs.checkout_session or ""]
        assert facts.payment is not None
        made_back = self.desk.gateway.send_back(facts.payment.payment_intent, facts.total_minor // 2)
        self.lists.moved.append(MovedBack("refund", made_back.refund, facts.payment.payment_intent, facts.tag))
        countdown.left = armed

    def run(self) -> Reconciled:
        return reconcile(None, desk=self.ports, time_left=lambda: 10**9)


def assert_morning(night: Night, told: str) -> None:
    assert night.run().shown == (), told
    assert sorted(row.state for row in night.desk.purchases.rows.values()) == ["completed", "partially_refunded"], told
    assert night.desk.available() == CREDITS + CREDITS // 2, told
    assert [entry.kind for entry in night.desk.entries()].count("granted") == 2, told
    found = {noted.difference.kind for noted in night.journal.noted.values() if noted.outcome == "found"}
    assert found >= {"paid_but_not_completed", "refunded_not_clawed"}, told
    assert found <= {"paid_but_not_completed", "refunded_not_clawed", "reversal_unfinished"}, told


@pytest.mark.slow
@pytest.mark.parametrize("moment", MOMENTS)
def test_d_05_a_crash_at_any_call_of_a_reconciliation_is_made_good_by_the_next(moment: str) -> None:
    """D5: every call to every store, the gateway, its lists and the journal, one after another."""
    crashed, calls = set(), 0
    for number in range(1, MAX_CALLS):
        countdown = Countdown(number, moment)
        night = Night(countdown)
        with suppress(Crash):
            night.run()
        countdown.left = MAX_CALLS * 100
        night.run()
        assert_morning(night, f"call {number} ({countdown.crashed_in}), {moment}")
        if not countdown.crashed_in:
            break
        crashed.add(countdown.crashed_in)
        calls = number
    else:
        pytest.fail("the night did not end")
    assert calls > 50
    assert {"lists.checkouts", "lists.refunds", "made.made", "journal.note", "journal.save_progress"} <= crashed
    assert {"purchases.save", "books.ask", "gateway.checkout", "gateway.money_back"} <= crashed


def test_d_02_two_and_more_reconciliations_at_once_do_nothing_twice() -> None:
    """D1, D2: the schedule, and somebody who could not wait."""
    night = Night(Countdown(MAX_CALLS * 100, "before"))

    def run(_: int) -> None:
        with suppress(Unavailable):  # too many at one book: the next run has it
            night.run()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(run, range(6)))
    night.run()
    assert_morning(night, "six at once")
