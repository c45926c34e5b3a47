"""The reports for finance. A part of `routes.CONTRACT`."""

from __future__ import annotations

from lotbook.api.http.route import REPORT, Route

REPORT_ROUTES: dict[str, Route] = {
    "GET /v1/reports/{report}": Route(
        "A month of a report for finance over all accounts, as CSV or, where `Accept` says so, as JSON; closed months never change",
        "account",
        {200: "Report"},
        scopes=REPORT,
        query=("month", "currency", "cursor"),
        codes=("report_not_found",),
    ),
}
