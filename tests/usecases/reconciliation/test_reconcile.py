"""Reconciliation over a whole desk in memory: what it finds, what it repairs, what rings, and that it is bounded."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any, NoReturn

import pytest
from botocore.exceptions import ClientError

from lotbook.domain.reconciliation.differences import ComparedPeriod, MovedBack
from lotbook.domain.sales.gateway import CheckoutFacts, PaymentFacts
from lotbook.domain.sales.items import PlanItem, TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values import instants
from lotbook.domain.values.errors import BrokenInvariant, Unavailable
from lotbook.usecases.reconciliation.reconcile import MAX_SILENT_IN_A_ROW
from lotbook.usecases.sales.abandon_purchase import abandon_purchase
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.fakes.office import ADMIN, LONG, Office
from tests.fakes.samples import account_on

STORE_REFUSES = ClientError({"Error": {"Code": "ValidationException", "Message": "Item size"}}, "UpdateItem")


def _raise(error: Exception) -> NoReturn:
    raise error


@pytest.fixture
def rings(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.ERROR, "lotbook.alarm")
    return caplog


def test_a_world_in_order_has_no_difference_and_nothing_is_written(rings: pytest.LogCaptureFixture) -> None:
    office = Office()
    for number in range(5):
        office.settled(f"key-{number}")
    office.desk.buy(key="open")
    run = office.run()
    assert (run.repaired, run.open, run.shown, run.more) == (0, 0, (), False)
    assert {phase: count for phase, count in run.compared.items() if count} == {"checkouts": 6, "purchases": 6}
    assert office.journal.noted == {}
    assert office.journal.runs == {}
    assert not rings.text


def test_d_05_d_09_paid_and_forgotten_is_completed_by_the_same_use_case_and_journaled(
    rings: pytest.LogCaptureFixture,
) -> None:
    """D5, D9: neither webhook nor recheck nor sweep came."""
    office = Office()
    office.paid()
    run = office.run()
    assert (run.repaired, run.open) == (1, 0)
    assert (office.desk.row().state, office.desk.available()) == ("completed", 30)
    assert office.outcomes() == [("paid_but_not_completed", "found"), ("paid_but_not_completed", "repaired")]
    assert not rings.text
    assert office.run().shown == (), "the second run finds a world in order"
    assert len(office.desk.entries()) == 1


@pytest.mark.parametrize(
    "tampered",
    [
        {"total_minor": 1},
        {"currency": "eur"},
        {"discount_minor": 5},
        {"customer": "cus_other"},
        {"payment": PaymentFacts("pi_1", "succeeded", "usd", 1, None)},
    ],
)
def test_d_08_money_that_does_not_match_stays_open_rings_once_a_day_and_grants_nothing(
    tampered: dict[str, Any], rings: pytest.LogCaptureFixture
) -> None:
    """D8."""
    office = Office()
    office.paid(**tampered)
    for _ in range(3):
        run = office.run()
        assert (run.repaired, run.open) == (0, 1)
    assert rings.text.count("reconciliation_difference") == 1
    assert office.desk.available() == 0
    office.desk.clock.instant += instants.DAY
    office.run()
    assert rings.text.count("reconciliation_difference") == 2


def test_d_05_money_of_an_unknown_purchase_is_kept_with_its_amount_and_rings(rings: pytest.LogCaptureFixture) -> None:
    """D5: the row is gone, the money is not."""
    office = Office()
    session = office.paid()
    row = office.desk.row()
    office.desk.purchases.rows.clear()
    for _ in range(2):
        run = office.run()
        assert [(each.difference.kind, each.outcome) for each in run.shown] == [("paid_unknown_purchase", "open")]
    stray = office.desk.strays.strays(10)[0].stray
    assert (stray.session, stray.account_id, stray.purchase_id) == (session, "acme", row.purchase_id)
    assert (stray.total_minor, stray.currency) == (row.total_minor, "usd")
    assert rings.text.count("paid_unknown_purchase") == 1


def test_d_06_a_second_payment_for_one_purchase_is_kept_as_a_stray(rings: pytest.LogCaptureFixture) -> None:
    """D6: never a second grant."""
    office = Office()
    session = office.settled()
    facts = office.desk.gateway.sessions[session]
    second = PaymentFacts("pi_second", "succeeded", "usd", facts.total_minor, None)
    office.desk.gateway.sessions["cs_second"] = replace(facts, session="cs_second", payment=second)
    run = office.run()
    assert [each.difference.kind for each in run.shown] == ["paid_twice"]
    assert office.desk.strays.kept["pi_second"].session == "cs_second"
    assert office.desk.available() == 30
    assert "paid_twice" in rings.text


def test_d_02_a_worker_that_died_after_the_grant_is_finished(rings: pytest.LogCaptureFixture) -> None:
    """D2, D5: lot there, state not. The session is outside the period, the purchase is inside."""
    office = Office()
    session = office.settled()
    office.rewrite(state="pending", completed_at=None)
    office.lists.unlisted.add(session)
    run = office.run()
    found = [(each.difference.kind, each.outcome) for each in run.shown]
    assert ("granted_without_completed", "repaired") in found
    assert (office.desk.row().state, office.desk.available(), len(office.desk.entries())) == ("completed", 30, 1)
    assert not rings.text


def test_d_05_a_completed_purchase_whose_lot_is_not_there_gets_it() -> None:
    """D5: should never be; the grant is once by the lot's id, so it is safe."""
    office = Office()
    office.settled()
    office.desk.books.__init__()  # type: ignore[misc]
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("completed_without_lot", "repaired")]
    assert office.desk.available() == 30


