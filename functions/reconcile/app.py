"""Once a day, or for a period that somebody names: gateway, purchases and lots against each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lotbook import wiring, wiring_reconciliation
from lotbook.api.answers.render_reconciliation import reconciled
from lotbook.api.http.metrics import report
from lotbook.domain.reconciliation.differences import ComparedPeriod, a_period
from lotbook.domain.values.instants import DAY, SECOND, from_text
from lotbook.usecases.attempts import raise_failures
from lotbook.usecases.going_on import Done, go_on
from lotbook.usecases.reconciliation.reconcile import reconcile
from lotbook.wiring_schedules import onward

if TYPE_CHECKING:
    from lotbook.api.http.lambda_context import LambdaContext

PERIOD = DAY  # of the schedule in template.yaml


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One bounded run; while it leaves work, it begins the next one.

    `{"from", "to"}` (RFC 3339) names a period; the schedule names none and means the last days.
    Raises when the gateway does not list, for what is no period, and when something could not be compared or repaired,
    after all else was: the schedule's alarm rings.
    """
    run = reconcile(
        _period(event), desk=wiring_reconciliation.reconciliation(), time_left=context.get_remaining_time_in_millis
    )
    work = f"reconcile#{event['from']}#{event['to']}" if "from" in event and "to" in event else "reconcile"
    done = Done(work, context.invoked_function_arn, PERIOD, run.more)
    failures = [*run.failures, *go_on(event, done, onward=onward())]
    report(
        "reconcile",
        compared=sum(run.compared.values()),
        repaired=run.repaired,
        open=run.open,
        failed=len(failures),
        more=int(run.more),
        behind_seconds=(wiring.clock().now() - run.period.end) // SECOND if run.more else 0,
    )
    raise_failures(failures, f"{sum(run.compared.values())} were compared, {run.repaired} repaired")
    return reconciled(run)


def _period(event: Mapping[str, Any]) -> ComparedPeriod | None:
    if "from" not in event and "to" not in event:
        return None
    return a_period(from_text(event["from"]), from_text(event["to"]))
