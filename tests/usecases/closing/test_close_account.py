"""An account that is closed: nothing is burned, bought, granted or charged from then on, and what was paid for is not lost."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

import pytest

from lotbook.domain.accounts.pauses import with_pause, without_pause
from lotbook.domain.credits.requests import BatchItem, BurnRequest, HoldRequest, ResolveHold
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values.errors import AccountClosed, AccountNotFound, NotEligible, Unavailable
from lotbook.domain.values.instants import HOUR, MINUTE
from lotbook.usecases.accounts.read_account import read_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.closing.close_account import LAST_LOOK, close_account
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.consume_batch import consume_batch
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.resolve_hold import resolve_hold
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.sales.cards import SetupRequest, set_up_card
from lotbook.usecases.sales.follow_cards import follow_cards
from tests.fakes.automating import CUSTOMER, Automating
from tests.fakes.changing import ChangingDesk, subscriber
from tests.fakes.closings import FakePasses, close, closing_desk, sweep_closings
from tests.fakes.crashes import MOMENTS, Countdown, Crash
from tests.fakes.desk import Desk, an_event
from tests.fakes.samples import member

MAX_CALLS = 150


def burner() -> Automating:
    """Ten thousand plan credits and more, and a card."""
    return Automating(on=False)


def state(desk: Desk) -> str:
    account = desk.accounts.get("acme")
    assert account is not None
    return account.state


def test_a_closed_account_burns_and_holds_nothing_and_says_that_it_is_closed() -> None:
    desk = burner()
    close(desk)
    for refused in (
        lambda: consume("acme", "k-1", BurnRequest(1), desk=desk.burning),
        lambda: hold("acme", "k-2", HoldRequest(1), desk=desk.burning),
        lambda: consume_batch(
            "acme", [BatchItem("k-3", BurnRequest(1)), BatchItem("k-4", BurnRequest(1))], desk=desk.burning
        ),
    ):
        with pytest.raises(AccountClosed):
            refused()
    desk.check()


def test_what_was_burned_before_closing_is_answered_again() -> None:
    desk = burner()
    first = consume("acme", "k-1", BurnRequest(5), desk=desk.burning)
    close(desk)
    again = consume("acme", "k-1", BurnRequest(5), desk=desk.burning)
    assert (again.entry_id, again.replayed) == (first.entry_id, True)
    mixed = consume_batch(
        "acme", [BatchItem("k-1", BurnRequest(5)), BatchItem("k-2", BurnRequest(5))], desk=desk.burning
    )
    assert [(each.status, each.code) for each in mixed.results] == [("replayed", None), ("refused", "account_closed")]


def test_a_hold_that_was_open_at_closing_is_captured_and_gives_back_the_rest() -> None:
    """The work was under way, and its credits were set aside for it."""
    desk = burner()
    held = hold("acme", "k-1", HoldRequest(40), desk=desk.burning)
    close(desk)
    done = resolve_hold("acme", ResolveHold(held.hold_id, "k-2", 30), desk=desk.burning)
    assert (done.captured, done.released) == (30, 10)
    desk.check()
    desk.audited()


def test_a_closed_account_gets_no_credits_of_a_new_period_and_keeps_what_it_had_until_it_expires() -> None:
    desk = burner()
    before = desk.has()
    close(desk)
    assert desk.has() == before
    desk.clock.instant += 40 * 24 * HOUR
    renew_account("acme", accounts=desk.accounts, policies=desk.policies, desk=desk.sales.credits)
    assert desk.has() == (0, 0)
    desk.check()
    desk.audited()


def test_a_pause_does_not_outlive_closing_nor_open_the_account_again() -> None:
    desk = burner()
    desk.accounts.save(with_pause(desk.account, "payment_failed"))
    desk.sales.follow_pauses("acme")
    close(desk)
    assert (desk.account.state, desk.account.pause_reason, desk.account.pause_reasons) == ("closed", None, ())
    assert without_pause(desk.account, "payment_failed") == desk.account
    with pytest.raises(AccountClosed):
        desk.use(1)


def test_closing_switches_automatic_purchase_off_and_an_empty_account_buys_nothing() -> None:
    desk = Automating()
    close(desk)
    assert (desk.record.enabled, desk.record.off_reason, desk.flag()) == (False, "closed", False)
    assert desk.refused(10**9) == "account_closed"
    assert (desk.rows(), desk.charged()) == ([], 0)


def test_a_claim_that_nobody_has_charged_yet_is_given_up() -> None:
    desk = Automating()
    desk.refused(desk.has()[0] + 1)
    assert desk.record.charge is not None
    close(desk)
    assert (desk.states(), desk.charged()) == (["failed"], 0)
    assert desk.account.auto == replace(desk.record, charge=None)
    desk.check()


def test_closing_ends_the_subscription_its_schedule_and_what_it_would_collect() -> None:
    desk = subscriber("starter")
    desk.go_to("2027-02-28T12:00:30")  # the renewal's draft is there
    desk.read()
    assert desk.collectable()
    close(desk)
    assert (desk.live(), desk.collectable()) == ([], [])
    assert desk.account.plan_renews is False
    charged = desk.charged()
    desk.go_to("2027-06-30T12:00:00")
    desk.settle_renewals()
    assert (desk.charged(), desk.states()[-1]) == (charged, "failed")
    desk.check()


def test_what_was_paid_for_stays_and_ends_when_it_would_have_ended() -> None:
    desk = subscriber("starter")
    before = desk.read()
    close(desk)
    assert desk.read() == before
    desk.go_to("2027-03-01T12:00:00")
    assert desk.read() == (0, 0)
    desk.check()


def test_closing_takes_every_card_off_file_and_one_that_comes_later_goes_too() -> None:
    desk = Automating()
    page = set_up_card(SetupRequest("acme"), member("admin"), desk=desk.sales)
    close(desk)
    assert desk.gateway.card_file(CUSTOMER).cards == ()
    with pytest.raises(AccountClosed):
        set_up_card(SetupRequest("acme"), member("admin"), desk=desk.sales)
    desk.gateway.finish_setup(page, desk.clock.now())
    assert follow_cards("acme", desk=desk.sales).cards == ()
    assert desk.gateway.card_file(CUSTOMER).cards == ()


def test_closing_ends_open_pages_and_nothing_is_bought_any_more() -> None:
    desk = Desk()
    order = desk.buy(TopUpItem(30)).purchase
    close(desk)
    assert (desk.row(order).state, desk.gateway.sessions[order.gateway_refs.checkout_session or ""].state) == (
        "abandoned",
        "expired",
    )
    with pytest.raises(NotEligible) as refused:
        desk.buy(TopUpItem(30), key="key-2")
    assert refused.value.code == "account_closed"


def test_money_that_was_paid_at_the_moment_of_closing_is_settled_and_rings(caplog: pytest.LogCaptureFixture) -> None:
    desk = Desk()
    order = desk.buy(TopUpItem(30)).purchase
    desk.pay(order)
    with caplog.at_level(logging.ERROR):
        close(desk)
    assert (desk.row(order).state, desk.available()) == ("completed", 30)
    assert "paid_after_closing" in caplog.text


def test_a_plan_whose_page_was_paid_too_late_ends_at_the_gateway_with_the_next_look(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The gateway could not be asked to end the page; its buyer paid, then the webhook came."""
    desk = ChangingDesk("gocontent", "2027-01-31T12:00:00")
    order = desk.ordered("starter")
    desk.gateway.later["expire_checkout"] = ["before"] * 9
    desk.gateway.later["subscriptions"] = ["before"] * 9
    close(desk)
    desk.gateway.later.clear()
    desk.pay(order)
    with caplog.at_level(logging.ERROR):
        handle_event(an_event(desk.row(order)), desk=desk.sales)
    assert "paid_after_closing" in caplog.text
    sweep_closings(desk)
    assert (desk.live(), desk.account.plan_renews, desk.account.state) == ([], False, "closed")
    desk.check()


