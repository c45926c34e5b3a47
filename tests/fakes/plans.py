"""Plans bought for a time, under a policy that has everything that 9Pic's own leaves out: plan credits and free ones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from lotbook.domain.accounts.periods import account_at
from lotbook.domain.audit.books import audit
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.plans import Plan
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.usecases.accounts.read_account import AccountView, read_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.audit import audited
from tests.fakes.credit_desk import credit_desk
from tests.fakes.desk import Desk
from tests.fakes.samples import published

Rest = Literal["forfeit", "carry"]


def termed(rest: Rest = "forfeit", free: int = 10, starting: int = 0, pro: int = 100) -> Policy:
    """9Pic with `free` credits a month, a starting plan of `starting`, Pro with `pro` and Max with 300 for 30 days."""
    policy = published("9pic").policy
    plans = {plan.plan_id: plan for plan in policy.plans}
    offered = (
        replace(plans["payg"], credits=starting),
        replace(plans["pro"], credits=pro),
        Plan(
            plan_id="max",
            title="Max",
            level=2,
            interval="term",
            term_days=30,
            prices_minor={"usd": 5_000},
            credits=300,
        ),
        plans["enterprise"],
    )
    change = replace(policy.plan_change, upgrade=replace(policy.plan_change.upgrade, plan_credits=rest))
    return replace(policy, free_credits=free, plans=offered, plan_change=change)


class PlanDesk(Desk):
    """A desk whose account renews."""

    def __init__(self, policy: Policy | None = None, plan: str = "payg", **changes: Any) -> None:
        super().__init__("9pic", plan, **changes)
        if policy is not None:
            self.policies.put(policy)
        self.burns = 0

    def renew(self, account_id: str = "acme") -> None:
        renew_account(
            account_id, accounts=self.accounts, policies=self.policies, desk=credit_desk(self.books, self.clock)
        )

    def order(self, plan_id: str = "pro", credits: int | None = None, key: str = "key-1") -> Purchase:
        return self.buy(self.plan_item(plan_id, credits), key=key).purchase

    def plan_item(self, plan_id: str, credits: int | None = None) -> PlanItem:
        return PlanItem(plan_id, credits)

    def shortfall(self) -> int:
        return read_balance("acme", "credits", desk=credit_desk(self.books, self.clock, self.renew)).shortfall

    def settle(self, purchase: Purchase) -> Purchase:
        return settle_purchase("acme", purchase.purchase_id, desk=self.sales)

    def bought(self, plan_id: str = "pro", credits: int | None = None, key: str = "key-1") -> Purchase:
        """Ordered, paid and settled."""
        ordered = self.order(plan_id, credits, key)
        self.pay(ordered)
        return self.settle(ordered)

    def burn(self, credits: int) -> None:
        self.burns += 1
        request = BurnRequest(credits=credits)
        consume("acme", f"burn-{self.burns}", request, desk=credit_desk(self.books, self.clock, self.renew))

    def lots(self) -> list[tuple[str, int]]:
        """`(kind, remaining)` in burn order."""
        self.renew()
        found = read_balance("acme", "credits", desk=credit_desk(self.books, self.clock, self.renew))
        return [(lot.kind, lot.remaining) for lot in found.lots]

    @property
    def view(self) -> AccountView:
        return read_account("acme", accounts=self.accounts, policies=self.policies, desk=self.sales.credits)

    @property
    def plan(self) -> str:
        """The plan that the account is on now."""
        stored = self.accounts.get("acme")
        newest = self.policies.newest("9pic")
        assert stored is not None
        assert newest is not None
        return account_at(newest.policy, stored, self.clock.now()).plan_id

    def check(self, where: Any = "") -> None:
        """Nothing is left to be done, the statement adds up, and the auditor finds nothing."""
        account = self.accounts.get("acme")
        assert account is not None
        assert account.moves == (), where
        if ("acme", "credits") not in self.books.books:
            return
        found = read_balance("acme", "credits", desk=credit_desk(self.books, self.clock, self.renew))
        owned = found.available + found.held + found.frozen - found.shortfall
        assert sum(entry.credits for entry in self.entries()) == owned, where
        ledger = {entry.name: entry for entry in self.books.ledger.values()}
        assert audit("credits", self.books.books["acme", "credits"], ledger) == [], where
        looked = audited(self.books, "acme", "credits", *self.purchases.rows.values(), clock=self.clock)
        assert looked.differences == (), where
