"""The invoice of a completed purchase, asked for at the gateway: its addresses end, so they are not kept (NP-33, NP-44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.billing import billed_to, invoice_state
from lotbook.domain.values.errors import InvoiceNotReady
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from lotbook.domain.invoices.billing_details import BillingDetails
    from lotbook.domain.sales.gateway import InvoiceFacts
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk

NOT_COMPLETED, WAITING_FOR_BILLING, BEING_MADE = "not_completed", "waiting_for_billing", "being_made"


@dataclass(frozen=True, slots=True)
class Invoice:
    """The gateway's invoice, and the billing details that it keeps (NP-47)."""

    facts: InvoiceFacts
    billing: BillingDetails | None


def read_invoice(account_id: str, purchase_id: str, *, desk: SalesDesk) -> Invoice:
    """The finalized invoice; raises PurchaseNotFound, Unavailable, and InvoiceNotReady `{reason}`.

    It is not ready before the purchase is completed, while it waits for billing details (NP-46), and until the gateway
    has made it.
    """
    purchase = desk.purchase(account_id, purchase_id)
    record = desk.billing.get(account_id)
    match invoice_state(purchase, record):
        case "none":
            raise InvoiceNotReady(reason=NOT_COMPLETED)
        case "waiting_for_billing":
            raise InvoiceNotReady("The invoice waits for billing details.", reason=WAITING_FOR_BILLING)
    invoice = _invoice_of(purchase, desk)
    facts = None if invoice is None else desk.gateway.invoice(invoice)
    if facts is None or facts.number is None or facts.hosted_url is None:
        raise InvoiceNotReady(reason=BEING_MADE)
    return Invoice(facts, billed_to(purchase, record))


def _invoice_of(purchase: Purchase, desk: SalesDesk) -> str | None:
    """Kept with the purchase, or asked for: the gateway may make it a moment after the payment."""
    refs = purchase.gateway_refs
    if refs.invoice is not None or refs.checkout_session is None:
        return refs.invoice
    return desk.gateway.checkout(refs.checkout_session).invoice
