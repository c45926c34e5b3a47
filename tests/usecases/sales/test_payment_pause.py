"""The pause that a failed automatic payment causes and a new default card lifts; cards that a purchase keeps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.sales.items import PlanItem, TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.errors import AccountPaused
from lotbook.domain.values.instants import HOUR
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.sales.follow_cards import keep_card
from tests.fakes.card_desk import ACTIVE, CUSTOMER, PAUSED, Cards
from tests.fakes.crashes import Countdown, Crash
from tests.fakes.credit_desk import credit_desk
from tests.fakes.desk import an_event
from tests.fakes.samples import member
from tests.fakes.sweeps import look_at_purchases

ADMIN = member("admin")


def paused_cards() -> tuple[Cards, str]:
    """An account whose automatic payment failed, and the card that it failed with."""
    cards = Cards()
    card = cards.add()
    cards.look()
    cards.fail_payment()
    assert cards.state() == PAUSED
    return cards, card


def test_mk_26_a_failed_automatic_payment_pauses_until_another_card_is_the_default() -> None:
    cards, failed = paused_cards()
    with pytest.raises(AccountPaused):
        burn(cards)
    cards.hear()
    cards.choose(failed)
    assert cards.state() == PAUSED, "the same card again is no new one"
    cards.add()
    cards.hear("setup_intent.succeeded")
    assert cards.state() == ACTIVE
    burn(cards)


def burn(cards: Cards) -> None:
    from lotbook.domain.credits.requests import BurnRequest
    from lotbook.usecases.credits.consume import consume

    request = BurnRequest(credits=1, unit="credits", actor="key-1")
    consume("acme", "burn-1", request, desk=credit_desk(cards.desk.books, cards.desk.clock, lambda _: None))


def test_mk_26_choosing_another_card_lifts_the_pause_at_once_also_where_nobody_hears_of_it() -> None:
    cards, failed = paused_cards()
    cards.desk.clock.instant += HOUR
    other = cards.gateway.put_on_file(CUSTOMER, cards.desk.clock.now() - 2 * HOUR)
    cards.look()
    assert cards.state() == PAUSED, "a card that was there before stands for nobody's wish"
    cards.choose(other)
    assert cards.state() == ACTIVE
    cards.choose(failed)
    assert cards.state() == ACTIVE


def test_mk_26_removing_the_card_that_failed_lifts_the_pause_only_where_another_follows() -> None:
    cards, failed = paused_cards()
    cards.remove(failed)
    assert cards.state() == PAUSED
    cards.add()
    cards.look()
    assert cards.state() == ACTIVE
    cards, failed = paused_cards()
    cards.gateway.put_on_file(CUSTOMER, 0)
    cards.remove(failed)
    assert cards.state() == ACTIVE


def test_mk_26_an_old_cards_event_delivered_again_after_the_failure_lifts_nothing() -> None:
    """D1, D14."""
    cards, _ = paused_cards()
    for kind in ("checkout.session.completed", "setup_intent.succeeded", "customer.updated"):
        cards.hear(kind)
    assert cards.state() == PAUSED


def test_a_pause_for_another_reason_is_not_lifted_by_a_card() -> None:
    cards = Cards()
    account = cards.desk.accounts.get("acme")
    assert account is not None
    cards.desk.accounts.save(replace(account, state="paused", pause_reason="fraud"))
    cards.add()
    cards.look()
    assert cards.state()[:2] == ("paused", "fraud")


def test_d_13_credits_that_are_owed_pause_again_what_a_card_has_lifted() -> None:
    """D13: one pause covers the other while it lasts, and must not end it."""
    cards, _ = paused_cards()
    newest = cards.desk.policies.newest("insurestack")
    assert newest is not None
    cards.desk.policies.put(replace(newest.policy, shortfall_pauses=True))
    book = cards.desk.books.books["acme", "credits"]
    cards.desk.books.books["acme", "credits"] = replace(book, debt=5)
    cards.add()
    cards.look()
    assert cards.state() == ("paused", "shortfall", {"shortfall"})


def test_mk_26_a_crash_at_any_call_of_the_look_is_made_good_by_the_next() -> None:
    """Ahead of the call's effect and right after it; a pause is never lost nor left in a book."""
    places = 0
    for moment in ("before", "after"):
        for at in range(1, 60):
            countdown = Countdown(10_000, moment)
            cards = Cards(wrap=countdown.wrap)
            cards.add()
            cards.look()
            cards.fail_payment()
            name = cards.add()
            countdown.left = at
            try:
                cards.look()
            except Crash:
                places += 1
            else:
                break
            cards.hear()
            assert (cards.look().default, cards.state()) == (name, ACTIVE), (moment, at, countdown.crashed_in)
        else:
            pytest.fail("the look does not end")
    assert places > 15


