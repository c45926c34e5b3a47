"""A process that dies at any call of any port while a plan is bought, renewed, unpaid, changed, cancelled or refunded.

Whoever comes next, the same caller again or the schedule, ends in the same state, with each charge made once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest

from lotbook.domain.policy.plans import Downgrade
from lotbook.domain.sales.gateway import EventHint, Tag
from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.errors import CheckoutRequired, Outcome, PaymentFailed
from lotbook.domain.values.instants import MINUTE
from lotbook.usecases.inbox.handle_money_back import handle_money_back
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.sales.cards import choose_card
from lotbook.usecases.sales.follow_cards import keep_card
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.fakes.changing import ChangingDesk
from tests.fakes.crashes import Countdown, Crash
from tests.fakes.samples import member, published
from tests.fakes.subscription_records import ASKS

MAX_CALLS = 400
NEVER = 1_000_000
Step = Callable[[ChangingDesk], None]


@dataclass(frozen=True)
class Story:
    """What has been before, and the step in which the process dies."""

    policy: str
    at: str
    before: Step
    step: Step


def subscribed(plan: str) -> Step:
    def begin(desk: ChangingDesk) -> None:
        keep_card(desk.subscribe(plan), desk=desk.sales)

    return begin


def ordered(desk: ChangingDesk) -> None:
    desk.pay(desk.ordered("starter", 15))


def settle_all(desk: ChangingDesk) -> None:
    for _, purchase_id in sorted(desk.purchases.rows):
        settle_purchase("acme", purchase_id, desk=desk.sales)


def renewing(desk: ChangingDesk) -> None:
    subscribed("starter")(desk)
    desk.burn(25)
    desk.go_to("2027-02-28T13:30:00")


def renew_and_settle(desk: ChangingDesk) -> None:
    desk.read()
    desk.settle_renewals()


def unpaid(days: int, plan: str = "starter") -> Step:
    def begin(desk: ChangingDesk) -> None:
        subscribed(plan)(desk)
        desk.gateway.let_card(desk.card, "insufficient_funds")
        desk.go_to("2027-02-28T13:30:00")
        desk.read()
        desk.settle_renewals()
        desk.burn(12)
        desk.clock.instant += days * 24 * 60 * MINUTE
        desk.gateway.tick()

    return begin


def cancel(desk: ChangingDesk) -> None:
    if desk.now.plan_renews:
        desk.cancel()


def new_card(desk: ChangingDesk) -> None:
    found = desk.gateway.card_file(desk.account.gateway_customer or "")
    other = next((card for card in found.cards if card.payment_method not in desk.gateway.plans.does), found.cards[0])
    choose_card("acme", other.payment_method, member("owner"), desk=desk.sales)


def with_another_card(desk: ChangingDesk) -> None:
    unpaid(9)(desk)
    desk.gateway.put_on_file(desk.account.gateway_customer or "", desk.clock.now())


def paid_late(desk: ChangingDesk) -> None:
    unpaid(9)(desk)
    desk.read()
    desk.gateway.let_card(desk.card, None)
    assert desk.gateway.pay_page(desk.renewals()[-1].gateway_refs.invoice or "", desk.card)


def half_used(desk: ChangingDesk) -> None:
    subscribed("core-10k")(desk)
    desk.top_up(2_000)
    desk.burn(6_300)
    desk.clock.instant += 60 * MINUTE


def carrying(desk: ChangingDesk) -> None:
    subscribed("pro-40k")(desk)
    desk.burn(28_000)
    desk.top_up(3_000)
    desk.clock.instant += 60 * MINUTE


def in_the_draft_hour(desk: ChangingDesk) -> None:
    subscribed("plus")(desk)
    desk.go_to("2027-02-28T12:20:00")
    desk.burn(25)


def asked_by_the_bank(desk: ChangingDesk) -> None:
    subscribed("starter")(desk)
    desk.gateway.let_card(desk.card, ASKS)
    with pytest.raises(CheckoutRequired) as asked:
        desk.change("growth", "k")
    row = desk.purchases.rows["acme", str(asked.value.data["purchase_id"])]
    assert desk.gateway.pay_page(row.gateway_refs.invoice or "", desk.card)


def change_to(plan: str) -> Step:
    def step(desk: ChangingDesk) -> None:
        desk.change(plan, "k")

    return step


def refunded(desk: ChangingDesk) -> None:
    renewing(desk)
    renew_and_settle(desk)
    desk.burn(15)
    desk.gateway.send_back(desk.renewals()[0].gateway_refs.payment_intent or "")


def tell_of_refund(desk: ChangingDesk) -> None:
    payment = desk.renewals()[0].gateway_refs.payment_intent
    hint = EventHint("evt_1", "charge.refunded", False, None, "charge", "ch_1", payment, Tag())
    handle_money_back(hint, desk=desk.sales)


def waiting_for_the_year(desk: ChangingDesk) -> None:
    waits(desk)
    desk.change("core-10k-annual")


def waits(desk: ChangingDesk) -> None:
    """Make, under a policy that lets downgrades wait: of its plans some are by the year."""
    policy = published("make").policy
    change = replace(policy.plan_change, downgrade=Downgrade(when="period_end"))
    desk.policies.put(replace(policy, plan_change=change))
    subscribed("pro-40k")(desk)
    desk.burn(25)


def declined(desk: ChangingDesk) -> None:
    desk.gateway.let_card(desk.card, "insufficient_funds")
    try:
        with pytest.raises(PaymentFailed):
            desk.change("pro-80k", "k")
    finally:
        desk.gateway.let_card(desk.card, None)


GO, INSURE, MAKE = "gocontent", "insurestack", "make"
START = "2027-01-31T12:00:00"
STORIES = {
    "first plan with credits": Story(GO, START, ordered, settle_all),
    "renewal": Story(GO, START, renewing, renew_and_settle),
    "grace is over": Story(GO, START, unpaid(8), renew_and_settle),
    "plan is over": Story(GO, START, unpaid(31), renew_and_settle),
    "paid after its void": Story(GO, START, paid_late, renew_and_settle),
    "another card": Story(GO, START, with_another_card, new_card),
    "upgrade that carries": Story(GO, START, subscribed("starter"), change_to("growth")),
    "upgrade that converts": Story(MAKE, START, half_used, change_to("pro-40k")),
    "downgrade that carries": Story(MAKE, START, carrying, change_to("core-10k")),
    "upgrade in the draft hour": Story(INSURE, START, in_the_draft_hour, change_to("pro")),
    "authenticated upgrade": Story(GO, START, asked_by_the_bank, settle_all),
    "scheduled downgrade": Story(GO, START, subscribed("growth"), change_to("starter")),
    "scheduled year": Story(MAKE, START, waits, change_to("core-10k-annual")),
    "scheduled year taken back": Story(MAKE, START, waiting_for_the_year, change_to("pro-40k")),
    "scheduled year replaced": Story(MAKE, START, waiting_for_the_year, change_to("core-10k")),
    "scheduled year and a declined upgrade": Story(MAKE, START, waiting_for_the_year, declined),
    "scheduled year and an upgrade": Story(MAKE, START, waiting_for_the_year, change_to("pro-80k")),
    "scheduled year and a cancellation": Story(MAKE, START, waiting_for_the_year, cancel),
    "cancelled": Story(GO, START, subscribed("starter"), cancel),
    "cancelled in grace": Story(GO, START, unpaid(2), cancel),
    "refund of the running period": Story(GO, START, refunded, tell_of_refund),
}


# Of the calls that may be the last, each story takes every ninth, beginning with another one than its neighbours, which make the same
# calls; in `make soak` each takes all. (tests/simulation/test_plan_schedules.py stops renewals and changes after every call.)
TURNS = [pytest.param(9, id="in turns"), pytest.param(1, id="all", marks=pytest.mark.soak)]


def end_of(desk: ChangingDesk) -> tuple[object, ...]:
    """After whatever the schedule still has to do: what anybody can see, two periods on."""
    desk.clock.instant += 6 * MINUTE
    for _ in range(2):
        settle_all(desk)
        for (_, purchase_id), row in list(desk.purchases.rows.items()):
            if row.state in SETTLED and row.check_at is not None and row.check_at <= desk.clock.now():
                follow_money_back("acme", purchase_id, desk=desk.sales)
        desk.sales.credits.renew("acme")
    desk.check()
    account = desk.account
    next_plan = (
        account.subscription.next_plan.plan_id if account.subscription and account.subscription.next_plan else ""
    )
    seen = desk.read(), desk.plan, account.state, next_plan, desk.charged(), len(desk.live()), len(desk.collectable())
    rows = sorted((row.state, row.total_minor) for row in desk.purchases.rows.values())
    desk.clock.instant += 62 * 24 * 60 * MINUTE
    desk.gateway.tick()
    desk.read()
    desk.settle_renewals()
    return *seen, tuple(rows), desk.read()[0], desk.plan, desk.charged()


def told(story: Story, countdown: Countdown) -> ChangingDesk:
    desk = ChangingDesk(story.policy, story.at, wrap=countdown.wrap)
    story.before(desk)
    return desk


@pytest.mark.slow
@pytest.mark.parametrize("stride", TURNS)
@pytest.mark.parametrize("name", STORIES)
def test_whatever_call_a_process_dies_at_the_same_call_again_ends_the_same(name: str, stride: int) -> None:
    """Right after each call's effect; the next call's "before" is the same moment."""
    story = STORIES[name]
    expected = _whole(story)
    for at in range(1 + list(STORIES).index(name) % stride, MAX_CALLS, stride):
        countdown = Countdown(NEVER, "after")
        desk = told(story, countdown)
        countdown.left = at
        try:
            story.step(desk)
        except Crash:
            countdown.left = NEVER
            _again(story, desk)
            assert end_of(desk) == expected, (name, at, countdown.crashed_in)
            continue
        return
    raise AssertionError("the step has no end")


@pytest.mark.slow
@pytest.mark.parametrize(
    "both", [pytest.param(False, id="in turns"), pytest.param(True, id="all", marks=pytest.mark.soak)]
)
@pytest.mark.parametrize("name", STORIES)
def test_whichever_answer_of_the_gateway_is_lost_the_same_call_again_ends_the_same(name: str, both: bool) -> None:
    """What was asked for has happened, or has not, and nobody heard of it: one of each operation in turns, and the other in the
    next story, which makes the same calls."""
    story = STORIES[name]
    expected = _whole(story)
    desk = told(story, Countdown(NEVER, "after"))
    desk.gateway.calls.clear()
    story.step(desk)
    for turn, operation in enumerate(sorted(set(desk.gateway.calls)), list(STORIES).index(name)):
        for moment in ("before", "after") if both else ("before", "after")[turn % 2 :][:1]:
            again = told(story, Countdown(NEVER, "after"))
            again.gateway.later[operation] = [moment]
            try:
                story.step(again)
            except Outcome:
                _again(story, again)
            again.gateway.later.clear()
            assert end_of(again) == expected, (name, operation, moment)


def _whole(story: Story) -> tuple[object, ...]:
    desk = told(story, Countdown(NEVER, "after"))
    story.step(desk)
    return end_of(desk)


def _again(story: Story, desk: ChangingDesk) -> None:
    """The caller sends it once more; a refusal says that it was done, or is to be asked again."""
    for _ in range(2):
        try:
            story.step(desk)
        except Outcome:
            continue
        return
