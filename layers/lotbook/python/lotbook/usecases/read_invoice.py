"""The invoice of a completed purchase, asked for at the gateway: its addresses end, so they are not kept (NP-33, NP-44)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.errors import InvoiceNotReady
from lotbook.domain.purchase import SETTLED

if TYPE_CHECKING:
    from lotbook.domain.gateway import InvoiceFacts
    from lotbook.domain.purchase import Purchase
    from lotbook.usecases.sales import Sales


def read_invoice(account_id: str, purchase_id: str, *, sales: Sales) -> InvoiceFacts:
    """The finalized invoice; raises PurchaseNotFound, InvoiceNotReady before completion or finalization, Unavailable."""
    purchase = sales.purchase(account_id, purchase_id)
    if purchase.state not in SETTLED:
        raise InvoiceNotReady
    invoice = _invoice_of(purchase, sales)
    if invoice is None:
        raise InvoiceNotReady
    facts = sales.gateway.invoice(invoice)
    if facts.number is None or facts.hosted_url is None:
        raise InvoiceNotReady
    return facts


def _invoice_of(purchase: Purchase, sales: Sales) -> str | None:
    """Kept with the purchase, or asked for: the gateway may make it a moment after the payment."""
    refs = purchase.gateway_refs
    if refs.invoice is not None or refs.checkout_session is None:
        return refs.invoice
    return sales.gateway.checkout(refs.checkout_session).invoice
