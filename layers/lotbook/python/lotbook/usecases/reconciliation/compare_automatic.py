"""What reconciliation looks at of automatic purchases: an invoice with the row that its mark names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.reconciliation.auto_differences import of_auto_invoice, stray_of_auto_invoice
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.reconciliation.strays import keep_stray

if TYPE_CHECKING:
    from lotbook.domain.reconciliation.differences import Difference
    from lotbook.domain.sales.auto_charges import AutoCharge
    from lotbook.domain.sales.purchase import Purchase
    from lotbook.usecases.sales.desk import SalesDesk


@dataclass(frozen=True, slots=True)
class AutoInvoiceSubject:
    """An invoice of ours, as it was listed, with its row. Money without one is kept as a stray at once (D5)."""

    listed: AutoCharge
    sales: SalesDesk

    @property
    def about(self) -> tuple[str | None, str]:
        """Its account, if it names one, and its own name."""
        return self.listed.tag.account_id, self.listed.invoice

    def differences(self, *, again: bool) -> list[Difference]:  # noqa: ARG002 - a repair moves the row, not the invoice
        """Raises Unavailable."""
        facts = self.listed
        found = of_auto_invoice(facts, self._row(), self.sales.gateway.deployment)
        if not any(each.kind in {"paid_unknown_purchase", "paid_twice"} for each in found):
            return found
        is_open = keep_stray(stray_of_auto_invoice(facts, self.sales.clock.now()), strays=self.sales.strays)
        return found if is_open else []

    def _row(self) -> Purchase | None:
        tag = self.listed.tag
        named = self.sales.purchases.get(str(tag.account_id), str(tag.purchase_id)) if tag.is_whole else None
        return named if named is not None and named.auto is not None else None
