"""Billing details: shown and filled in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring
from lotbook.api.portal import details
from lotbook.api.portal.replies import Redirect
from lotbook.api.portal.routes import ROOT
from lotbook.domain.values.errors import BillingDetailsNotFound, InvalidRequest
from lotbook.portal.home import account_of
from lotbook.usecases.sales.billing_details import fill_in_billing, read_billing

if TYPE_CHECKING:
    from lotbook.api.portal.replies import Reply
    from lotbook.api.portal.visits import Visit
    from lotbook.domain.invoices.billing_details import BillingDetails


def show(visit: Visit) -> Reply:
    """`GET /portal/billing-details`."""
    return details.page(details.typed(_on_file(visit)), account_of(visit), visit)


def save(visit: Visit) -> Reply:
    """`POST /portal/billing-details`."""
    try:
        read = details.read(visit.form, _on_file(visit))
        fill_in_billing(visit.account_id, read, visit.caller, desk=wiring.sales_desk())
    except InvalidRequest as refused:
        return details.page(visit.form, account_of(visit), visit, details.wrong(refused))
    return Redirect(f"{ROOT}/billing-details?saved=1")


def _on_file(visit: Visit) -> BillingDetails | None:
    try:
        return read_billing(visit.account_id, accounts=wiring.accounts(), billing=wiring.billing())
    except BillingDetailsNotFound:
        return None