def test_an_account_that_is_not_there_is_not_closed() -> None:
    with pytest.raises(AccountNotFound):
        close_account("nobody", "left", "backend", desk=closing_desk(Desk()))


def test_the_first_reason_stays_and_closing_again_changes_nothing() -> None:
    desk = Desk()
    close(desk, "left")
    first = desk.accounts.get("acme")
    desk.clock.instant += HOUR
    close(desk, "another reason")
    assert desk.accounts.get("acme") == first


def test_who_is_signed_in_to_the_billing_page_is_so_no_more() -> None:
    desk, passes = Desk(), FakePasses()
    close_account("acme", "left", "backend", desk=closing_desk(desk, passes))
    assert passes.rounds["acme"] == 1


# --- faults -----------------------------------------------------------------------------------------------------------


def test_a_gateway_that_does_not_answer_keeps_nobody_and_hears_of_it_later() -> None:
    desk = subscriber("starter")
    desk.gateway.later["subscriptions"] = ["before"] * 9
    close(desk)
    assert (state(desk), len(desk.live())) == ("closed", 1)
    with pytest.raises(Exception, match="could not be done"):
        _at(desk, 5 * MINUTE)
    desk.gateway.later.clear()
    _at(desk, HOUR)
    assert (desk.live(), desk.closings.due) == ([], {})