def test_d_05_a_completed_plan_that_the_account_does_not_know_is_given_to_it() -> None:
    """D5: should never be; a term is kept once by its purchase, so it is safe."""
    office = Office(2, "9pic", "payg")
    bought = office.desk.buy(PlanItem("pro")).purchase
    office.desk.pay(bought)
    settle_purchase("acme", bought.purchase_id, desk=office.desk.sales)
    accounts = office.desk.accounts
    lost = account_on("9pic", "payg")
    accounts._items["acme"] = replace(lost, version=accounts._items["acme"].version, gateway_customer="cus_1")
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("completed_without_plan", "repaired")]
    account = accounts.get("acme")
    assert account is not None
    assert (account.plan_id, account.plan_purchase_id) == ("pro", office.desk.row().purchase_id)


def test_a_missing_lot_of_a_refunded_purchase_is_left_to_people(rings: pytest.LogCaptureFixture) -> None:
    office = Office()
    office.settled()
    office.desk.books.__init__()  # type: ignore[misc]
    office.rewrite(state="refunded", refunded_minor=office.desk.row().total_minor)
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("completed_without_lot", "open")]
    assert office.desk.available() == 0
    assert "completed_without_lot" in rings.text


@pytest.mark.parametrize(
    "said",
    [
        {"payment_state": "unpaid", "payment": None},
        {"state": "expired", "payment_state": "unpaid", "payment": None},
        {"payment_state": "unpaid", "payment": PaymentFacts("pi_1", "processing", "usd", 0, None)},
    ],
)
def test_d_07_credits_without_the_money_ring_and_are_not_touched(
    said: dict[str, Any], rings: pytest.LogCaptureFixture
) -> None:
    """D7."""
    office = Office()
    office.desk.gateway.say(office.settled(), **said)
    assert [each.difference.kind for each in office.run().shown] == ["completed_but_not_paid"]
    assert office.desk.available() == 30
    assert "completed_but_not_paid" in rings.text


def test_credits_whose_checkout_the_gateway_does_not_know_ring(rings: pytest.LogCaptureFixture) -> None:
    office = Office()
    office.lists.gone.add(office.settled())
    (shown,) = office.run().shown
    assert (shown.difference.kind, shown.difference.fields) == ("completed_but_not_paid", ("missing",))


def test_np_28_an_open_page_of_an_abandoned_purchase_is_ended_so_that_nobody_pays_it() -> None:
    office = Office()
    bought = office.desk.buy(TopUpItem(30)).purchase
    office.rewrite(state="abandoned", check_at=None)
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("open_session_of_abandoned", "repaired")]
    assert office.desk.gateway.sessions[bought.gateway_refs.checkout_session or ""].state == "expired"
    abandon_purchase("acme", bought.purchase_id, ADMIN, desk=office.desk.sales)
    assert office.desk.row().state == "abandoned"


