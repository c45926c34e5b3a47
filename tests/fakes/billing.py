"""Billing details in memory."""

from __future__ import annotations

from dataclasses import replace
from threading import Lock

from lotbook.domain.invoices.billing_details import Address, BillingDetails
from lotbook.domain.sales.billing import BillingRecord
from lotbook.domain.values.errors import Conflict

HOME = Address("1 Main St", "Springfield", "12345", "US", state="IL")


def details(**changes: object) -> BillingDetails:
    """Good details of a company in the US."""
    fields: dict[str, object] = {"name": "Acme Inc.", "email": "pay@acme.example", "address": HOME}
    return BillingDetails(**(fields | changes))  # type: ignore[arg-type]


class FakeBilling:
    """Implements `BillingStore`."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.records: dict[str, BillingRecord] = {}

    def get(self, account_id: str) -> BillingRecord | None:
        return self.records.get(account_id)

    def save(self, record: BillingRecord, read: BillingRecord | None) -> BillingRecord:
        with self._lock:
            found = self.records.get(record.account_id)
            if (found and found.version) != (read and read.version):
                raise Conflict
            saved = replace(record, version=1 if read is None else read.version + 1)
            self.records[record.account_id] = saved
            return saved
