"""Keep an invoice's number with its purchase, where the gateway finalized the invoice a moment after the payment was settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.sales.purchase import SETTLED
from lotbook.domain.values.errors import Conflict, Unavailable
from lotbook.domain.values.light_dataclasses import replace

if TYPE_CHECKING:
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk


def note_invoice(purchase: Purchase, invoice: str, *, desk: SalesDesk) -> Purchase:
    """A settled purchase with the number of this invoice of its; one that has a number, or another invoice, stays as it is.

    Raises Unavailable where the gateway does not answer, or somebody else writes the purchase: the event comes again.
    """
    refs = purchase.gateway_refs
    if purchase.state not in SETTLED or refs.number is not None or refs.invoice not in (None, invoice):
        return purchase
    facts = desk.gateway.invoice(invoice)
    if facts.number is None:
        return purchase
    try:
        return desk.purchases.save(replace(purchase, gateway_refs=replace(refs, invoice=invoice, number=facts.number)))
    except Conflict as conflict:
        raise Unavailable("The purchase is being changed; ask again.") from conflict
