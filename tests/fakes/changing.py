"""A desk with a subscriber who changes, cancels and resumes."""

from __future__ import annotations

from typing import Any

from lotbook.domain.accounts.account import Account
from lotbook.domain.sales.items import PlanItem, TopUpItem
from lotbook.usecases.plans.cancel import cancel, resume
from lotbook.usecases.plans.change import change_plan
from lotbook.usecases.plans.changed import Changed
from lotbook.usecases.sales.create_purchase import create_purchase
from lotbook.usecases.sales.freeze_order import PurchaseRequest
from tests.fakes.renewing import RenewingDesk
from tests.fakes.samples import member


class ChangingDesk(RenewingDesk):
    """Keys are counted; `card` is the default one."""

    keys = 0

    def change(self, plan_id: str, key: str | None = None) -> Changed:
        self.keys += key is None
        request = PurchaseRequest("acme", PlanItem(plan_id))
        return change_plan(request, key or f"change-{self.keys}", member("owner"), desk=self.sales)

    def top_up(self, credits: int) -> None:
        self.keys += 1
        request = PurchaseRequest("acme", TopUpItem(credits))
        made = create_purchase(request, f"top-up-{self.keys}", member("owner"), desk=self.sales)
        self.pay(made.purchase)
        self.settle(made.purchase)

    def cancel(self) -> Account:
        return cancel("acme", member("owner"), desk=self.sales)

    def resume(self) -> Account:
        return resume("acme", member("owner"), desk=self.sales)

    @property
    def card(self) -> str:
        found = self.gateway.card_file(self.account.gateway_customer or "").default
        assert found is not None
        return found

    def live(self) -> list[str]:
        """Subscriptions that may still charge anybody."""
        return [sub.name for sub in self.gateway.plans.subs.values() if sub.facts().is_live]

    def collectable(self) -> list[Any]:
        return [bill.name for bill in self.gateway.plans.bills.values() if bill.state in ("draft", "open")]


def subscriber(plan: str, policy: str = "gocontent", at: str = "2027-01-31T12:00:00", **changes: Any) -> ChangingDesk:
    """Somebody on the plan, bought on a page, with the card as the default."""
    desk = ChangingDesk(policy, at, **changes)
    order = desk.subscribe(plan)
    assert order.state == "completed"
    from lotbook.usecases.sales.follow_cards import keep_card

    keep_card(order, desk=desk.sales)
    return desk