def test_np_31_pages_that_ended_unheard_of_are_noted() -> None:
    office = Office()
    bought = office.desk.buy(TopUpItem(30)).purchase
    office.desk.gateway.say(bought.gateway_refs.checkout_session or "", state="expired", url=None)
    assert [each.outcome for each in office.run().shown] == ["repaired"]
    assert office.desk.row().state == "abandoned"


def test_d_10_d_11_refunds_that_nobody_heard_of_take_their_credits_back() -> None:
    """D10, D11, D12: two partials and a dispute of another payment, through the same use case as their events."""
    office = Office()
    sessions = [office.settled(f"key-{number}") for number in range(2)]
    first, second = (office.desk.gateway.sessions[session] for session in sessions)
    assert first.payment is not None
    assert second.payment is not None
    for _ in range(2):
        made = office.desk.gateway.send_back(first.payment.payment_intent, 1_000)
        office.lists.moved.append(MovedBack("refund", made.refund, first.payment.payment_intent, first.tag))
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("refunded_not_clawed", "repaired")]
    assert office.desk.available() == 60 - 20
    assert office.run().shown == ()
    assert sorted(row.state for row in office.desk.purchases.rows.values()) == ["completed", "partially_refunded"]


def test_a_dispute_about_money_that_nobody_knows_rings(rings: pytest.LogCaptureFixture) -> None:
    office = Office()
    session = office.settled()
    facts = office.desk.gateway.sessions[session]
    office.lists.moved.append(MovedBack("dispute", "du_1", "pi_9", replace(facts.tag, purchase_id="pur_gone")))
    assert [each.difference.kind for each in office.run().shown] == ["dispute_of_unknown_purchase"]
    assert "dispute_of_unknown_purchase" in rings.text


