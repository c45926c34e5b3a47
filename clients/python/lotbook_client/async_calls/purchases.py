"""The calls of the async client: purchases.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from datetime import datetime

from lotbook_client import operations
from lotbook_client.asynchronous import AsyncCore
from lotbook_client.calls import CsvPage
from lotbook_client.models import Evidence, Invoice, Purchase, Purchases, Refunded
from lotbook_client.pages import AsyncPages


class AsyncPurchasesCalls(AsyncCore):
    """A method for each operation."""

    def list_purchases(
        self,
        account_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
        state: str | None = None,
        kind: str | None = None,
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
    ) -> AsyncPages[Purchases, Purchase]:
        """List purchases, newest first. Needs: member of the account or service key with `read`."""
        return self._pages(
            operations.LIST_PURCHASES,
            path={
                "account_id": account_id,
            },
            query={
                "limit": limit,
                "cursor": cursor,
                "state": state,
                "kind": kind,
                "from": from_,
                "to": to,
            },
        )

    def export_purchases(
        self,
        account_id: str,
        *,
        cursor: str | None = None,
        state: str | None = None,
        kind: str | None = None,
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
    ) -> AsyncPages[CsvPage, str]:
        """Purchases as CSV, newest first, at most a thousand a call.

        Needs: member of the account or service key with `read`.
        """
        return self._pages(
            operations.EXPORT_PURCHASES,
            path={
                "account_id": account_id,
            },
            query={
                "cursor": cursor,
                "state": state,
                "kind": kind,
                "from": from_,
                "to": to,
            },
        )

    async def read_purchase(
        self,
        account_id: str,
        purchase_id: str,
    ) -> Purchase:
        """Read a purchase. Needs: member of the account or service key with `read`."""
        return await self._answer(
            operations.READ_PURCHASE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
        )

    async def refund_purchase(
        self,
        account_id: str,
        purchase_id: str,
        *,
        idempotency_key: str | None = None,
    ) -> Refunded:
        """Pay the unused credits of a purchase back, where its policy allows it.

        Needs: member of the account or service key with `purchases:write`.
        """
        return await self._answer(
            operations.REFUND_PURCHASE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
            key=idempotency_key,
        )

    async def read_invoice(
        self,
        account_id: str,
        purchase_id: str,
    ) -> Invoice:
        """The gateway's invoice of a purchase. Needs: member of the account or service key with `read`."""
        return await self._answer(
            operations.READ_INVOICE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
        )

    async def read_evidence(
        self,
        account_id: str,
        purchase_id: str,
        *,
        cursor: str | None = None,
    ) -> Evidence:
        """What answers a chargeback: consent, order, delivery, and the use of exactly these credits.

        Needs: member of the account or service key with `read`.
        """
        return await self._answer(
            operations.READ_EVIDENCE,
            path={
                "account_id": account_id,
                "purchase_id": purchase_id,
            },
            query={
                "cursor": cursor,
            },
        )
