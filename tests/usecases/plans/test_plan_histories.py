"""Random histories of a subscriber: nobody ever has more credits than were paid for, whatever comes in whichever order (D28).

The second calculation is simple: each paid invoice brings its plan's credits once, for its period; what was bought is added; what
was burned is gone. What an account has left, less what it owes, is never more than that.
"""

from __future__ import annotations

from random import Random

import pytest

from lotbook.domain.values.errors import Outcome
from lotbook.domain.values.instants import DAY, HOUR, MINUTE
from lotbook.usecases.inbox.handle_event import handle_event
from lotbook.usecases.money_back.follow_money_back import follow_money_back
from lotbook.usecases.sales.cards import choose_card
from lotbook.usecases.sales.follow_cards import keep_card
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.fakes.changing import ChangingDesk
from tests.fakes.samples import member

PLANS = {"starter": 40, "growth": 100, "agency": 300}
STEPS = 60
JUMPS = (MINUTE, 20 * MINUTE, 90 * MINUTE, HOUR * 25, 6 * DAY, 8 * DAY, 27 * DAY, 31 * DAY)


class History:
    """One account, one seed."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.desk = ChangingDesk(at="2027-01-31T12:00:00")
        self.burned = self.bought = self.heard = 0
        self.log: list[str] = []
        self.desk.gateway.plans.after_retries = self.random.choice(("cancel", "unpaid", "past_due"))
        keep_card(self.desk.subscribe("starter"), desk=self.desk.sales)

    def step(self) -> None:
        names = "jump jump burn burn burn change change change cancel resume card fix buy events settle page refund"
        name = self.random.choice(names.split())
        self.log.append(name)
        try:
            getattr(self, name)()
        except Outcome as refused:
            self.log.append(f"  {type(refused).__name__}")

    def jump(self) -> None:
        self.desk.clock.instant += self.random.choice(JUMPS)
        self.desk.gateway.tick()

    def burn(self) -> None:
        credits = self.random.choice((1, 7, 30))
        self.desk.burn(credits)
        self.burned += credits

    def change(self) -> None:
        self.desk.change(self.random.choice([*PLANS, "none"]))

    def cancel(self) -> None:
        self.desk.cancel()

    def resume(self) -> None:
        self.desk.resume()

    def card(self) -> None:
        self.desk.gateway.let_card(self.desk.card, "insufficient_funds")

    def fix(self) -> None:
        self.desk.gateway.let_card(self.desk.card, None)
        if self.random.random() < 0.5:
            made = self.desk.gateway.put_on_file(self.desk.account.gateway_customer or "", self.desk.clock.now())
            choose_card("acme", made, member("owner"), desk=self.desk.sales)

    def buy(self) -> None:
        self.desk.top_up(10)
        self.bought += 10

    def page(self) -> None:
        self.desk.subscribe(self.random.choice(list(PLANS)))

    def refund(self) -> None:
        rows = [row for row in self.desk.purchases.rows.values() if row.renews and row.gateway_refs.payment_intent]
        if rows and self.random.random() < 0.3:
            row = self.random.choice(rows)
            payment = row.gateway_refs.payment_intent or ""
            left = self.desk.gateway._left(payment)
            if left:
                self.desk.gateway.send_back(payment, self.random.choice((left, max(1, left // 4))))
                follow_money_back("acme", row.purchase_id, desk=self.desk.sales)

    def events(self) -> None:
        told = list(self.desk.gateway.plans.events[self.heard :])
        self.heard = len(self.desk.gateway.plans.events)
        self.random.shuffle(told)
        for hint in told:
            handle_event(hint, desk=self.desk.sales)

    def settle(self) -> None:
        for _, purchase_id in sorted(self.desk.purchases.rows):
            row = settle_purchase("acme", purchase_id, desk=self.desk.sales)
            if row.own_refunds:
                follow_money_back("acme", purchase_id, desk=self.desk.sales)

    def paid_for(self) -> int:
        """Credits that money was kept for, as the gateway's invoices say."""
        total = self.bought
        for bill in self.desk.gateway.plans.bills.values():
            if bill.state == "paid" and bill.payment is not None:
                plan = next(name for name in PLANS if f"_{name}_" in bill.lines[0].price)
                gone = sum(each.amount_minor for each in self.desk.gateway.refunds.get(bill.payment, ()))
                total += PLANS[plan] - PLANS[plan] * gone // bill.due
        return total


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(40))
def test_d_28_credits_never_exceed_what_was_paid_for(seed: int) -> None:
    history = History(seed)
    for number in range(STEPS):
        history.step()
        if number % 10 == 9:
            check(history, seed)
    check(history, seed)


def check(history: History, seed: int) -> None:
    desk, where = history.desk, (seed, history.log)
    for _ in range(2):
        history.events()
        history.settle()
        desk.sales.credits.renew("acme")
    desk.check(where)
    available, shortfall = desk.read()
    sub = desk.account.subscription
    awaited = 0
    if desk.now.plan_renews and sub is not None:
        rows = [
            row for row in desk.renewals() if row.state == "processing" and row.gateway_refs.subscription == desk.sub
        ]
        awaited = sum(PLANS[row.plan.plan_id] for row in rows if row.plan)
    owned = available - shortfall + history.burned
    assert owned <= history.paid_for() + awaited, (
        where,
        available,
        shortfall,
        history.burned,
        history.paid_for(),
        awaited,
    )
    assert len(desk.live()) <= 1, where
    if not desk.now.plan_renews:
        assert desk.live() == [], where
        assert desk.collectable() == [], where
