"""A plan's life through the use cases, the adapter and the real library at the stand-in: also with each kind of answer lost once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from lotbook.domain.sales.items import PlanItem
from lotbook.domain.values.errors import CheckoutRequired, PaymentFailed, Unavailable
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.plans.cancel import cancel, resume
from lotbook.usecases.plans.change import change_plan
from lotbook.usecases.sales.cards import choose_card
from lotbook.usecases.sales.follow_cards import follow_cards
from lotbook.usecases.sales.freeze_order import PurchaseRequest
from tests.contracts.plan_telling import jump
from tests.contracts.plan_worlds import START, AtTheStandIn, stand_in_world
from tests.contracts.test_plans_on_the_stand_in import charges
from tests.fakes.desk import Desk
from tests.fakes.samples import member

__all__ = ["stand_in_world"]

ADMIN = member("admin")
ATTEMPTS = 4
Answer = TypeVar("Answer")


class Shop:
    """GoContent at the stand-in, an account without a plan."""

    def __init__(self, world: AtTheStandIn, lost: str | None = None) -> None:
        self.world, self.lost = world, lost
        wrap: Callable[[str, Any], Any] = lambda name, port: world.gateway if name == "gateway" else port  # noqa: E731
        self.desk = Desk("gocontent", "none", clock=world.clock, wrap=wrap)
        world.clock.set(START)

    def again(self, ask: Callable[[], Answer]) -> Answer:
        """What the caller does who is told to send the same request again; the answer of `lost` is lost before."""
        if self.lost:
            self.world.lose(self.lost)
        for _ in range(ATTEMPTS):
            try:
                return ask()
            except Unavailable:
                continue
        raise AssertionError("it never came to an end")

    def subscribe(self) -> None:
        row = self.again(lambda: self.desk.buy(PlanItem("starter"))).purchase
        self.world.pay_session(str(row.gateway_refs.checkout_session))
        assert self.again(lambda: self.settle(row.purchase_id)) == "completed"
        follow_cards("acme", desk=self.desk.sales)
        account = self.desk.accounts.get("acme")
        assert account is not None
        self.world.customer = str(account.gateway_customer)

    def settle(self, purchase_id: str) -> str:
        return recheck_purchase("acme", purchase_id, ADMIN, desk=self.desk.sales).state

    def card(self, does: str) -> str:
        card = self.world.add_card(does)
        choose_card("acme", card, ADMIN, desk=self.desk.sales)
        return card

    def change(self, plan_id: str, key: str) -> Any:
        asked = PurchaseRequest("acme", PlanItem(plan_id))
        return self.again(lambda: change_plan(asked, key, ADMIN, desk=self.desk.sales))

    def go_to(self, text: str) -> int:
        """Later: what is due has happened, every row was looked at, and this is available."""
        jump(self.world, text)
        self.desk.sales.credits.renew("acme")
        for row in list(self.desk.purchases.rows.values()):
            if row.check_at is not None and row.check_at <= self.world.clock.now():
                self.again(lambda row=row: self.settle(row.purchase_id))  # type: ignore[misc]
        self.desk.sales.credits.renew("acme")
        return self.desk.available()

    def live(self) -> int:
        return sum(each.is_live for each in self.world.gateway.subscriptions(self.world.customer))


LOST = (
    "prices.create",
    "subscriptions.update",
    "subscriptions.cancel",
    "invoices.void_invoice",
    "invoices.finalize_invoice",
    "checkout.sessions.create",
)


@pytest.mark.parametrize("lost", [None, *LOST])
def test_gc_06_gc_07_up_twice_down_at_the_end_and_cancelled(stand_in_world: AtTheStandIn, lost: str | None) -> None:
    """W4, GC-21, GC-22: 440 credits for $370.00 on one day, 40 from the next period on, and nothing after the end."""
    shop = Shop(stand_in_world, lost)
    shop.subscribe()
    shop.card("pays")
    assert shop.change("growth", "up-1").effect == "now"
    assert shop.change("agency", "up-2").charge_minor == 24_000
    assert shop.go_to("2027-01-31T13:00:00") == 440
    for _ in range(2):
        shop.again(lambda: cancel("acme", ADMIN, desk=shop.desk.sales))
        shop.again(lambda: resume("acme", ADMIN, desk=shop.desk.sales))
    assert shop.change("starter", "down").effect == "period_end"
    assert [shop.go_to(f"2027-02-28T{time}") for time in ("11:59:59", "12:00:00", "14:30:00")] == [440, 40, 40]
    shop.again(lambda: cancel("acme", ADMIN, desk=shop.desk.sales))
    assert [shop.go_to(f"2027-03-31T{time}") for time in ("11:59:59", "12:00:00")] == [40, 0]
    assert shop.go_to("2027-06-30T12:00:00") == 0
    assert charges(stand_in_world) == [4_000, 9_000, 24_000, 4_000]
    assert shop.live() == 0


def test_a_change_in_the_drafts_hour_is_charged_once(stand_in_world: AtTheStandIn) -> None:
    """X-25: the renewal that is still a draft is replaced."""
    shop = Shop(stand_in_world)
    shop.subscribe()
    shop.card("pays")
    assert shop.go_to("2027-02-28T12:20:00") == 40
    assert shop.change("growth", "up").charge_minor == 9_000
    assert shop.go_to("2027-02-28T16:00:00") >= 100
    assert charges(stand_in_world) == [4_000, 9_000]
    assert shop.live() == 1


def test_a_card_that_is_declined_and_a_bank_that_wants_the_buyer_change_nothing_yet(
    stand_in_world: AtTheStandIn,
) -> None:
    shop = Shop(stand_in_world)
    shop.subscribe()
    shop.card("declines")
    with pytest.raises(PaymentFailed):
        shop.change("growth", "one")
    card = shop.card("asks")
    with pytest.raises(CheckoutRequired) as asked:
        shop.change("growth", "two")
    assert asked.value.data["checkout_url"]
    assert shop.go_to("2027-01-31T18:00:00") == 40
    waiting = stand_in_world.gateway.subscriptions(stand_in_world.customer)[0]
    stand_in_world.pay_page(str(waiting.latest_invoice), card, "asks")
    assert shop.settle(asked.value.data["purchase_id"]) == "completed"
    assert shop.go_to("2027-01-31T19:00:00") == 140
    assert charges(stand_in_world) == [4_000, 9_000]


def test_an_unpaid_renewal_is_paid_by_a_new_card(stand_in_world: AtTheStandIn) -> None:
    """X-10, X-26: provisional, then void at the end of the grace, then restored."""
    shop = Shop(stand_in_world)
    shop.subscribe()
    shop.card("declines")
    stand_in_world.gateway.use_card(
        stand_in_world.gateway.subscriptions(stand_in_world.customer)[0].subscription, shop.card("declines")
    )
    assert shop.go_to("2027-02-28T14:30:00") == 40
    assert shop.go_to("2027-03-07T12:00:00") == 0
    shop.card("pays")
    assert shop.go_to("2027-03-09T12:00:00") == 40
    assert charges(stand_in_world) == [4_000, 4_000]
