"""Every hour: audit the accounts whose day it is. Raises when a ledger and its books differ, so that the alarm rings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lotbook import wiring
from lotbook.api.answers.render_runs import MAX_SHOWN, swept
from lotbook.api.http.metrics import report
from lotbook.domain.values.instants import HOUR, SECOND
from lotbook.usecases.attempts import raise_failures
from lotbook.usecases.audit.audit_accounts import AuditRun, audit_accounts, audit_asked
from lotbook.usecases.going_on import Done, go_on
from lotbook.wiring_schedules import onward

if TYPE_CHECKING:
    from lotbook.api.http.lambda_context import LambdaContext

PERIOD = HOUR  # of the schedule in template.yaml


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One bounded run; while it leaves work, it begins the next one.

    `{"account_id": "acme"}` replays one account from its first entry on. Raises for accounts that differ or cannot be read,
    after all others were audited.
    """
    asked = {"asked": wiring.clock().now(), **event} if "account_id" in event else event
    checked = _checked(asked, context)
    work = f"audit#{event['account_id']}" if "account_id" in event else "audit"
    done = Done(work, context.invoked_function_arn, PERIOD, checked.more)
    failures = [*checked.sweep.failures, *go_on(asked, done, onward=onward())]
    figures = {"accounts": checked.accounts, "entries": checked.entries}
    left = {"unfinished": len(checked.unfinished), "failed": len(failures), "more": int(checked.more)}
    report("audit", **figures, **left, behind_seconds=checked.sweep.behind // SECOND)
    raise_failures(failures, f"{checked.accounts} accounts were audited")
    unfinished = {"finished": not checked.unfinished, "unfinished": checked.unfinished[:MAX_SHOWN]}
    return figures | unfinished | swept([checked.sweep]) | {"more": checked.more}


def _checked(event: Mapping[str, Any], context: LambdaContext) -> AuditRun:
    left, auditing, units_of = context.get_remaining_time_in_millis, wiring.auditing(), wiring.units_of()
    if "account_id" in event:
        account_id, asked = str(event["account_id"]), int(event["asked"])
        return audit_asked(account_id, asked, auditing=auditing, units_of=units_of, time_left=left)
    memory, due = wiring.sweep_memory(), wiring.due_index()
    return audit_accounts(due=due, auditing=auditing, units_of=units_of, memory=memory, time_left=left)
