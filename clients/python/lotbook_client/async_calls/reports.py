"""The calls of the async client: reports.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from typing import Literal

from lotbook_client import operations
from lotbook_client.asynchronous import AsyncCore
from lotbook_client.calls import CsvPage
from lotbook_client.models import Report, ReportLine
from lotbook_client.pages import AsyncPages


class AsyncReportsCalls(AsyncCore):
    """A method for each operation."""

    def read_report(
        self,
        report: Literal["liability", "recognition", "roll-forward", "tax", "balance", "differences"],
        *,
        month: str,
        currency: str | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[Report, ReportLine]:
        """A month of a report for finance over all accounts, as CSV or, where `Accept` says so, as JSON; closed months
        never change. Needs: service key with `reports:read`.
        """
        return self._pages(
            operations.READ_REPORT,
            path={
                "report": report,
            },
            query={
                "month": month,
                "currency": currency,
                "cursor": cursor,
            },
        )

    def read_report_csv(
        self,
        report: Literal["liability", "recognition", "roll-forward", "tax", "balance", "differences"],
        *,
        month: str,
        currency: str | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[CsvPage, str]:
        """A month of a report for finance over all accounts, as CSV or, where `Accept` says so, as JSON; closed months
        never change. Needs: service key with `reports:read`.
        """
        return self._pages(
            operations.READ_REPORT_CSV,
            path={
                "report": report,
            },
            query={
                "month": month,
                "currency": currency,
                "cursor": cursor,
            },
        )
