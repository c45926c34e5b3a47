"""Events: hints that are doubled, late, out of order, foreign or about nothing, and never believed."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import permutations
from typing import Any

import pytest

from lotbook.domain.reconciliation.differences import stray_of_event
from lotbook.domain.reconciliation.strays import Remark
from lotbook.domain.sales.gateway import APP, EventHint, Tag
from lotbook.domain.sales.items import TopUpItem
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.inbox.handle_event import PAYING, SETTLING, Handled, handle_event
from lotbook.usecases.inbox.handle_money_back import MONEY_BACK
from lotbook.usecases.reconciliation.strays import note_stray
from tests.fakes.desk import Desk, an_event
from tests.fakes.purchases import TEST


def paid_desk() -> Desk:
    desk = Desk()
    desk.pay(desk.buy(TopUpItem(30)).purchase)
    return desk


@pytest.mark.parametrize("kind", sorted(SETTLING))
def test_d_06_any_event_about_a_paid_purchase_completes_it(kind: str) -> None:
    """D6, D9: whichever comes first or alone."""
    desk = paid_desk()
    assert handle_event(an_event(desk.row(), kind), desk=desk.sales) == Handled(
        "settled", desk.row().purchase_id, "completed"
    )
    assert desk.available() == 30


def test_d_14_d_06_every_order_of_events_with_repeats_ends_in_one_grant() -> None:
    """D1, D6, D14: all permutations of four events, each delivered twice."""
    kinds = (
        "checkout.session.completed",
        "payment_intent.succeeded",
        "invoice.paid",
        "checkout.session.expired",
    )
    for order in permutations(kinds):
        desk = paid_desk()
        for kind in (*order, *order):
            handle_event(an_event(desk.row(), kind, event_id=f"evt_{kind}"), desk=desk.sales)
        assert desk.available() == 30, order
        assert len(desk.entries()) == 1


@pytest.mark.parametrize("times", [2, 50])
def test_d_01_d_02_one_event_delivered_many_times_at_once_grants_once(times: int) -> None:
    """D1, D2: 50 deliveries within milliseconds; those that lose too many races ask to be delivered again."""
    desk = paid_desk()
    row = desk.row()

    def deliver(_: int) -> bool:
        try:
            handle_event(an_event(row), desk=desk.sales)
        except Unavailable:
            return False
        return True

    with ThreadPoolExecutor(times) as pool:
        assert any(pool.map(deliver, range(times)))
    assert desk.row().state == "completed"
    assert desk.available() == 30
    assert len(desk.entries()) == 1


def test_d_08_the_payload_is_never_believed() -> None:
    """D7, D8: `completed` is said while the page is open; the gateway's own state counts."""
    desk = Desk()
    desk.buy()
    for kind in ("checkout.session.completed", "payment_intent.succeeded", "checkout.session.async_payment_succeeded"):
        assert handle_event(an_event(desk.row(), kind), desk=desk.sales).state == "pending"
    assert desk.available() == 0


def test_d_07_a_late_failure_or_expiry_does_not_undo_a_grant() -> None:
    """D7, D14."""
    desk = paid_desk()
    handle_event(an_event(desk.row()), desk=desk.sales)
    for kind in ("checkout.session.expired", "checkout.session.async_payment_failed", "payment_intent.canceled"):
        assert handle_event(an_event(desk.row(), kind), desk=desk.sales).state == "completed"


def test_np_27_a_declined_attempt_is_recorded_and_nothing_else() -> None:
    desk = Desk()
    bought = desk.buy().purchase
    from lotbook.domain.sales.gateway import PaymentFacts

    desk.gateway.say("cs_2", payment=PaymentFacts("pi_1", "requires_payment_method", "usd", 0, "card_declined"))
    handle_event(an_event(bought, "payment_intent.payment_failed"), desk=desk.sales)
    assert (desk.row().state, desk.row().failure.code) == ("pending", "card_declined")


