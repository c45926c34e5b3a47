"""Composition of the reports for finance, beside `wiring.py`. What it needs is imported when it is called."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook import wiring

if TYPE_CHECKING:
    from lotbook.ports.directory import AccountDirectory
    from lotbook.ports.reports import GatewayBalance
    from lotbook.usecases.reports.fold_account import ReportDesk


def report_desk() -> ReportDesk:
    """The ports of the reports."""
    from lotbook.adapters.dynamo.reports import DynamoReports
    from lotbook.usecases.reports.fold_account import ReportDesk

    return ReportDesk(
        reports=DynamoReports(wiring.table()),
        purchases=wiring.purchases(),
        accounts=wiring.accounts(),
        policies=wiring.policies(),
        books=wiring.books(),
        clock=wiring.clock(),
    )


def balance() -> GatewayBalance:
    """The gateway's balance."""
    from lotbook.adapters.stripe.lists import StripeLists

    return StripeLists(wiring.gateway_calls(), wiring.deployment())


def directory() -> AccountDirectory:
    """Every account."""
    from lotbook.adapters.dynamo.directory import DynamoDirectory, year_of

    return DynamoDirectory(wiring.table(), year_of(wiring.clock().now()) + 1)  # another machine's clock may be ahead
