"""A customer that somebody deleted at the gateway's dashboard: the account gets another one, and the same request goes on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from threading import Barrier
from typing import Any

import pytest

from lotbook.domain.accounts.account import FORMER_CUSTOMERS_KEPT, Account, with_customer
from lotbook.domain.sales.cards import CardFile
from lotbook.domain.sales.gateway import CustomerGone
from lotbook.domain.sales.items import PlanItem, TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.errors import PaymentMethodNotFound, PurchaseAbandoned, Unavailable
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.sales.abandon_purchase import abandon_purchase
from lotbook.usecases.sales.billing_details import fill_in_billing
from lotbook.usecases.sales.ensure_customer import CUSTOMER_ATTEMPTS, for_customer
from tests import patience
from tests.fakes.accounts import an_account
from tests.fakes.billing import details
from tests.fakes.card_desk import ACTIVE, Cards
from tests.fakes.crashes import Countdown, Crash
from tests.fakes.desk import Desk, an_event
from tests.fakes.samples import member

ADMIN = member("admin")
MAX_CALLS = 200
NEVER = 10**9
BUSY = 16


def customer_of(desk: Desk) -> str:
    account = desk.accounts.get("acme")
    assert account is not None
    return str(account.gateway_customer)


def known(**changes: Any) -> Desk:
    """A desk whose account has a customer, from a purchase before."""
    desk = Desk(**changes)
    desk.buy(key="before")
    return desk


def delete(desk: Desk) -> str:
    """Somebody deletes the account's customer at the dashboard; which one it was."""
    gone = customer_of(desk)
    desk.gateway.delete_customer(gone)
    return gone


def settled(desk: Desk, row: Purchase) -> str:
    """Pay, and let the webhook say so."""
    desk.pay(row)
    return str(handle_event(an_event(row), desk=desk.sales).state)


