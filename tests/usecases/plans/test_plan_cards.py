"""Cards of a plan that renews: replaced while it is unpaid, removed, chosen anew."""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.policy.plans import Dunning
from lotbook.usecases.sales.cards import choose_card, remove_card
from tests.fakes.changing import ChangingDesk, subscriber
from tests.fakes.samples import member


def another_card(desk: ChangingDesk) -> str:
    return desk.gateway.put_on_file(desk.account.gateway_customer or "", desk.clock.now())


def unpaid(days: int) -> ChangingDesk:
    desk = subscriber("starter")
    desk.gateway.let_card(desk.card, "insufficient_funds")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    desk.settle_renewals()
    desk.burn(12)
    desk.clock.instant += days * 86_400_000
    desk.gateway.tick()
    desk.read()
    return desk


def test_trap_21_a_new_default_pays_the_open_invoice_at_once_and_the_renewals_that_come() -> None:
    for days, available in ((2, 28), (9, 28)):
        desk = unpaid(days)
        card = another_card(desk)
        choose_card("acme", card, member("owner"), desk=desk.sales)
        assert (desk.read(), desk.states(), desk.charged()) == ((available, 0), ["completed"], 8_000), days
        assert desk.account.state == "active"
        desk.go_to("2027-03-31T13:30:00")
        desk.read()
        desk.settle_renewals()
        assert (desk.charged(), desk.states()) == (12_000, ["completed", "completed"])
        desk.check()


def test_a_new_default_that_is_declined_too_changes_nothing() -> None:
    desk = unpaid(2)
    card = another_card(desk)
    desk.gateway.let_card(card, "insufficient_funds")
    for _ in range(2):
        choose_card("acme", card, member("owner"), desk=desk.sales)
    assert (desk.read(), desk.states(), desk.charged()) == ((28, 0), ["processing"], 4_000)
    desk.check()


def test_trap_22_where_the_plans_card_is_removed_the_next_one_is_charged() -> None:
    desk = subscriber("starter")
    old, new = desk.card, another_card(desk)
    remove_card("acme", old, member("owner"), desk=desk.sales)
    assert desk.gateway.plans.subs[desk.sub].card == new
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    desk.settle_renewals()
    assert (desk.states(), desk.charged()) == (["completed"], 8_000)


def test_a_lost_answer_while_a_card_is_put_on_the_plan_is_made_up_for_by_the_next_look() -> None:
    from lotbook.domain.values.errors import Unavailable
    from lotbook.usecases.sales.follow_cards import follow_cards

    for moment in ("before", "after"):
        desk = subscriber("starter")
        card = another_card(desk)
        desk.gateway.later["use_card"] = [moment]
        try:
            choose_card("acme", card, member("owner"), desk=desk.sales)
        except Unavailable:
            follow_cards("acme", desk=desk.sales)
        assert desk.gateway.plans.subs[desk.sub].card == card
        assert desk.account.subscription is not None
        assert desk.account.subscription.card == card


def test_trap_15_with_two_unpaid_periods_a_new_card_pays_for_the_running_one_and_the_other_is_never_charged() -> None:
    desk = subscriber("starter")
    desk.gateway.plans.after_retries = "unpaid"
    desk.gateway.let_card(desk.card, "insufficient_funds")
    desk.go_to("2027-02-28T13:30:00")
    desk.read()
    desk.settle_renewals()
    rules = desk.policies.newest("gocontent")
    assert rules is not None
    change = replace(rules.policy.plan_change, renewal=Dunning(ends_after_days=60))
    desk.policies._versions["gocontent"][0] = replace(rules, policy=replace(rules.policy, plan_change=change))
    desk.go_to("2027-04-02T12:00:00")
    assert desk.read() == (0, 0)
    desk.settle_renewals()
    choose_card("acme", another_card(desk), member("owner"), desk=desk.sales)
    assert (desk.read(), desk.charged(), desk.collectable()) == ((40, 0), 8_000, [])
    assert (desk.states(), desk.account.state) == (["failed", "completed"], "active")
    desk.check()
