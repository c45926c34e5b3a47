"""Changes of plan as they were found from outside: two pages paid, a card that is seen late, keys of what takes no money."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

import pytest

from lotbook.domain.values.errors import CheckoutRequired, IdempotencyKeyReused, NothingToResume
from lotbook.usecases.accounts import follow_plan
from lotbook.usecases.credits.balance import read_balance
from tests.fakes.changing import ChangingDesk, subscriber
from tests.fakes.samples import instant
from tests.fakes.subscription_records import ASKS


@pytest.mark.parametrize(
    "order", [("starter", "growth"), ("growth", "starter")], ids=["in order", "the later one first"]
)
def test_t20_of_two_pages_that_were_paid_the_later_plan_counts_and_the_earlier_ones_credits_go_on(
    order: tuple[str, str],
) -> None:
    """S5: both orders were frozen on the plan without a price, so neither said what becomes of the other's credits."""
    desk = ChangingDesk("gocontent", "2027-01-31T12:00:00")
    pages = {plan_id: desk.ordered(plan_id) for plan_id in ("starter", "growth")}
    for plan_id in ("starter", "growth"):
        desk.pay(pages[plan_id])
        desk.clock.instant += 600_000
    for plan_id in order:
        desk.settle(pages[plan_id])
    assert (desk.plan, desk.read()) == ("growth", (140, 0))
    assert len(desk.live()) == 1


def test_t2_x_25_an_upgrade_with_a_card_that_is_seen_only_now_voids_the_unpaid_renewal_and_charges_once() -> None:
    """S6: the look at the cards inside the change paid the old invoice first."""
    desk = subscriber("plus", "insurestack", "2027-03-01T09:00:00")
    desk.gateway.let_card(desk.card, "insufficient_funds")
    desk.go_to("2027-04-01T11:00:00")
    desk.read()
    desk.settle_renewals()
    assert desk.account.subscription is not None
    assert desk.account.subscription.failed_start is not None
    customer = desk.account.gateway_customer or ""
    desk.gateway.set_default(customer, desk.gateway.put_on_file(customer, desk.clock.now()), None)
    before = desk.charged()
    assert desk.change("pro").charge_minor == 20_000
    assert desk.charged() - before == 20_000
    assert desk.collectable() == []
    assert desk.read() == (360, 0)


def test_d_03_the_key_of_a_change_without_a_charge_answers_the_same_again_and_takes_no_other_body() -> None:
    """Whatever has become of the wish since; a refusal is not remembered."""
    desk = subscriber("growth")
    first = desk.change("starter", key="down")
    desk.change("growth", key="stay")
    again = desk.change("starter", key="down")
    assert (again, again.replayed, first.replayed) == (replace(first, replayed=True), True, False)
    assert desk.account.subscription is not None
    assert desk.account.subscription.next_plan is None, "a replay wishes nothing anew"
    with pytest.raises(IdempotencyKeyReused):
        desk.change("agency", key="down")
    with pytest.raises(NothingToResume):
        desk.change("growth", key="nothing")
    assert desk.change("starter", key="nothing").effect == "period_end"


def test_e2_a_renewal_that_is_paid_and_not_heard_of_yet_is_heard_of_before_the_change() -> None:
    """It was void as if nobody had paid it: forty credits that forty dollars had bought were gone."""
    desk = subscriber("starter")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    assert desk.states() == ["processing"], "the event of its payment is held"
    desk.change("growth")
    assert (desk.read(), desk.charged(), desk.states()) == ((140, 0), 4_000 + 4_000 + 9_000, ["completed"])
    assert desk.collectable() == []
    desk.check()


def test_e1_a_lot_that_a_reader_grants_while_its_period_is_confirmed_does_not_stay_provisional(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The reader's turn had swapped the book and not yet written the ledger: the settler saw no lot."""
    desk = subscriber("starter")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    see, looks = follow_plan._granted, count()
    monkeypatch.setattr(follow_plan, "_granted", lambda *asked: {} if next(looks) == 0 else see(*asked))
    desk.settle_renewals()
    assert desk.states() == ["completed"]
    assert next(looks) > 1
    (lot,) = read_balance("acme", "credits", desk=desk.sales.credits).lots
    assert (lot.remaining, lot.state) == (40, "open")


def test_e2_a_plan_that_is_cancelled_after_a_retry_paid_it_goes_on_to_the_end_of_what_was_paid() -> None:
    """The failure was heard of and the payment was not: cancelled as unpaid, the plan ended at once."""
    desk = subscriber("starter")
    desk.gateway.let_card(desk.card, "insufficient_funds")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    desk.settle_renewals()
    desk.gateway.let_card(desk.card, None)
    (waiting,) = desk.collectable()
    desk.gateway.pay_invoice(waiting, desk.card)
    account = desk.cancel()
    assert account.subscription is not None
    assert account.subscription.cancel_at == instant("2027-03-31T12:00:00Z")
    assert (desk.read(), desk.states(), desk.charged()) == ((40, 0), ["completed"], 8_000)
    desk.check()


def test_e2_a_change_that_waited_for_the_bank_hears_of_a_renewal_that_was_paid_meanwhile() -> None:
    """Asked for in the draft hour, authenticated after the renewal was paid; no event of that had arrived."""
    desk = subscriber("starter")
    desk.go_to("2027-02-28T12:10:00")
    desk.gateway.let_card(desk.card, ASKS)
    with pytest.raises(CheckoutRequired):
        desk.change("growth")
    (row,) = [row for row in desk.purchases.rows.values() if row.is_by_card]
    desk.gateway.let_card(desk.card, None)
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    assert desk.states() == ["processing"]
    assert desk.gateway.pay_page(row.gateway_refs.invoice or "", desk.card)
    settled = desk.settle(row)
    assert (settled.state, desk.states()) == ("completed", ["completed"])
    assert (desk.plan, desk.read()) == ("growth", (140, 0))
    desk.check()
