"""The product's own refund, stale facts that meet fresh ones, and accounts that are paused while they owe credits."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.credits.requests import BurnRequest, HoldRequest
from lotbook.domain.policy.document import PublishedPolicy
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values import instants
from lotbook.domain.values.errors import (
    IdempotencyKeyReused,
    InsufficientCredits,
    NotRefundable,
    Unavailable,
)
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.money_back.refund_purchase import Refunded, RefundRequest, refund_purchase
from tests.fakes.crashes import MOMENTS, Countdown, Crash
from tests.fakes.credit_desk import credit_desk
from tests.fakes.desk import SERVICE, Desk, an_event
from tests.fakes.idempotency import FakeIdempotency
from tests.fakes.samples import published
from tests.fakes.sweeps import look_at_purchases

PAYMENT = "pi_cs_2"
MAX_CALLS = 200
SOLD, CHARGED = 1_000, 177_000  # 9Pic in rupees, 18 % tax included: 177 paise a credit


class Shop:
    """A desk with a 9Pic purchase that is completed."""

    def __init__(self, countdown: Countdown | None = None, at: int = 0, **changes: Any) -> None:
        fields = {"policy": "9pic", "plan": "payg", "region": "IN"} | changes
        self.desk = Desk(**fields, wrap=countdown.wrap if countdown else lambda _, port: port)
        self.keys = FakeIdempotency()
        self.purchase_id = self.buy("key-1")
        if countdown:
            countdown.left = at

    def buy(self, key: str) -> str:
        bought = self.desk.buy(TopUpItem(SOLD), key).purchase
        self.desk.pay(bought)
        handle_event(an_event(bought), desk=self.desk.sales)
        return bought.purchase_id

    def burn(self, credits: int, key: str = "burn-1") -> None:
        consume(
            "acme",
            key,
            BurnRequest(credits=credits, unit="credits", actor="key-1"),
            desk=credit_desk(self.desk.books, self.desk.clock, lambda _: None),
        )

    def refund(self, key: str = "refund-1", purchase_id: str | None = None, caller: Any = None) -> Refunded:
        return refund_purchase(
            RefundRequest("acme", purchase_id or self.purchase_id, key),
            caller or SERVICE,
            desk=self.desk.sales,
            keys=self.keys,
        )

    def balance(self) -> tuple[int, int, int]:
        found = read_balance("acme", "credits", desk=credit_desk(self.desk.books, self.desk.clock, lambda _: None))
        return found.available, found.frozen, found.shortfall

    @property
    def row(self) -> Any:
        return self.desk.purchases.rows["acme", self.purchase_id]

    @property
    def paid_back(self) -> list[int]:
        return [each.amount_minor for each in self.desk.gateway.refunds.get(PAYMENT, []) if each.counts]


@pytest.mark.parametrize("policy", ["insurestack", "make", "gocontent"])
def test_is_27_mk_42_a_policy_without_refunds_refuses_and_nothing_is_changed(policy: str) -> None:
    """IS-27, MK-42, X-18: used or unused; and money that the gateway gives back takes the credits all the same."""
    plan = next(plan.plan_id for plan in published(policy).policy.plans if plan.top_up_allowed)
    shop = Shop(policy=policy, plan=plan, region="US")
    row, calls = shop.row, list(shop.desk.gateway.calls)
    with pytest.raises(NotRefundable) as refusal:
        shop.refund()
    assert refusal.value.data == {"reason": "policy"}
    assert (shop.row, shop.desk.gateway.calls, shop.keys.records) == (row, calls, {})
    shop.desk.gateway.send_back(PAYMENT)
    follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
    assert shop.balance() == (0, 0, 0)
    assert shop.row.state == "refunded"


def test_np_32_unused_credits_go_back_for_their_share_of_the_money() -> None:
    shop = Shop()
    shop.burn(400)
    paid = shop.refund()
    assert (paid.credits, paid.amount_minor, paid.currency, paid.replayed) == (600, 600 * 177, "inr", False)
    assert shop.balance() == (0, 0, 0), "burned credits stay burned, and owe nothing"
    assert (shop.row.state, shop.row.refunded_minor, shop.paid_back) == ("partially_refunded", 600 * 177, [600 * 177])


def test_np_32_the_policy_that_the_purchase_was_made_under_counts() -> None:
    """A later version that refunds nothing leaves what was sold before as it was."""
    shop = Shop()
    newest = shop.desk.policies.newest("9pic")
    assert isinstance(newest, PublishedPolicy)
    shop.desk.policies.put(replace(newest.policy, refunds=replace(newest.policy.refunds, refundable="never")))
    assert shop.refund().credits == SOLD
    assert shop.row.state == "refunded"


def test_d_03_the_same_key_is_the_same_refund_and_a_key_belongs_to_one_purchase() -> None:
    """D3, D4: the first answer again; another key finds nothing unused; another purchase's key is refused."""
    shop = Shop()
    first = shop.refund()
    assert shop.refund() == replace(first, replayed=True)
    other = shop.buy("key-2")
    with pytest.raises(IdempotencyKeyReused):
        shop.refund(purchase_id=other)
    with pytest.raises(NotRefundable):
        shop.refund("refund-2")
    assert shop.paid_back == [CHARGED]


