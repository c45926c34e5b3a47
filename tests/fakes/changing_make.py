"""An account of Make that tops up, uses credits, and buys another plan with what is left."""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.accounts.account import Account
from lotbook.domain.credits.requests import BurnRequest, LotView
from lotbook.domain.sales.items import PlanItem, TopUpItem
from lotbook.domain.sales.purchase import Purchase
from lotbook.usecases.audit.audit_account import audit_account
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.sales.read_offers import quote_item
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests.audit import auditing
from tests.fakes.renewing import RenewingDesk
from tests.fakes.samples import account_on, member


class Changing(RenewingDesk):
    """An account of Make on a paid plan that is billed elsewhere, and what it takes to buy another one here."""

    def __init__(self, plan_id: str, anchor: str = "2027-03-20T12:00:00Z", at: str = "2027-03-20T12:00:00") -> None:
        super().__init__("make", at=at)
        account: Account = replace(account_on("make", plan_id, anchor=anchor), plan_billing="external")
        self.accounts._items["acme"] = account
        self.renew()

    def top_up(self, credits: int) -> Purchase:
        """Credits bought by hand."""
        row = self.buy(TopUpItem(credits), key=f"top-up-{credits}").purchase
        self.pay(row)
        return settle_purchase("acme", row.purchase_id, desk=self.sales)

    def use(self, credits: int) -> None:
        self.burns += 1
        consume("acme", f"use-{self.burns}", BurnRequest(credits), desk=self.sales.credits)

    def order_of(self, plan_id: str) -> Purchase:
        """An open order of another plan, with what its quote says of the account's credits."""
        shown = quote_item(
            self.sales.account("acme"),
            PlanItem(plan_id),
            member("admin"),
            desk=self.sales.credits,
            purchases=self.sales.purchases,
        )
        assert shown.move is not None
        total = {"subtotal_minor": shown.subtotal_minor, "total_minor": shown.total_minor}
        return self.ordered(plan_id, move=shown.move, lines=shown.lines, **total)

    def changed(self, order: Purchase) -> Purchase:
        """Paid, and settled."""
        self.pay(order)
        return settle_purchase("acme", order.purchase_id, desk=self.sales)

    def left(self, unit: str = "credits") -> list[LotView]:
        return list(read_balance("acme", unit, desk=self.sales.credits).lots)

    def has(self, unit: str = "credits") -> list[tuple[str, int]]:
        return [(lot.kind, lot.remaining) for lot in self.left(unit)]

    def audit(self) -> None:
        """What was taken without a refund, and what is there without a purchase, is explained by the change (D38)."""
        self.clock.instant += 2 * 3_600_000
        ports = auditing(self.books, *self.purchases.rows.values(), clock=self.clock)
        assert audit_account("acme", ["credits", "data_transfer_mb"], auditing=ports).differences == ()
