"""Asks the gateway about purchases without a verdict: one, when a buyer presses the button; all that are due, on schedule.

The schedule also finishes what the gateway has not heard of closed accounts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lotbook import wiring, wiring_closing
from lotbook.api.answers import render_buying
from lotbook.api.http.http import Answer, Request, dispatch
from lotbook.api.requests import paths
from lotbook.domain.values.instants import MINUTE, SECOND
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.sales.list_purchases import rows_of

if TYPE_CHECKING:
    from lotbook.api.http.lambda_context import LambdaContext

PERIOD = 5 * MINUTE  # of the schedule in template.yaml


def recheck(request: Request) -> Answer:
    """`POST .../recheck`: the purchase after a look at the gateway (NP-29, NP-31)."""
    request.no_body()
    purchase_id = paths.purchase_id(request.path)
    found = recheck_purchase(request.account_id, purchase_id, request.caller, desk=wiring.sales_desk())
    (row,) = rows_of([found], billing=wiring.billing(), clock=wiring.clock())
    return Answer(200, render_buying.purchase(row))


def look(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One bounded run; while it leaves work, it begins the next one.

    Raises when something could not be looked at, after all else was: the schedule's alarm rings.
    """
    from lotbook.api.answers.render_runs import failures_of, swept  # a buyer's recheck waits for none of these
    from lotbook.api.http.metrics import report
    from lotbook.usecases.attempts import raise_failures
    from lotbook.usecases.going_on import Done, go_on
    from lotbook.usecases.inbox.sweep_inbox import sweep_inbox
    from lotbook.wiring_schedules import onward

    left = context.get_remaining_time_in_millis
    desk = wiring_closing.ending_desk()
    run = sweep_inbox(desk=desk, due=wiring.due_index(), memory=wiring.sweep_memory(), time_left=left)
    figures = {
        "checked": run.checked,
        "decided": run.decided,
        "followed": run.followed,
        "closings": run.closings,
    }
    more, behind = any(each.more for each in run.sweeps), max(each.behind for each in run.sweeps) // SECOND
    done = Done("recheck", context.invoked_function_arn, PERIOD, more)
    failures = [*failures_of(run.sweeps), *go_on(event, done, onward=onward())]
    report("recheck", **figures, failed=len(failures), more=int(more), behind_seconds=behind)
    raise_failures(failures, ", ".join(f"{count} {name}" for name, count in figures.items()))
    return figures | swept(run.sweeps)


ROUTES = {"POST /v1/accounts/{account_id}/purchases/{purchase_id}/recheck": recheck}


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """A call has a route, the schedule's event has none."""
    return dispatch(ROUTES, event, context, wiring.standing) if "routeKey" in event else look(event, context)