# --- a purchase that keeps its card -----------------------------------------------------------------------------------------


def paid(cards: Cards, *, keeps: bool = True, key: str = "key-1") -> tuple[Purchase, str]:
    """A purchase, paid with a card that stays on file where it is asked for; nobody has heard of it yet."""
    bought = cards.desk.buy(TopUpItem(30), key, save_payment_method=keeps).purchase
    cards.desk.pay(bought)
    session = str(bought.gateway_refs.checkout_session)
    name = cards.gateway.put_on_file(bought.customer or "", cards.desk.clock.now()) if keeps else ""
    payment = cards.gateway.sessions[session].payment
    assert payment is not None
    cards.gateway.say(session, payment=replace(payment, payment_method=name or "pm_gone"))
    return bought, name


def test_is_59_a_card_kept_by_a_purchase_is_listed_and_is_the_default_where_it_is_alone() -> None:
    cards = Cards()
    bought, name = paid(cards)
    handle_event(an_event(bought), desk=cards.sales)
    assert cards.gateway.files[CUSTOMER].default == name
    again, _ = paid(cards, key="key-2")
    handle_event(an_event(again), desk=cards.sales)
    assert (cards.look().default, len(cards.look().cards)) == (name, 2)


def test_a_purchase_that_keeps_no_card_asks_nobody_about_cards() -> None:
    cards = Cards()
    bought, _ = paid(cards, keeps=False)
    handle_event(an_event(bought), desk=cards.sales)
    assert "card_file" not in cards.gateway.calls


@pytest.mark.parametrize("keeps", [True, False])
def test_mk_26_a_purchase_by_hand_while_paused_lifts_the_pause_only_if_its_card_is_saved(keeps: bool) -> None:
    cards, failed = paused_cards()
    bought, name = paid(cards, keeps=keeps)
    assert handle_event(an_event(bought), desk=cards.sales).state == "completed"
    assert cards.state() == (ACTIVE if keeps else PAUSED)
    assert cards.look().default == (name if keeps else failed)


def test_mk_26_recheck_lifts_the_pause_where_no_event_came() -> None:
    cards, _ = paused_cards()
    bought, name = paid(cards)
    assert recheck_purchase("acme", bought.purchase_id, ADMIN, desk=cards.sales).state == "completed"
    assert (cards.gateway.files[CUSTOMER].default, cards.state()) == (name, ACTIVE)


def test_mk_26_the_schedule_lifts_the_pause_where_nobody_asks() -> None:
    cards, _ = paused_cards()
    _, name = paid(cards)
    cards.desk.clock.instant += HOUR
    look_at_purchases(cards.sales, cards.desk.purchases)
    assert (cards.gateway.files[CUSTOMER].default, cards.state()) == (name, ACTIVE)


def test_a_plans_checkout_keeps_its_card_as_the_default() -> None:
    cards = Cards()
    cards.add()
    cards.look()
    bought, name = paid(cards)
    row = cards.desk.row(bought)
    plan = replace(row, item=PlanItem("annual"), state="completed", save_payment_method=False)
    keep_card(replace(plan, state="pending"), desk=cards.sales)
    assert cards.look().default != name
    keep_card(plan, desk=cards.sales)
    assert cards.look().default == name
    newer = cards.add()
    cards.look()
    keep_card(plan, desk=cards.sales)
    assert cards.look().default == newer, "heard of again, it has had its turn"