def test_nothing_unused_disputed_unpaid_or_owing_is_refused_by_its_reason() -> None:
    shop = Shop()
    shop.burn(SOLD)
    assert reason(shop.refund) == "nothing_unused"
    assert shop.balance() == (0, 0, 0)
    shop = Shop()
    shop.desk.gateway.dispute(PAYMENT)
    assert reason(shop.refund) == "state"
    shop = Shop()
    unpaid = shop.desk.buy(TopUpItem(SOLD), "key-9").purchase
    assert reason(lambda: shop.refund(purchase_id=unpaid.purchase_id)) == "state"
    shop = Shop()
    shop.desk.clock.instant += instants.DAY
    second = shop.buy("key-2")
    shop.burn(500)
    shop.desk.gateway.send_back(PAYMENT)
    follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
    assert shop.balance() == (SOLD, 0, 500)
    assert reason(lambda: shop.refund(purchase_id=second)) == "shortfall"


def reason(work: Callable[[], Any]) -> Any:
    with pytest.raises(NotRefundable) as refusal:
        work()
    return refusal.value.data["reason"]


def test_a_refund_that_the_gateway_refuses_gives_the_credits_back_and_may_be_tried_again() -> None:
    shop = Shop()
    opened = False

    refund_call = shop.desk.gateway.refund

    def disputed_first(purchase: Any, own: Any) -> Any:
        nonlocal opened
        if not opened:
            shop.desk.gateway.dispute(PAYMENT)
            opened = True
        return refund_call(purchase, own)

    shop.desk.gateway.refund = disputed_first  # type: ignore[method-assign]
    assert reason(shop.refund) == "gateway"
    assert shop.balance() == (0, SOLD, 0), "disputed meanwhile: given back, and frozen"
    shop.desk.gateway.change_dispute(PAYMENT, "won")
    assert shop.refund().credits == SOLD
    assert (shop.paid_back, shop.row.state) == ([CHARGED], "refunded")


def test_d_04_a_lost_answer_of_the_gateway_is_one_refund() -> None:
    """D4: the refund was made and its answer lost: the same key again, or the schedule alone, ends in one."""
    for finish in (lambda shop: shop.refund(), schedule):
        shop = Shop()
        shop.burn(1)
        shop.desk.gateway.later["refund"] = ["after"]
        with pytest.raises(Unavailable):
            shop.refund()
        assert shop.balance() == (0, 0, 0), "the credits cannot be burned while their money is on its way"
        finish(shop)
        assert (shop.paid_back, shop.row.state, shop.row.check_at) == ([999 * 177], "partially_refunded", None)


