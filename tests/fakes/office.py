"""A desk in memory with the reconciliation that looks over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from lotbook.domain.reconciliation.differences import ComparedPeriod
from lotbook.domain.sales.items import TopUpItem
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.reconciliation.reconcile import Reconciled, Reconciliation, reconcile
from tests.fakes.desk import Desk
from tests.fakes.reconciliation import FakeJournal, FakeLists, FakePurchaseLists
from tests.fakes.samples import member

ADMIN = member("admin")
LONG = 10**9


class Office:
    """A desk, and the reconciliation that looks over it."""

    def __init__(self, size: int = 2, *on: str) -> None:
        self.desk = Desk(*on)
        self.lists = FakeLists(self.desk.gateway, size)
        self.journal = FakeJournal()
        made = FakePurchaseLists(self.desk.purchases, size)
        self.ports = Reconciliation(self.desk.sales, self.lists, made, self.journal)

    def run(
        self, period: ComparedPeriod | None = None, time_left: Callable[[], int] = lambda: LONG, **more: Any
    ) -> Reconciled:
        return reconcile(period, desk=self.ports, time_left=time_left, **more)

    def paid(self, key: str = "key-1", credits: int = 30, **changes: Any) -> str:
        """A purchase whose page was paid and of which nobody has heard; its session."""
        bought = self.desk.buy(TopUpItem(credits), key=key).purchase
        self.desk.pay(bought, **changes)
        return bought.gateway_refs.checkout_session or ""

    def settled(self, key: str = "key-1", credits: int = 30) -> str:
        session = self.paid(key, credits)
        for row in list(self.desk.purchases.rows.values()):
            recheck_purchase("acme", row.purchase_id, ADMIN, desk=self.desk.sales)
        return session

    def outcomes(self) -> list[tuple[str, str]]:
        """What was journaled, in order."""
        return [(noted.difference.kind, noted.outcome) for noted in self.journal.noted.values()]

    def rewrite(self, **changes: Any) -> None:
        """A defect, or somebody at the table: the row says something else."""
        self.desk.purchases.save(replace(self.desk.row(), **changes))
