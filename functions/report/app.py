"""Every hour: bring the months of the reports for finance up to date, close those that are over, tie them to the gateway's balance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lotbook import wiring_reports
from lotbook.api.answers.render_runs import failed
from lotbook.api.http.metrics import report
from lotbook.domain.values.instants import HOUR, SECOND
from lotbook.usecases.attempts import raise_failures
from lotbook.usecases.going_on import Done, go_on
from lotbook.usecases.reports.bring_up_to_date import bring_up_to_date
from lotbook.wiring_schedules import onward

if TYPE_CHECKING:
    from lotbook.api.http.lambda_context import LambdaContext

PERIOD = HOUR  # of the schedule in template.yaml


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One bounded run; while it leaves work, it begins the next one. Raises for accounts that could not be read, at the end."""
    run = bring_up_to_date(
        desk=wiring_reports.report_desk(),
        directory=wiring_reports.directory(),
        gateway=wiring_reports.balance(),
        time_left=context.get_remaining_time_in_millis,
    )
    books = run.books
    left = Done("report", context.invoked_function_arn, PERIOD, run.more)
    failures = [*run.failures, *go_on(event, left, onward=onward())]
    transactions = sum(each.transactions for each in run.tied)
    figures = {
        "accounts": books.accounts,
        "entries": books.entries,
        "missed": books.missed,
        "transactions": transactions,
    }
    report("report", **figures, failed=len(failures), more=int(run.more), behind_seconds=books.behind // SECOND)
    raise_failures(failures, f"{books.accounts} accounts were read")
    tied = [month for each in run.tied for month in each.closed]
    return figures | {"closed": list(books.closed), "tied": tied, "more": run.more, "failed": failed(failures)}
