"""Every hour: bring the months of the reports for finance up to date, and close those that are over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lotbook import wiring_reports
from lotbook.api.answers.render_runs import failed
from lotbook.api.http.metrics import report
from lotbook.domain.values.instants import HOUR, SECOND
from lotbook.usecases.attempts import raise_failures
from lotbook.usecases.going_on import Done, go_on
from lotbook.usecases.reports.fold_accounts import fold_accounts
from lotbook.wiring_schedules import onward

PERIOD = HOUR  # of the schedule in template.yaml


class Context(Protocol):
    """What Lambda tells about the invocation."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int: ...


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """One bounded run; while it leaves work, it begins the next one. Raises for accounts that could not be read, at the end."""
    desk, directory = wiring_reports.report_desk(), wiring_reports.directory()
    done = fold_accounts(desk=desk, directory=directory, time_left=context.get_remaining_time_in_millis)
    left = Done("report", context.invoked_function_arn, PERIOD, done.more)
    failures = [*done.failures, *go_on(event, left, onward=onward())]
    figures = {"accounts": done.accounts, "entries": done.entries, "missed": done.missed}
    report("report", **figures, failed=len(failures), more=int(done.more), behind_seconds=done.behind // SECOND)
    raise_failures(failures, f"{done.accounts} accounts were read")
    return figures | {"closed": list(done.closed), "more": done.more, "failed": failed(failures)}