def test_one_repair_that_is_refused_does_not_keep_the_others_from_theirs(
    rings: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office()
    for number in range(3):
        office.paid(f"key-{number}")
    office.desk.gateway.later = {"checkout": ["before"]}
    run = office.run()
    assert (run.repaired, run.open) == (2, 1)
    assert office.desk.available() == 60
    assert "repair_refused" in rings.text
    assert office.run().repaired == 1


@pytest.mark.parametrize(
    "raised", [BrokenInvariant("poisoned"), KeyError("x"), RecursionError(), STORE_REFUSES], ids=repr
)
def test_s4_one_account_whose_repair_raises_anything_keeps_no_other_from_its_own(
    raised: Exception, rings: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S4: only an Outcome was caught, so the run ended there, and every run after it ended at the same page."""
    office = Office()
    sessions = [office.paid(f"key-{number}") for number in range(5)]
    poisoned = office.desk.gateway.sessions[sessions[0]].tag.purchase_id
    save = office.desk.purchases.save

    def refuse(purchase: Purchase) -> Purchase:
        if purchase.purchase_id == poisoned:
            raise raised
        return save(purchase)

    monkeypatch.setattr(office.desk.purchases, "save", refuse)
    run = office.run()
    assert (run.repaired, run.open, run.more, office.desk.available()) == (4, 1, False, 120)
    assert {(failure.what, failure.account_id) for failure in run.failures} == {
        ("repair of paid_but_not_completed", "acme")
    }
    assert all(failure.error is raised for failure in run.failures)
    assert '"what":"repair of paid_but_not_completed","account_id":"acme"' in rings.text
    monkeypatch.undo()
    assert office.run().repaired == 1


def test_s4_what_cannot_even_be_compared_is_named_and_the_rest_is_compared(
    rings: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    office = Office()
    sessions = [office.paid(f"key-{number}") for number in range(5)]
    poisoned = office.desk.gateway.sessions[sessions[2]].tag.purchase_id
    get = office.desk.purchases.get
    monkeypatch.setattr(office.desk.purchases, "get", lambda a, p: {}[p] if p == poisoned else get(a, p))
    run = office.run()
    assert (run.repaired, run.compared["checkouts"], run.compared["purchases"]) == (4, 4, 4)
    assert {failure.name for failure in run.failures} == {sessions[2], poisoned}
    assert rings.text.count("work_failed") == 2


def test_s4_a_second_look_that_fails_leaves_the_difference_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows what the repair has done."""
    office = Office()
    session = office.paid()
    checkout, asked = office.desk.gateway.checkout, []

    def once(name: str) -> CheckoutFacts:
        asked.append(name)
        return checkout(name) if len(asked) == 1 else {}[name]

    monkeypatch.setattr(office.desk.gateway, "checkout", once)
    run = office.run()
    assert [(each.difference.kind, each.outcome) for each in run.shown] == [("paid_but_not_completed", "open")]
    assert [(failure.what, failure.name) for failure in run.failures] == [("second look", session)]


def test_s4_a_store_that_answers_nobody_ends_the_run_where_it_is_and_one_account_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The progress stays before that page. One account of which nothing is answered is not the whole other side."""
    office = Office(100)
    for number in range(MAX_SILENT_IN_A_ROW + 2):
        office.paid(f"key-{number}")
    monkeypatch.setattr(office.desk.purchases, "get", lambda *_: _raise(Unavailable()))
    assert not office.run().more, "one account"
    for number, (session, facts) in enumerate(list(office.desk.gateway.sessions.items())):
        office.desk.gateway.sessions[session] = replace(facts, tag=replace(facts.tag, account_id=f"acme-{number}"))
    with pytest.raises(Unavailable):
        office.run()


def test_a_run_stops_in_time_and_the_next_goes_on_where_it_was() -> None:
    office = Office()
    for number in range(7):
        office.paid(f"key-{number}")
    left = iter([LONG] * 6 + [0] * 100)
    run = office.run(time_left=lambda: next(left))
    assert run.more
    repaired = run.repaired
    assert 0 < repaired < 7
    assert office.run(time_left=lambda: 0).compared["checkouts"] == 0
    office.lists.asked.clear()
    run = office.run()
    assert not run.more
    assert repaired + run.repaired == 7
    assert office.lists.asked.count("checkouts") < 4, "what was compared is not listed again"
    assert office.desk.available() == 7 * 30


def test_a_run_is_bounded_by_pages() -> None:
    office = Office()
    for number in range(7):
        office.settled(f"key-{number}")
    runs = 0
    while office.run(max_pages=1).more:
        runs += 1
        assert runs < 50
    assert runs == 4 + 5 + 4 + 1 - 1, (
        "checkouts; two kinds of invoices, subscriptions, refunds, disputes; purchases, strays"
    )


def test_a_gateway_that_does_not_list_is_asked_again_from_there() -> None:
    office = Office()
    for number in range(5):
        office.paid(f"key-{number}")
    office.run(max_pages=1)
    office.lists.fails = 1
    with pytest.raises(Unavailable):
        office.run()
    assert office.run().repaired == 3


def test_a_session_that_was_listed_is_not_fetched_again_and_one_that_waits_is_the_schedules() -> None:
    """One gateway read a purchase at most: 25 a second are all that the gateway takes."""
    office = Office(100)
    listed, unlisted = office.settled("key-1"), office.settled("key-2")
    waiting = office.desk.buy(TopUpItem(30), key="key-3").purchase.gateway_refs.checkout_session or ""
    office.lists.unlisted |= {unlisted, waiting}
    assert office.run().shown == ()
    lists = ["checkouts", "plan_invoices", "auto_invoices", "subscriptions", "refunds", "disputes"]
    assert office.lists.asked == [*lists, unlisted]
    assert listed not in office.lists.asked


def test_periods_that_somebody_names_are_runs_of_their_own() -> None:
    office = Office()
    office.paid()
    now = office.desk.clock.now()
    office.run(max_pages=1)
    before = ComparedPeriod(0, now // 1_000 * 1_000 - 1_000)
    run = office.run(before)
    assert (run.period, run.compared["purchases"]) == (before, 0)
    assert list(office.journal.runs) == ["scheduled"]


def test_the_schedules_period_ends_with_the_present_second() -> None:
    """A frozen clock on a whole second: what was made in this second counts."""
    office = Office()
    now = office.desk.clock.now()
    run = office.run()
    assert run.period.holds(now)
    assert run.period.start == now - 3 * instants.DAY
