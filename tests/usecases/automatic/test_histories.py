"""Random months of an account that buys automatically, beside a calculation that knows only the rules. The seed is in the name.

Whatever burns, banks, buyers, lost answers and time do: nothing is charged twice, nothing beyond cap and limit, and credits are what
was paid for or is under way.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from random import Random

import pytest

from lotbook.domain.accounts.pauses import tops_up
from lotbook.domain.sales.auto_top_ups import bounds_of
from lotbook.domain.sales.cards import is_replaced
from lotbook.domain.sales.purchase import WAITING, Purchase
from lotbook.domain.values.errors import Outcome, Unavailable
from lotbook.domain.values.instants import DAY, HOUR
from lotbook.usecases.sales.cards import remove_card
from tests.fakes.automating import CUSTOMER, UNIT, Automating
from tests.fakes.samples import member
from tests.fakes.subscription_records import ASKS
from tests.fakes.subscriptions import REVIEWS

STEPS = 60
FAULTS = ("charge", "found", "void", "card_file", "auto.create", "auto.item0", "auto.finalize", "auto.pay", "auto.void")
BANKS = (None, None, None, "generic_decline", ASKS, REVIEWS)


class Months:
    """The account, and what the calculation remembers of it."""

    def __init__(self, seed: int) -> None:
        self.draw = Random(seed)
        self.desk = Automating(self.draw.choice(["core-10k", "pro-40k", "pro-80k"]))
        self.told: list[str] = []
        self.cards = 0
        self.buyers = 0  # payments on a page: those are no tries of ours
        self.known: dict[str, Purchase] = {}

    def step(self) -> None:
        name = self.draw.choice(
            ["burn"] * 8
            + ["work"] * 3
            + ["charge"] * 4
            + [
                "sweep",
                "sweep",
                "time",
                "bank",
                "card",
                "remove",
                "page",
                "review",
                "switch",
                "limit",
                "fault",
                "fault",
            ]
        )
        self.told.append(name)
        self.desk.clock.instant += self.draw.randrange(1, 5_000)
        with suppress(Outcome):
            getattr(self, name)()
        self.check()

    def burn(self) -> None:
        self.desk.use(self.draw.choice([1, 500, 3_000, 9_999, UNIT, UNIT + 1, 25_000, 40_000]))

    def work(self) -> None:
        self.desk.work()

    def charge(self) -> None:
        if self.desk.record.charge is not None:
            self.desk.charge()

    def sweep(self) -> None:
        self.desk.sweep()

    def time(self) -> None:
        self.desk.clock.instant += self.draw.choice([HOUR, 25 * HOUR, 3 * DAY, 15 * DAY])
        self.desk.sales.credits.renew("acme")

    def bank(self) -> None:
        """What the bank says of a card from now on."""
        for card in self.desk.gateway.files[CUSTOMER].cards:
            does = self.draw.choice(BANKS)
            self.desk.gateway.plans.does.pop(card.payment_method, None)
            if does is not None:
                self.desk.gateway.plans.does[card.payment_method] = does

    def card(self) -> None:
        self.cards += 1
        self.desk.new_card(fingerprint=f"fp_{self.draw.randrange(3)}", payment_method=f"pm_new_{self.cards}")

    def remove(self) -> None:
        cards = self.desk.gateway.files[CUSTOMER].cards
        if cards:
            remove_card("acme", self.draw.choice(cards).payment_method, member("admin"), desk=self.desk.sales)

    def page(self) -> None:
        for bill in self.desk.gateway.autos.values():
            if bill.waits_for_buyer and self.desk.gateway.files[CUSTOMER].cards:
                self.desk.gateway.pay_auto(bill.name, self.desk.gateway.files[CUSTOMER].cards[0].payment_method)
                self.buyers += 1
                self.desk.gateway.tried.pop()

    def review(self) -> None:
        for bill in self.desk.gateway.autos.values():
            if bill.payment_state == "processing":
                self.desk.gateway.decide_auto(bill.name, succeeded=self.draw.random() < 0.5)

    def switch(self) -> None:
        self.desk.switch(enabled=self.draw.random() < 0.8)

    def limit(self) -> None:
        self.desk.switch(enabled=True, limit=self.draw.choice([None, 0, 2_000, 5_000, 20_000]))

    def fault(self) -> None:
        """One of the gateway's next answers is lost, or one of its next calls does not come through."""
        fault = self.draw.choice(FAULTS)
        moment = "after" if fault.startswith("auto.") else self.draw.choice(["before", "after"])
        self.desk.gateway.later.setdefault(fault, []).append(moment)

    def check(self) -> None:
        desk, record = self.desk, self.desk.record
        for row in desk.rows():
            if row.purchase_id not in self.known:  # it was claimed by this step
                bounds = bounds_of(desk.policy, desk.account, row.created_at)
                assert record.used_credits <= bounds.cap * UNIT, self.told
                assert record.limit_minor is None or record.spent_minor <= record.limit_minor, self.told
            self.known[row.purchase_id] = row
        held = [row for row in desk.rows() if row.state in WAITING]
        assert len(held) <= 1, self.told
        bills = list(desk.gateway.autos.values())
        assert max(Counter(bill.order.purchase_id for bill in bills).values(), default=1) == 1, self.told
        assert max(Counter(desk.gateway.tried).values(), default=1) == 1, self.told
        for row in desk.rows():
            paid = [bill for bill in bills if bill.order.purchase_id == row.purchase_id and bill.state == "paid"]
            assert row.state != "completed" or len(paid) == 1, (self.told, row)
            assert row.state != "failed" or not paid, (self.told, row)

    def end(self) -> None:
        """Whatever is left to be done is done; then money, credits and counters are what the rows say."""
        desk = self.desk
        desk.gateway.later.clear()
        for _ in range(4):
            self.review()
            with suppress(Unavailable):
                desk.sweep()
        record, rows = desk.record, desk.rows()
        held = [row for row in rows if row.state in WAITING]
        assert all(row.checkout_url is not None for row in held), self.told
        assert ([record.charge.purchase_id] if record.charge else []) == [row.purchase_id for row in held], self.told
        done = [row for row in rows if row.state == "completed"]
        assert desk.charged() == sum(row.total_minor for row in done), self.told
        start = record.period_start
        of_period = [row for row in (*done, *held) if row.created_at >= start]
        assert desk.bounds() == (
            sum(row.credits // UNIT for row in of_period),
            sum(row.credits for row in of_period),
            sum(row.total_minor for row in of_period),
        ), self.told
        assert (desk.account.state == "paused") == (record.suspended is not None), self.told
        assert not is_replaced(record, desk.gateway.files[CUSTOMER]), self.told
        assert desk.flag() == (tops_up(desk.account) is not None), self.told
        assert desk.history.reasons().count("bought") == len(done), self.told
        desk.check(self.told)
        desk.audited()


@pytest.mark.parametrize("seed", range(8))
def test_d30_mk_19_random_months_never_charge_twice_nor_beyond_what_was_promised(seed: int) -> None:
    months = Months(seed)
    for _ in range(STEPS):
        months.step()
    months.end()


@pytest.mark.soak
def test_d30_mk_19_a_thousand_random_months() -> None:
    """The same, minutes long."""
    for seed in range(1_000, 2_000):
        months = Months(seed)
        for _ in range(STEPS):
            months.step()
        months.end()