def _at(desk: Desk, later: int) -> None:
    desk.clock.instant += later
    sweep_closings(desk)


def test_the_schedule_looks_once_more_for_an_order_that_was_being_placed_and_then_no_more() -> None:
    desk = Desk()
    close(desk)
    racing = desk.accounts.get("acme")
    assert racing is not None
    desk.accounts._items["acme"] = replace(racing, state="active")  # as the order's process has read it
    order = desk.buy(TopUpItem(30)).purchase
    desk.accounts._items["acme"] = racing
    _at(desk, 5 * MINUTE)
    assert desk.row(order).state == "abandoned"
    assert desk.closings.due == {"acme": racing.closing.at + LAST_LOOK}
    _at(desk, HOUR)
    assert desk.closings.due == {}


def test_a_look_that_somebody_asked_for_meanwhile_is_not_forgotten() -> None:
    desk = Desk()
    close(desk)
    desk.clock.instant += LAST_LOOK
    was = desk.closings.get

    def racing(account_id: str) -> object:
        found = was(account_id)
        desk.closings.ask(account_id, desk.clock.now())
        return found

    desk.closings.get = racing  # type: ignore[method-assign, assignment]
    sweep_closings(desk)
    assert desk.closings.due == {"acme": desk.clock.now()}


def test_one_order_that_cannot_be_ended_keeps_no_other_and_no_card() -> None:
    desk = Automating(on=False)
    first, second = (desk.buy(TopUpItem(30_000), key=f"key-{n}").purchase for n in (1, 2))
    desk.gateway.sessions.pop(second.gateway_refs.checkout_session or "")
    with suppress(KeyError):
        close(desk)
    assert (desk.row(first).state, desk.gateway.card_file(CUSTOMER).cards) == ("abandoned", ())


def _subscriber(wrap: Callable[..., object]) -> ChangingDesk:
    desk = subscriber("starter", wrap=wrap)
    desk.buy(TopUpItem(30_000), key="open-page")
    return desk


@pytest.mark.parametrize("moment", MOMENTS)
def test_d5_a_crash_at_any_call_of_closing_is_made_up_for_by_the_schedule_or_the_same_call(moment: str) -> None:
    calls = 0
    for at in range(1, MAX_CALLS):
        countdown = Countdown(10**9, moment)
        desk = _subscriber(countdown.wrap)
        countdown.left = at
        try:
            close(desk)
        except Crash:
            calls += 1
        else:
            break
        countdown.left = 10**9
        if state(desk) != "closed":
            close(desk)
        for later in (6 * MINUTE, HOUR):
            _at(desk, later)
        assert (state(desk), desk.live(), desk.collectable()) == ("closed", [], []), countdown.crashed_in
        assert desk.gateway.card_file(desk.account.gateway_customer or "").cards == (), countdown.crashed_in
        assert not [row for row in desk.purchases.rows.values() if row.state in ("pending", "processing")], (
            countdown.crashed_in
        )
        assert desk.closings.due == {}, countdown.crashed_in
        with pytest.raises(AccountClosed):
            consume("acme", "k-1", BurnRequest(1), desk=desk.sales.credits)
        desk.check()
    assert 10 < calls < MAX_CALLS - 1


def test_a_closing_that_never_came_so_far_as_the_account_is_forgotten() -> None:
    """Whoever asked had no answer; the account is as open as before."""
    desk = Desk()
    desk.closings.ask("acme", desk.clock.now())
    sweep_closings(desk)
    assert (state(desk), desk.closings.due) == ("active", {})


def test_what_a_closed_account_shows() -> None:
    desk = Desk()
    close(desk)
    view = read_account("acme", accounts=desk.accounts, policies=desk.policies, desk=desk.sales.credits)
    assert (view.account.state, view.credits_reset_at) == ("closed", None)


def test_unavailable_books_are_told_to_the_caller_and_the_schedule_marks_them() -> None:
    desk = Desk()
    real = desk.books.pause

    def down(*_: object, **__: object) -> object:
        raise Unavailable

    desk.books.pause = down  # type: ignore[method-assign,assignment]
    with pytest.raises(Unavailable):
        close(desk)
    desk.books.pause = real  # type: ignore[method-assign]
    _at(desk, 6 * MINUTE)
    with pytest.raises(AccountClosed):
        consume("acme", "k-1", BurnRequest(1), desk=desk.sales.credits)
