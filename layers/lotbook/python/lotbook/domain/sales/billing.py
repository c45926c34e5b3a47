"""An account's billing details, and which of them an invoice keeps (NP-46, NP-47)."""

from __future__ import annotations

from typing import Literal

from lotbook.domain.invoices.billing_details import BillingDetails
from lotbook.domain.sales.purchase import SETTLED, Purchase
from lotbook.domain.values.light_dataclasses import dataclass, replace

InvoiceState = Literal["none", "waiting_for_billing", "available"]


@dataclass(frozen=True, slots=True)
class BillingRecord:
    """An account's details. `first` is what was filled in first: the details of the invoices that had waited for any.

    `edition` counts what was filled in, `sent` is the edition that the gateway's customer `sent_to` shows; `version` guards
    the item.
    """

    account_id: str
    details: BillingDetails
    first: BillingDetails
    first_at: int
    updated_at: int
    actor: str
    edition: int = 1
    sent: int = 0
    version: int = 1
    sent_to: str | None = None

    @property
    def is_erased(self) -> bool:
        """Whether only the country is left: no details are filled in without an address for mail."""
        return not self.details.email

    def is_shown_by(self, customer: str) -> bool:
        """Whether that customer shows these details."""
        return self.sent >= self.edition and self.sent_to == customer


def with_details(
    found: BillingRecord | None, account_id: str, details: BillingDetails, *, actor: str, now: int
) -> BillingRecord:
    """The record after details were filled in. The same details again change nothing."""
    if found is None:
        return BillingRecord(account_id, details, details, now, now, actor)
    if found.details == details:
        return found
    return replace(found, details=details, updated_at=now, actor=actor, edition=found.edition + 1)


def with_snapshot(purchase: Purchase, record: BillingRecord | None) -> Purchase:
    """The purchase as its invoice is generated: it keeps the details of this moment for ever (NP-47)."""
    return replace(purchase, billing=record.details if record else None)


def billed_to(purchase: Purchase, record: BillingRecord | None) -> BillingDetails | None:
    """The details of the purchase's invoice: its snapshot, or what released it. Later changes never show (NP-47)."""
    if purchase.billing is not None or not purchase.invoice_waits or record is None:
        return purchase.billing
    return record.first


def invoice_state(purchase: Purchase, record: BillingRecord | None) -> InvoiceState:
    """Whether an invoice can be had (NP-44, NP-46)."""
    if purchase.state not in SETTLED:
        return "none"
    if purchase.invoice_waits and billed_to(purchase, record) is None:
        return "waiting_for_billing"
    return "available"
