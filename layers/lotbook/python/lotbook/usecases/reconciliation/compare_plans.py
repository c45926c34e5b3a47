"""What reconciliation looks at of plans that renew: an invoice with its row, a subscription with its account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.reconciliation.plan_differences import of_plan_invoice, of_subscription, stray_of_plan_invoice
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.plans.follow_invoice import row_of
from lotbook.usecases.reconciliation.strays import keep_stray

if TYPE_CHECKING:
    from lotbook.domain.reconciliation.differences import Difference
    from lotbook.domain.sales.subscription_facts import PlanInvoiceFacts, SubscriptionFacts
    from lotbook.usecases.sales.desk import SalesDesk


@dataclass(frozen=True, slots=True)
class PlanInvoiceSubject:
    """An invoice of a subscription of ours, as it was listed, with the row that it is for. Money without one is kept as a stray."""

    listed: PlanInvoiceFacts
    sales: SalesDesk

    @property
    def about(self) -> tuple[str | None, str]:
        """Its account, if it names one, and its own name."""
        return self.listed.tag.account_id, self.listed.invoice

    def differences(self, *, again: bool) -> list[Difference]:
        """Raises Unavailable."""
        facts = self.sales.plans.plan_invoice(self.listed.invoice) if again else self.listed
        if facts is None or not facts.tag.names_account or facts.tag.account_id is None:
            return []
        row = row_of(facts.tag.account_id, facts, desk=self.sales)
        found = of_plan_invoice(facts, row, self.sales.gateway.deployment)
        if not any(each.kind in {"paid_unknown_purchase", "paid_twice"} for each in found):
            return found
        is_open = keep_stray(stray_of_plan_invoice(facts, self.sales.clock.now()), strays=self.sales.strays)
        return found if is_open else []


@dataclass(frozen=True, slots=True)
class SubscriptionSubject:
    """A subscription of ours, as it was listed, with its account."""

    listed: SubscriptionFacts
    sales: SalesDesk

    @property
    def about(self) -> tuple[str | None, str]:
        """Its account, if it names one, and its own name."""
        return self.listed.tag.account_id, self.listed.subscription

    def differences(self, *, again: bool) -> list[Difference]:  # noqa: ARG002 - nothing repairs it
        """Raises Unavailable."""
        tag = self.listed.tag
        account = self.sales.accounts.get(tag.account_id) if tag.names_account and tag.account_id else None
        return of_subscription(self.listed, account, self.sales.clock.now())