@pytest.mark.parametrize(
    "foreign",
    [
        {"tag": Tag()},
        {"tag": Tag("other-app", TEST.stage, "acme", "pur_x")},
        {"tag": Tag(APP, "prod", "acme", "pur_x")},
        {"livemode": True},
        {"account": "acct_connected"},
        {"kind": "customer.created"},
        {"kind": "radar.early_fraud_warning.created"},
        {"kind": "charge.updated"},
        {"kind": "some.new.event"},
        {"tag": Tag(APP, TEST.stage, "acme", None), "kind": "checkout.session.expired"},
        {"tag": Tag(APP, TEST.stage, None, "pur_x"), "kind": "payment_intent.payment_failed"},
    ],
)
def test_events_of_others_and_of_unknown_kinds_are_left_alone_without_a_call(foreign: dict[str, Any]) -> None:
    """Several systems share a gateway account; an answer other than 200 gets the endpoint disabled (3scale #3086)."""
    desk = paid_desk()
    calls = len(desk.gateway.calls)
    assert handle_event(an_event(desk.row(), **foreign), desk=desk.sales) == Handled("ignored")
    assert len(desk.gateway.calls) == calls
    assert desk.row().state == "pending"


@pytest.mark.parametrize(("account", "purchase"), [("acme", "pur_unknown"), ("other", None)])
def test_d_05_d_40_ours_but_unknown_is_never_acknowledged_and_rings(
    account: str, purchase: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """D5, D8, D40: acknowledged and lost is what must not happen (statamic-cargo #190); nor does it reach another tenant."""
    desk = paid_desk()
    tag = Tag(APP, TEST.stage, account, purchase or desk.row().purchase_id)
    with caplog.at_level(logging.ERROR, "lotbook.alarm"), pytest.raises(Unavailable):
        handle_event(an_event(desk.row(), tag=tag), desk=desk.sales)
    assert "purchase_missing" in caplog.text
    assert desk.available() == 0


@pytest.mark.parametrize("kind", sorted(PAYING))
@pytest.mark.parametrize(
    "tag",
    [
        Tag(APP, TEST.stage, "acme", "pur_unknown"),
        Tag(APP, TEST.stage, "acme", None),
        Tag(APP, TEST.stage, None, "pur_x"),
        Tag(APP, TEST.stage, "acme#x", "pur_x"),
        Tag(APP, TEST.stage),
    ],
)
def test_d_05_money_without_a_known_purchase_is_kept_rings_and_is_asked_for_again(
    kind: str, tag: Tag, caplog: pytest.LogCaptureFixture
) -> None:
    """D5: once in the store however often it is delivered; what is no word of money is not kept."""
    desk = paid_desk()
    hint = an_event(desk.row(), kind, tag=tag, payment_intent="pi_lost")
    with caplog.at_level(logging.ERROR, "lotbook.alarm"):
        for number in range(3):
            with pytest.raises(Unavailable):
                handle_event(replace(hint, event_id=f"evt_{number}"), desk=desk.sales)
    assert caplog.text.count("purchase_missing") == 3
    stray = desk.strays.strays(10)[0].stray
    assert (stray.name, stray.event_id, stray.account_id, stray.session) == (
        "pi_lost",
        "evt_0",
        tag.account_id,
        desk.row().gateway_refs.checkout_session,
    )
    assert (desk.row().state, desk.available()) == ("pending", 0)


def test_d_05_an_event_about_a_stray_that_people_have_closed_is_acknowledged_and_rings_no_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """D5: and one that they open again is not."""
    desk = paid_desk()
    hint = an_event(desk.row(), tag=Tag(APP, TEST.stage, "acme", "pur_gone"), payment_intent="pi_lost")
    with pytest.raises(Unavailable):
        handle_event(hint, desk=desk.sales)
    for closes in (True, False):
        case = desk.strays.stray("pi_lost")
        assert case is not None
        note_stray(case, Remark("ann", "Refunded.", closes), strays=desk.strays, clock=desk.clock)
        caplog.clear()
        with caplog.at_level(logging.ERROR, "lotbook.alarm"):
            if closes:
                assert handle_event(hint, desk=desk.sales).outcome == "ignored"
                assert not caplog.text
            else:
                with pytest.raises(Unavailable):
                    handle_event(hint, desk=desk.sales)
                assert "purchase_missing" in caplog.text


@pytest.mark.parametrize("operation", ["checkout"])
def test_d_05_a_failure_is_not_remembered_as_done(operation: str) -> None:
    """D5: the redelivery does the work."""
    desk = paid_desk()
    desk.gateway.later = {operation: ["before"] * 2}
    for _ in range(2):
        with pytest.raises(Unavailable):
            handle_event(an_event(desk.row()), desk=desk.sales)
    assert handle_event(an_event(desk.row()), desk=desk.sales).state == "completed"
    assert desk.available() == 30


def test_an_event_that_comes_before_its_session_was_saved_finds_it() -> None:
    """The webhook is faster than our own next line."""
    desk = Desk()
    desk.gateway.later = {"open_checkout": ["after"]}
    with pytest.raises(Unavailable):
        desk.buy(TopUpItem(30))
    desk.gateway.pay("cs_2")
    assert handle_event(an_event(desk.row()), desk=desk.sales).state == "completed"


def test_an_event_whose_session_cannot_be_found_yet_is_delivered_again() -> None:
    desk = Desk()
    desk.gateway.later = {"open_checkout": ["before"]}
    with pytest.raises(Unavailable):
        desk.buy()
    with pytest.raises(Unavailable):
        handle_event(an_event(desk.row()), desk=desk.sales)


def about_a_refund(desk: Desk, payment: str | None = "pi_cs_2", **changes: Any) -> EventHint:
    """A refund of the dashboard: it names its payment, and carries no mark of ours."""
    fields = {"object_kind": "refund", "object_id": "re_1", "payment_intent": payment, "tag": Tag()}
    return an_event(desk.row(), "refund.created", **(fields | changes))


def test_d_14_a_refund_that_is_heard_of_first_settles_the_purchase_and_takes_its_share() -> None:
    """D14: one event is enough, and it is the refund's."""
    desk = paid_desk()
    desk.gateway.send_back("pi_cs_2", 1_000)
    assert handle_event(about_a_refund(desk), desk=desk.sales).state == "partially_refunded"
    assert desk.available() == 20


def test_d_14_a_refund_of_what_cannot_be_settled_yet_is_not_acknowledged() -> None:
    """D5, D14: the payment is not there yet and its refund is heard of: the event must come again."""
    desk = paid_desk()
    paid = desk.gateway.sessions["cs_2"].payment
    assert paid is not None
    desk.gateway.say("cs_2", payment_state="unpaid", payment=replace(paid, state="processing", received_minor=0))
    with pytest.raises(Unavailable):
        handle_event(about_a_refund(desk), desk=desk.sales)
    desk.gateway.say("cs_2", payment_state="paid", payment=paid)
    desk.gateway.send_back("pi_cs_2")
    assert handle_event(about_a_refund(desk), desk=desk.sales).state == "refunded"


def test_d_08_a_refund_of_money_that_did_not_match_takes_nothing_and_is_acknowledged() -> None:
    desk = paid_desk()
    desk.gateway.say("cs_2", total_minor=1)
    assert handle_event(about_a_refund(desk), desk=desk.sales).state == "failed"
    assert desk.entries() == []


def test_d_08_a_refund_of_another_payment_than_the_purchases_is_rung_and_takes_nothing(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """D8: a mark that names our purchase on somebody else's payment moves no credits."""
    desk = paid_desk()
    handle_event(an_event(desk.row()), desk=desk.sales)
    tag = Tag(APP, TEST.stage, "acme", desk.row().purchase_id)
    handle_event(about_a_refund(desk, "pi_other", tag=tag), desk=desk.sales)
    assert desk.available() == 30
    assert "payment_unknown" in caplog.text


@pytest.mark.parametrize("kind", sorted(SETTLING - PAYING))
def test_b2_an_event_without_money_about_a_purchase_that_is_gone_is_acknowledged_and_rings(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """B2: it was refused at every delivery, and nobody could ever satisfy it."""
    desk = paid_desk()
    hint = an_event(desk.row(), kind, tag=Tag(APP, TEST.stage, "acme", "pur_gone"))
    assert handle_event(hint, desk=desk.sales) == Handled("ignored")
    assert "purchase_missing" in caplog.text
    assert desk.strays.strays(10) == []


def test_b2_a_page_that_is_complete_and_not_paid_is_no_money(caplog: pytest.LogCaptureFixture) -> None:
    """B2: a slow payment is under way; when it comes, it has an event of its own."""
    desk = paid_desk()
    paid = desk.gateway.sessions["cs_2"].payment
    assert paid is not None
    desk.gateway.say("cs_2", payment_state="unpaid", payment=replace(paid, state="processing", received_minor=0))
    gone = Tag(APP, TEST.stage, "acme", "pur_gone")
    assert handle_event(an_event(desk.row(), tag=gone), desk=desk.sales).outcome == "ignored"
    with pytest.raises(Unavailable):
        handle_event(an_event(desk.row(), "checkout.session.async_payment_succeeded", tag=gone), desk=desk.sales)
    assert len(desk.strays.strays(10)) == 1


@pytest.mark.parametrize(("kind", "again"), [("checkout.session.expired", False), ("payment_intent.succeeded", True)])
def test_b2_an_event_about_an_order_whose_page_was_never_opened_asks_again_only_for_money(
    kind: str, again: bool
) -> None:
    """B2: and the money is kept, so that people see it, too."""
    desk = Desk()
    desk.gateway.later = {"open_checkout": ["before"]}
    with pytest.raises(Unavailable):
        desk.buy()
    hint = an_event(desk.row(), kind, payment_intent="pi_lost")
    if again:
        with pytest.raises(Unavailable):
            handle_event(hint, desk=desk.sales)
    else:
        assert handle_event(hint, desk=desk.sales).outcome == "ignored"
    assert [case.stray.name for case in desk.strays.strays(10)] == (["pi_lost"] if again else [])


@pytest.mark.parametrize("kind", sorted(MONEY_BACK))
def test_b2_money_that_goes_back_from_a_purchase_that_is_gone_is_acknowledged_and_rings(
    kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    """B2: nothing was granted that could be taken back; reconciliation tells of the dispute every day."""
    desk = paid_desk()
    hint = replace(about_a_refund(desk, tag=Tag(APP, TEST.stage, "acme", "pur_gone")), kind=kind)
    assert handle_event(hint, desk=desk.sales) == Handled("ignored")
    assert "purchase_missing" in caplog.text


def test_b2_every_event_of_a_stray_that_was_refunded_and_closed_is_acknowledged_in_silence(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """B2: closed as README says, it left three events that failed for ever. Also where its purchase is there, paid otherwise."""
    desk = paid_desk()
    handle_event(an_event(desk.row()), desk=desk.sales)
    for tag in (Tag(APP, TEST.stage, "acme", "pur_gone"), Tag(APP, TEST.stage, "acme", desk.row().purchase_id)):
        stray = replace(stray_of_event(an_event(desk.row(), payment_intent="pi_lost"), 1), purchase_id=tag.purchase_id)
        desk.strays.keep(stray)
        case = desk.strays.stray("pi_lost")
        assert case is not None
        note_stray(case, Remark("ann", "Refunded.", closes=True), strays=desk.strays, clock=desk.clock)
        caplog.clear()
        for kind in ("charge.refunded", "refund.created", "refund.updated"):
            handle_event(replace(about_a_refund(desk, "pi_lost", tag=tag), kind=kind), desk=desk.sales)
        assert "missing" not in caplog.text
        assert "unknown" not in caplog.text


@pytest.mark.parametrize("state", ["abandoned", "failed"])
def test_b2_a_refund_of_a_purchase_that_ended_without_money_is_acknowledged(state: str) -> None:
    """B2: it asked to be told again until the gateway gave up."""
    desk = Desk()
    desk.buy(TopUpItem(30))
    desk.gateway.say("cs_2", state="expired", url=None)
    desk.purchases.save(replace(desk.row(), state=state, check_at=None))  # type: ignore[arg-type]
    assert (
        handle_event(
            about_a_refund(desk, tag=Tag(APP, TEST.stage, "acme", desk.row().purchase_id)), desk=desk.sales
        ).outcome
        == "followed"
    )
    assert desk.entries() == []


def test_a_refund_of_another_systems_payment_is_left_alone() -> None:
    """By its own mark without a call; without one, by its payment's."""
    desk = paid_desk()
    calls = len(desk.gateway.calls)
    assert handle_event(about_a_refund(desk, tag=Tag("other-app")), desk=desk.sales) == Handled("ignored")
    assert len(desk.gateway.calls) == calls
    assert handle_event(about_a_refund(desk, "pi_of_nobody"), desk=desk.sales) == Handled("ignored")
    assert handle_event(about_a_refund(desk, None), desk=desk.sales) == Handled("ignored")
