"""The pages of reconciliation that are about invoices without a page, and about what makes them: plans, automatic purchases."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.usecases.reconciliation.compare_automatic import AutoInvoiceSubject
from lotbook.usecases.reconciliation.compare_plans import PlanInvoiceSubject, SubscriptionSubject

if TYPE_CHECKING:
    from lotbook.ports.reconciliation import GatewayLists, Progress
    from lotbook.usecases.reconciliation.compare import Subject
    from lotbook.usecases.sales.desk import SalesDesk


def of_invoices(
    progress: Progress, gateway: GatewayLists, sales: SalesDesk, seen: set[str]
) -> tuple[list[Subject], str | None]:
    """The next page of the phase, and where the one after it begins. `seen` learns the payments that are compared."""
    if progress.phase == "plan_invoices":
        invoices = gateway.plan_invoices(progress.period, progress.after)
        seen.update(facts.payment.payment_intent for facts in invoices.rows if facts.payment)
        return [PlanInvoiceSubject(facts, sales) for facts in invoices.rows], invoices.after
    if progress.phase == "auto_invoices":
        charges = gateway.auto_invoices(progress.period, progress.after)
        seen.update(facts.payment_intent for facts in charges.rows if facts.payment_intent)
        return [AutoInvoiceSubject(facts, sales) for facts in charges.rows], charges.after
    made = gateway.subscriptions(progress.period, progress.after)
    return [SubscriptionSubject(facts, sales) for facts in made.rows], made.after
