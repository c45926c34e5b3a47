"""Events to sellers' endpoints: copied to those that want them, sent when they are due, asked for again by a schedule.

Two queues feed it: `News` brings events of the bus, `Deliveries` says what is to be sent. Both say by themselves which they are.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from lotbook import wiring, wiring_endpoints
from lotbook.api.answers.render_runs import failures_of, swept
from lotbook.api.http.metrics import report
from lotbook.api.http.observability import log_answer
from lotbook.api.requests.bus_events import event_of
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import MINUTE, SECOND
from lotbook.usecases.alarms import alarm
from lotbook.usecases.attempts import attempt_all, raise_failures
from lotbook.usecases.endpoints.due import DUE_KIND, deliveries_due
from lotbook.usecases.endpoints.fan_out import fan_out
from lotbook.usecases.endpoints.relay import relay
from lotbook.usecases.going_on import Done, go_on
from lotbook.usecases.sweeping import sweep
from lotbook.wiring_schedules import onward

if TYPE_CHECKING:
    from lotbook.api.http.lambda_context import LambdaContext

PERIOD = MINUTE  # of the schedule in template.yaml
WORKERS = 10  # a whole batch side by side: an endpoint that hangs holds up no other


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Answer a batch of a queue with the messages that failed (ReportBatchItemFailures), or the schedule with what it asked for."""
    return _batch(event["Records"]) if "Records" in event else _due(event, context)


def _batch(records: list[Mapping[str, Any]]) -> dict[str, Any]:
    tried = attempt_all([partial(_work, json.loads(record["body"])) for record in records], WORKERS)
    failed = {
        record["messageId"]: each.error for record, each in zip(records, tried, strict=True) if each.error is not None
    }
    for number, reason in failed.items():
        _report(number, reason)
    report("relay", messages=len(records), failed=len(failed), sent=sum(each.answer == "sent" for each in tried))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _work(body: Mapping[str, Any]) -> str:
    if "detail-type" in body:
        return f"copied {fan_out(event_of(body), desk=wiring_endpoints.fan_out_desk())}"
    endpoint_id, delivery_id = body["endpoint_id"], body["delivery_id"]
    outcome = relay(endpoint_id, delivery_id, desk=wiring_endpoints.relay_desk())
    log_answer(job="relay", endpoint_id=endpoint_id, delivery_id=delivery_id, outcome=outcome)
    return outcome


def _report(number: str, reason: Exception) -> None:
    """Ids and kinds only. What comes again by itself is no alarm; the queues of what never went through have their own."""
    if isinstance(reason, Unavailable):
        log_answer(job="relay", message=number, error=reason.code)
    else:
        alarm("relay_failed", message=number, error=type(reason).__name__)


def _due(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One bounded run; while it leaves work, it begins the next one."""
    clock, left = wiring.clock(), context.get_remaining_time_in_millis
    work = deliveries_due(due=wiring.due_index(), queue=wiring_endpoints.queue(), clock=clock)
    (done,) = sweep([work], memory=wiring.sweep_memory(), clock=clock, time_left=left).values()
    going = Done(DUE_KIND, context.invoked_function_arn, PERIOD, done.more)
    failures = [*failures_of([done]), *go_on(event, going, onward=onward())]
    figures = {"asked": done.finished}
    report("relay", **figures, failed=len(failures), more=int(done.more), behind_seconds=done.behind // SECOND)
    raise_failures(failures, f"{done.finished} asked for")
    return figures | swept([done])
