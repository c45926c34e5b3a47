"""A desk whose account buys a plan that renews, over the gateway in memory that charges by its own clock."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import account_at
from lotbook.domain.audit.books import audit
from lotbook.domain.plans.plan_move import PlanMove
from lotbook.domain.policy.plans import INTERVAL_MONTHS
from lotbook.domain.sales.items import OrderLine, PlanItem, PlanPart, PlanRenewalItem
from lotbook.domain.sales.purchase import Purchase, new_purchase_id
from lotbook.domain.values.instants import HOUR
from lotbook.domain.values.money import to_major
from lotbook.ports.shop import KeyUse
from lotbook.usecases.accounts.load_account import load_account
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.fakes.plans import PlanDesk
from tests.fakes.samples import account_on, published


class RenewingDesk(PlanDesk):
    """An account of a sample policy on its starting plan, and everything that it takes to subscribe."""

    def __init__(self, policy: str = "gocontent", at: str = "2027-01-31T12:00:00", **changes: Any) -> None:
        self.name = policy
        super().__init__(None, "payg", at=at, **changes)
        known = published(policy).policy
        self.policies.put(known)
        opened = account_on(policy, known.starting_plan_id, anchor=f"{at}Z")
        self.accounts._items["acme"] = opened
        self.orders = 0

    def renew(self, account_id: str = "acme") -> None:
        self.sales.credits.renew(account_id)

    def subscribe(self, plan_id: str, credits: int = 0) -> Purchase:
        """Ordered on a page, paid there, and settled."""
        order = self.ordered(plan_id, credits)
        self.pay(order)
        return settle_purchase("acme", order.purchase_id, desk=self.sales)

    def ordered(self, plan_id: str, credits: int = 0, **changes: Any) -> Purchase:
        """An open order, as `create_purchase` freezes it."""
        self.orders += 1
        row = replace(self.frozen(plan_id, credits), **changes)
        self.sales.purchases.place(row, KeyUse(f"order-{self.orders}", row.purchase_id, ""))
        customer = self.account.gateway_customer
        if customer is None:
            customer = self.sales.gateway.open_customer(self.account)
            self.sales.accounts.save(replace(self.account, gateway_customer=customer))
        session, url = self.sales.gateway.open_checkout(row, customer)
        refs = replace(row.gateway_refs, checkout_session=session)
        return self.sales.purchases.save(replace(row, customer=customer, gateway_refs=refs, checkout_url=url))

    def frozen(self, plan_id: str, credits: int = 0) -> Purchase:
        now, account = self.clock.now(), self.account
        newest = self.policies.newest(self.name)
        assert newest is not None
        plan = newest.policy.plan(plan_id)
        price = plan.prices_minor[account.currency]
        lines = [OrderLine(plan.title, 1, to_major(price, "usd"), price)]
        lines += [OrderLine("Credits", credits, Decimal("0.01"), credits)] if credits else []
        total = sum(line.amount_minor for line in lines)
        row = Purchase(
            account_id="acme",
            purchase_id=new_purchase_id(now, self.sales.entropy.read(10)),
            created_at=now,
            actor="user-1",
            item=PlanItem(plan_id, credits or None),
            lines=tuple(lines),
            unit=newest.policy.units[0],
            credits=credits,
            companions=(),
            subtotal_minor=total,
            tax=None,
            total_minor=total,
            currency="usd",
            policy_id=self.name,
            policy_version=newest.version,
            plan_id=account.plan_id,
            quoted_expires_at=None,
            consent=None,
            success_url="https://shop.example/",
            cancel_url="https://shop.example/",
            checkout_expires_at=now + HOUR,
            first_check_at=now + HOUR // 4,
            checkout_request="{}",
            title=plan.title,
            plan=PlanPart(plan_id, plan.credits, 0, INTERVAL_MONTHS[plan.interval], price),
            move=PlanMove("first"),
        )
        part = row.plan
        assert part is not None
        return replace(row, plan=replace(part, price=self.sales.plans.plan_price(row)))

    @property
    def account(self) -> Account:
        found = self.accounts.get("acme")
        assert found is not None
        return found

    @property
    def now(self) -> Account:
        """The account as time makes it."""
        return load_account("acme", accounts=self.accounts, policies=self.policies, clock=self.clock).account

    @property
    def plan(self) -> str:
        stored = self.account
        newest = self.policies.newest(self.name)
        assert newest is not None
        return account_at(newest.policy, stored, self.clock.now()).plan_id

    @property
    def sub(self) -> str:
        """The subscription that pays for the plan."""
        assert self.account.subscription is not None
        return self.account.subscription.subscription

    def check(self, where: Any = "") -> None:
        """Nothing is left to be done, and each unit's statement and audit are in order."""
        assert self.account.moves == (), where
        assert self.account.subscription is None or self.account.subscription.unfollowed == (), where
        newest = self.policies.newest(self.name)
        assert newest is not None
        for unit in newest.policy.units:
            found = read_balance("acme", unit, desk=self.sales.credits)
            owned = found.available + found.held + found.frozen - found.shortfall
            assert sum(entry.credits for entry in self.entries(unit)) == owned, (where, unit)
            ledger = {entry.name: entry for entry in self.books.ledger.values() if entry.unit == unit}
            assert audit(unit, self.books.books["acme", unit], ledger) == [], (where, unit)

    def go_to(self, when: str) -> None:
        """The clock, here and at the gateway; nothing of ours is told."""
        self.clock.set(when)
        self.gateway.tick()

    def read(self) -> tuple[int, int]:
        """`(available, shortfall)` as a reader sees them."""
        found = read_balance("acme", self.unit, desk=self.sales.credits)
        return found.available, found.shortfall

    @property
    def unit(self) -> str:
        newest = self.policies.newest(self.name)
        assert newest is not None
        return newest.policy.units[0]

    def renewals(self) -> list[Purchase]:
        """The rows of periods that came by themselves, the earliest first."""
        rows = sorted(self.purchases.rows.values(), key=lambda row: row.purchase_id)
        return [row for row in rows if isinstance(row.item, PlanRenewalItem)]

    def settle_renewals(self) -> None:
        """What the schedule does with every renewal."""
        for row in self.renewals():
            settle_purchase("acme", row.purchase_id, desk=self.sales)

    def charged(self) -> int:
        """What the gateway has really collected, in minor units."""
        return sum(bill.due for bill in self.gateway.plans.bills.values() if bill.state == "paid")

    def states(self) -> list[str]:
        return [row.state for row in self.renewals()]
