"""The calls of the sync client: statement.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from lotbook_client import operations
from lotbook_client.calls import CsvPage, without_nulls
from lotbook_client.models import Balance, Entries, Entry, Granted, OneLot, Voided
from lotbook_client.pages import Pages
from lotbook_client.synchronous import Core


class StatementCalls(Core):
    """A method for each operation."""

    def read_balance(
        self,
        account_id: str,
        *,
        unit: str | None = None,
    ) -> Balance:
        """Read the balance of one unit. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.READ_BALANCE,
            path={
                "account_id": account_id,
            },
            query={
                "unit": unit,
            },
        )

    def list_entries(
        self,
        account_id: str,
        *,
        unit: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
        kind: str | None = None,
        from_: datetime | str | None = None,
        to: datetime | str | None = None,
        reference: str | None = None,
    ) -> Pages[Entries, Entry]:
        """Read the statement of one unit, newest first; with filters a page may be short, or empty, and not the last.

        Needs: member of the account or service key with `read`.
        """
        return self._pages(
            operations.LIST_ENTRIES,
            path={
                "account_id": account_id,
            },
            query={
                "unit": unit,
                "limit": limit,
                "cursor": cursor,
                "kind": kind,
                "from": from_,
                "to": to,
                "reference": reference,
            },
        )

    def export_entries(
        self,
        account_id: str,
        *,
        unit: str | None = None,
        cursor: str | None = None,
    ) -> Pages[CsvPage, str]:
        """The statement of one unit as CSV, newest first, at most a thousand lines a call.

        Needs: member of the account or service key with `read`.
        """
        return self._pages(
            operations.EXPORT_ENTRIES,
            path={
                "account_id": account_id,
            },
            query={
                "unit": unit,
                "cursor": cursor,
            },
        )

    def grant_credits(
        self,
        account_id: str,
        credits: int,
        *,
        kind: Literal["promotional"] = "promotional",
        reason: str,
        unit: str | None = None,
        effective_at: datetime | str | None = None,
        expires_at: datetime | str | None = None,
        metadata: Mapping[str, str] | None = None,
        idempotency_key: str | None = None,
    ) -> Granted:
        """Grant promotional credits. Needs: service key with `credits:grant`."""
        return self._answer(
            operations.GRANT_CREDITS,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "credits": credits,
                    "kind": kind,
                    "reason": reason,
                    "unit": unit,
                    "effective_at": effective_at,
                    "expires_at": expires_at,
                    "metadata": metadata,
                }
            ),
            key=idempotency_key,
        )

    def read_lot(
        self,
        account_id: str,
        lot_id: str,
    ) -> OneLot:
        """Read a lot, and what became of its credits. Needs: member of the account or service key with `read`."""
        return self._answer(
            operations.READ_LOT,
            path={
                "account_id": account_id,
                "lot_id": lot_id,
            },
        )

    def void_lot(
        self,
        account_id: str,
        lot_id: str,
        reason: str,
        *,
        credits: int | None = None,
        idempotency_key: str | None = None,
    ) -> Voided:
        """Take back what is unused of a lot; what was burned or is held stays.

        Needs: service key with `credits:grant`.
        """
        return self._answer(
            operations.VOID_LOT,
            path={
                "account_id": account_id,
                "lot_id": lot_id,
            },
            body=without_nulls(
                {
                    "reason": reason,
                    "credits": credits,
                }
            ),
            key=idempotency_key,
        )

    def read_entry(
        self,
        account_id: str,
        entry_id: str,
    ) -> Entry:
        """Read an entry, with its draws and how its credits were calculated.

        Needs: member of the account or service key with `read`.
        """
        return self._answer(
            operations.READ_ENTRY,
            path={
                "account_id": account_id,
                "entry_id": entry_id,
            },
        )