def test_d_04_a_purchase_goes_on_with_a_new_customer_and_is_completed_by_its_payment(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """D4, D7: one purchase, one page, and the verdict compares the customer that the page was opened for."""
    desk = known()
    gone = delete(desk)
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        bought = desk.buy(TopUpItem(30))
    assert not bought.replayed
    row = bought.purchase
    assert row.customer == customer_of(desk) != gone
    assert len(desk.purchases.rows) == len(desk.gateway.sessions) == 2
    assert desk.buy(TopUpItem(30)).purchase == row
    assert settled(desk, row) == "completed"
    assert desk.available() == 30
    (alarm,) = [record.message for record in caplog.records]
    assert '"alarm":"customer_replaced"' in alarm
    assert gone in alarm


def test_d_08_a_page_of_the_new_customer_that_was_paid_by_another_is_no_payment_of_the_order() -> None:
    """D8: replacing a customer loosens nothing."""
    desk = known()
    gone = delete(desk)
    row = desk.buy(TopUpItem(30)).purchase
    desk.pay(row, customer=gone)
    assert recheck_purchase("acme", row.purchase_id, ADMIN, desk=desk.sales).state == "failed"
    assert desk.available() == 0


def test_a_page_that_was_opened_before_its_customer_went_still_brings_its_credits() -> None:
    desk = Desk()
    row = desk.buy(TopUpItem(30)).purchase
    delete(desk)
    desk.buy(key="other")
    assert desk.buy(TopUpItem(30)).purchase.checkout_url == row.checkout_url
    assert settled(desk, row) == "completed"
    assert desk.row(row).customer == row.customer != customer_of(desk)


def test_is_59_a_setup_page_is_opened_for_a_new_customer_and_its_card_becomes_the_default() -> None:
    cards = Cards()
    cards.add()
    delete(cards.desk)
    assert cards.look() == CardFile()
    card = cards.add()
    assert cards.look().default == card
    assert [each.payment_method for each in cards.look().cards] == [card]


def test_is_24_cards_of_a_customer_that_is_gone_are_not_there_and_no_look_makes_another() -> None:
    cards = Cards()
    card = cards.add()
    gone = delete(cards.desk)
    assert cards.look() == CardFile()
    for change in (cards.choose, cards.remove):
        with pytest.raises(PaymentMethodNotFound):
            change(card)
    assert customer_of(cards.desk) == gone


def test_the_pause_of_a_failed_payment_is_lifted_by_a_card_of_the_new_customer() -> None:
    cards = Cards()
    cards.add()
    cards.look()
    cards.fail_payment()
    delete(cards.desk)
    cards.add()
    cards.look()
    assert cards.state() == ACTIVE


def test_df_22_the_new_customer_shows_the_details_that_the_old_one_showed() -> None:
    """They were sent already, to somebody who is not there any more."""
    desk = known()
    fill_in_billing("acme", details(), ADMIN, desk=desk.sales)
    gone = delete(desk)
    desk.buy(key="a")
    desk.buy(key="b")
    assert [(customer, edition) for customer, edition, _ in desk.gateway.described] == [
        (gone, 1),
        (customer_of(desk), 1),
    ]


def test_df_22_details_that_are_filled_in_find_the_customer_gone_and_a_new_one_shows_them(
    caplog: pytest.LogCaptureFixture,
) -> None:
    desk = known()
    gone = delete(desk)
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        fill_in_billing("acme", details(), ADMIN, desk=desk.sales)
    assert [customer for customer, _, _ in desk.gateway.described] == [customer_of(desk)]
    assert customer_of(desk) != gone
    assert "billing_details_refused" not in caplog.text


@pytest.mark.parametrize("moment", ["before", "after"])
def test_d_04_a_crash_at_any_call_of_the_replacement_ends_in_one_purchase_one_page_and_one_new_customer(
    moment: str,
) -> None:
    """D4, D5: the process dies somewhere, and the client sends the same request again."""
    crashed = set()
    for number in range(1, MAX_CALLS):
        countdown = Countdown(NEVER, moment)
        desk = known(wrap=countdown.wrap)
        fill_in_billing("acme", details(), ADMIN, desk=desk.sales)
        delete(desk)
        countdown.left = number
        with suppress(Crash):
            desk.buy(TopUpItem(30))
        reached, countdown.left = countdown.left <= 0, NEVER
        row = desk.buy(TopUpItem(30)).purchase
        where = f"call {number} ({countdown.crashed_in}), {moment}"
        assert len(desk.purchases.rows) == len(desk.gateway.sessions) == len(desk.gateway.customers) == 2, where
        assert row.customer == customer_of(desk), where
        assert desk.gateway.described[-1][0] == row.customer, where
        assert settled(desk, row) == "completed", where
        if not reached:
            break
        crashed.add(countdown.crashed_in)
    else:
        pytest.fail("the story did not end")
    wanted = {"gateway.open_customer", "accounts.save", "gateway.describe_customer", "gateway.open_checkout"}
    assert wanted | {"billing.save", "purchases.save"} <= crashed


def test_np_29_a_customer_that_goes_at_any_call_of_a_purchase_blocks_neither_it_nor_its_payment() -> None:
    """Deleted between any two calls; the page that is answered can be paid, and the payment is the order's."""
    for number in range(1, MAX_CALLS):
        countdown = Countdown(NEVER, "before")
        desk = known(wrap=countdown.wrap)
        fill_in_billing("acme", details(), ADMIN, desk=desk.sales)
        countdown.check = deleting_at(number, desk)
        row = desk.buy(TopUpItem(30)).purchase
        assert len(desk.purchases.rows) == len(desk.gateway.sessions) == 2, number
        assert settled(desk, row) == "completed", number
        countdown.check = lambda: None
        desk.buy(key="after")
        if not desk.gateway.gone:
            break
        assert customer_of(desk) not in desk.gateway.gone
    else:
        pytest.fail("the story did not end")


def deleting_at(number: int, desk: Desk) -> Callable[[], None]:
    left = [number]

    def check() -> None:
        left[0] -= 1
        if left[0] == 0:
            delete(desk)

    return check


def test_d_04_many_at_once_who_find_the_customer_gone_get_the_same_new_one() -> None:
    """D4: all of them have been told that it is gone before the first of them replaces it."""
    desk = known()
    delete(desk)
    together = Barrier(BUSY)
    seen: list[str] = []

    def use(customer: str) -> str:
        seen.append(customer)
        if customer in desk.gateway.gone:
            together.wait(patience.SECONDS)
            raise CustomerGone(customer)
        return customer

    with ThreadPoolExecutor(BUSY) as pool:
        calls = [
            pool.submit(for_customer, "acme", use, accounts=desk.accounts, gateway=desk.gateway) for _ in range(BUSY)
        ]
        found = {call.result() for call in calls}
    assert found == {customer_of(desk)}
    assert len(seen) == 2 * BUSY
    assert len(desk.gateway.customers) == 2


@pytest.mark.parametrize("theirs", [None, "cus_theirs"])
def test_d_04_whoever_saves_first_wins_and_nobody_goes_on_with_a_customer_that_was_not_saved(
    theirs: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The account changed while its customer was being made: by another replacement under a key forgotten by now, or by anything else."""
    desk = known()
    delete(desk)
    really = desk.gateway.open_customer

    def beaten(account: Account) -> str:
        made = really(account)
        if account.version == desk.accounts.get("acme").version == version:
            desk.accounts.save(with_customer(account, theirs) if theirs else account)
        return made

    version = desk.accounts.get("acme").version
    monkeypatch.setattr(desk.gateway, "open_customer", beaten)
    row = desk.buy(TopUpItem(30)).purchase
    assert row.customer == customer_of(desk)
    assert theirs in (None, row.customer)
    assert row.customer not in desk.gateway.gone


def test_d_03_many_who_buy_at_once_after_the_customer_went_have_one_new_customer_and_a_page_each() -> None:
    desk = known()
    delete(desk)
    with ThreadPoolExecutor(BUSY) as pool:
        rows = list(pool.map(lambda number: desk.buy(TopUpItem(30), key=f"key-{number % 4}").purchase, range(BUSY)))
    assert {row.customer for row in rows} == {customer_of(desk)}
    assert len(desk.gateway.sessions) == len(desk.purchases.rows) == 1 + 4
    assert len(desk.gateway.customers) == 2


def test_d_04_a_lost_page_of_the_former_customer_is_found_and_its_end_is_the_purchase_s() -> None:
    """D4: opened, answer lost, customer deleted and replaced, nobody came back. Its event is acknowledged, not sent for days."""
    desk = Desk()
    desk.gateway.later = {"open_checkout": ["after"]}
    with pytest.raises(Unavailable):
        desk.buy(TopUpItem(30), key="lost")
    lost = desk.row()
    delete(desk)
    desk.buy(key="other")
    desk.clock.instant = lost.checkout_expires_at
    handled = handle_event(an_event(lost, "checkout.session.expired"), desk=desk.sales)
    assert handled.state == "abandoned"
    assert desk.row(lost).gateway_refs.checkout_session == desk.gateway.opened[lost.purchase_id]


def test_np_28_an_order_whose_customer_went_before_its_page_was_opened_can_be_abandoned() -> None:
    desk = known()
    desk.gateway.later = {"open_checkout": ["before"]}
    with pytest.raises(Unavailable):
        desk.buy(TopUpItem(30))
    (row,) = [each for each in desk.purchases.rows.values() if each.checkout_url is None]
    delete(desk)
    assert abandon_purchase("acme", row.purchase_id, ADMIN, desk=desk.sales).state == "abandoned"
    with pytest.raises(PurchaseAbandoned):
        desk.buy(TopUpItem(30))


def test_bounds_a_gateway_that_calls_every_customer_gone_is_given_up_on() -> None:
    desk = known()
    asked: list[str] = []

    def use(customer: str) -> None:
        asked.append(customer)
        raise CustomerGone(customer)

    with pytest.raises(Unavailable):
        for_customer("acme", use, accounts=desk.accounts, gateway=desk.gateway)
    assert len(set(asked)) == len(asked) == CUSTOMER_ATTEMPTS


def test_bounds_an_account_remembers_the_newest_of_its_former_customers() -> None:
    account = an_account()
    assert account.customers == ()
    for number in range(9):
        account = with_customer(account, f"cus_{number}")
    assert account.customers == ("cus_8", "cus_7", "cus_6", "cus_5", "cus_4", "cus_3")
    assert len(account.former_customers) == FORMER_CUSTOMERS_KEPT


def test_is_59_abandoning_a_purchase_that_turns_out_to_be_paid_keeps_its_card() -> None:
    """NP-34: its webhook may never come, and the buyer asked for the card to be kept."""
    desk = Desk("9pic", "payg")
    row = desk.buy(PlanItem("pro")).purchase
    desk.gateway.put_on_file(customer_of(desk), desk.clock.now())
    card = desk.gateway.put_on_file(customer_of(desk), desk.clock.now() + 1_000)
    desk.pay(row)
    session = str(row.gateway_refs.checkout_session)
    paid = desk.gateway.sessions[session].payment
    assert paid is not None
    desk.gateway.say(session, payment=replace(paid, payment_method=card))
    assert abandon_purchase("acme", row.purchase_id, ADMIN, desk=desk.sales).state == "completed"
    assert desk.gateway.files[customer_of(desk)].default == card