def schedule(shop: Shop) -> None:
    shop.desk.clock.instant += 16 * instants.MINUTE
    look_at_purchases(shop.desk.sales, shop.desk.purchases)


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize("finish", [lambda shop: shop.refund(), schedule], ids=["the client", "the schedule"])
def test_d_05_d_39_a_crash_at_any_call_of_a_refund_pays_once_and_never_charges(
    finish: Callable[[Shop], Any], moment: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """D5, D39: credits and money agree wherever it dies; the only thing that the gateway is asked to make is a refund."""
    points = 0
    for number in range(1, MAX_CALLS):
        countdown = Countdown(0, moment)
        shop = Shop(countdown, number)
        shop.burn(250)
        before = len(shop.desk.gateway.calls)
        with suppress(Crash):
            shop.refund()
        begun = bool(shop.row.own_refunds)
        if countdown.crashed_in:
            finish(shop)
        asked = set(shop.desk.gateway.calls[before:])
        assert asked <= {"money_back", "refund"}, "never a checkout, a customer or a charge"
        if begun or finish is not schedule:
            assert (shop.paid_back, shop.balance()) == ([750 * 177], (0, 0, 0)), (number, countdown.crashed_in)
            assert shop.row.state == "partially_refunded"
        else:
            assert (shop.paid_back, shop.balance()) == ([], (750, 0, 0)), (number, countdown.crashed_in)
        assert shop.row.check_at is None
        if not countdown.crashed_in:
            break
        points += 1
    else:
        pytest.fail("the story did not end")
    with capsys.disabled():
        print(f"\n  refund, {moment}: {points} fault points", end="")


def test_d_02_many_refunds_and_burns_at_once_never_pay_for_what_was_burned() -> None:
    """D2: eight refunds with keys of their own against eight burners."""
    for _ in range(5):
        shop = Shop()

        def burner(number: int, shop: Shop = shop) -> None:
            for step in range(20):
                with suppress(InsufficientCredits, Unavailable):
                    shop.burn(7, f"burn-{number}-{step}")

        def refunder(number: int, shop: Shop = shop) -> None:
            with suppress(NotRefundable, Unavailable):
                shop.refund(f"refund-{number}")

        with ThreadPoolExecutor(16) as pool:
            for work in [pool.submit(w, n) for n in range(8) for w in (burner, refunder)]:
                work.result()
        schedule(shop)
        available, frozen, short = shop.balance()
        assert (frozen, short) == (0, 0)
        burned = -sum(entry.credits for entry in shop.desk.entries() if entry.kind == "consumed")
        assert sum(shop.paid_back) == (SOLD - burned - available) * 177


# --- old facts against new ones ---------------------------------------------------------------------------------------


def test_d_14_whoever_holds_older_facts_asks_again() -> None:
    """D14: a worker reads the facts, sleeps while the refund fails and another worker follows that, and wakes up."""
    shop = Shop()
    gateway = shop.desk.gateway
    gateway.send_back(PAYMENT)
    ask, slept = gateway.money_back, False

    def slow(payment: str) -> Any:
        nonlocal slept
        facts = ask(payment)
        if not slept:
            slept = True
            gateway.change_refund(PAYMENT, 0, "failed")
            follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
        return facts

    gateway.money_back = slow  # type: ignore[assignment,method-assign]
    after = follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
    assert after.state == "completed"
    assert shop.balance() == (SOLD, 0, 0)


def test_d_02_many_workers_with_one_refund_take_its_credits_once() -> None:
    """D1, D2, D11."""
    shop = Shop()
    shop.desk.gateway.send_back(PAYMENT, CHARGED // 2)

    def follow(_: int) -> None:
        with suppress(Unavailable):
            follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(follow, range(48)))
    follow(0)
    assert shop.balance() == (500, 0, 0)
    assert [entry.kind for entry in shop.desk.entries()].count("clawed_back") == 1


def test_d_08_a_payment_that_is_another_than_the_settled_one_is_not_computed_with() -> None:
    """D8: rung, not applied."""
    shop = Shop()
    session = next(iter(shop.desk.gateway.sessions))
    paid = shop.desk.gateway.sessions[session].payment
    assert paid is not None
    shop.desk.gateway.say(session, payment=replace(paid, received_minor=1))
    with pytest.raises(Unavailable):
        follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
    assert shop.balance() == (SOLD, 0, 0)


def test_d_13_held_credits_count_as_used_and_what_the_hold_gives_back_pays_for_it() -> None:
    """D13 with holds: taken in full, owed while held, even again when the hold lets go."""
    shop = Shop()
    request = HoldRequest(credits=300, unit="credits", actor="key-1", ttl_seconds=3_600)
    hold("acme", "hold-1", request, desk=credit_desk(shop.desk.books, shop.desk.clock, lambda _: None))
    assert shop.balance() == (700, 0, 0)
    shop.desk.gateway.send_back(PAYMENT)
    follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
    assert shop.balance() == (0, 0, 300)
    shop.desk.clock.instant += 2 * instants.HOUR
    assert shop.balance() == (0, 0, 0)


def test_d_12_what_a_hold_gives_back_to_a_disputed_lot_is_frozen_too() -> None:
    """D12: also where nothing else was left of the lot when the dispute came."""
    shop = Shop()
    request = HoldRequest(credits=SOLD, unit="credits", actor="key-1", ttl_seconds=3_600)
    hold("acme", "hold-1", request, desk=credit_desk(shop.desk.books, shop.desk.clock, lambda _: None))
    other = shop.buy("key-2")  # its turn takes the used-up lot off the tape
    shop.desk.gateway.dispute(PAYMENT)
    follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
    shop.desk.clock.instant += 2 * instants.HOUR
    assert shop.balance() == (SOLD, SOLD, 0), other
    shop.desk.gateway.change_dispute(PAYMENT, "won")
    follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
    assert shop.balance() == (2 * SOLD, 0, 0)


# --- the account --------------------------------------------------------------------------------------------------------


def pausing_shop() -> Shop:
    shop = Shop()
    newest = shop.desk.policies.newest("9pic")
    assert isinstance(newest, PublishedPolicy)
    shop.desk.policies.put(replace(newest.policy, shortfall_pauses=True))
    return shop


@pytest.mark.parametrize("pauses", [False, True])
def test_d_13_a_shortfall_pauses_exactly_where_the_policy_says_so(pauses: bool) -> None:
    """D13: recorded in full either way, and the next purchase pays it and lifts the pause."""
    shop = pausing_shop() if pauses else Shop()
    shop.burn(700)
    shop.desk.gateway.send_back(PAYMENT)
    follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
    account = shop.desk.accounts.get("acme")
    assert account is not None
    assert (account.state, account.pause_reason) == (("paused", "shortfall") if pauses else ("active", None))
    assert shop.balance() == (0, 0, 700)
    shop.buy("key-2")
    account = shop.desk.accounts.get("acme")
    assert account is not None
    assert (account.state, account.pause_reason) == ("active", None)
    assert shop.balance() == (300, 0, 0)
    shop.burn(300, "burn-2")


def test_d_13_a_pause_for_another_reason_is_left_alone() -> None:
    shop = pausing_shop()
    account = shop.desk.accounts.get("acme")
    assert account is not None
    shop.desk.accounts.save(replace(account, state="paused", pause_reason="payment_failed"))
    shop.desk.gateway.send_back(PAYMENT)
    follow_money_back("acme", shop.purchase_id, desk=shop.desk.sales)
    shop.buy("key-2")
    after = shop.desk.accounts.get("acme")
    assert after is not None
    assert (after.state, after.pause_reason) == ("paused", "payment_failed")
