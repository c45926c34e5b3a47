"""Every hour: audit the accounts whose day it is. Raises when a ledger and its books differ, so that the alarm rings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lotbook import wiring
from lotbook.api.answers.render_runs import MAX_SHOWN, swept
from lotbook.api.http.metrics import report
from lotbook.usecases.attempts import raise_failures
from lotbook.usecases.audit.audit_accounts import audit_accounts


class Context(Protocol):
    """What Lambda tells about the invocation."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(_event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """One bounded run. Raises for accounts that differ or cannot be read, after all others were audited."""
    checked = audit_accounts(
        due=wiring.due_index(),
        auditing=wiring.auditing(),
        units_of=wiring.units_of(),
        memory=wiring.sweep_memory(),
        time_left=context.get_remaining_time_in_millis,
    )
    failures = checked.sweep.failures
    figures = {"accounts": checked.accounts, "entries": checked.entries}
    left = {"unfinished": len(checked.unfinished), "failed": len(failures), "more": int(checked.sweep.more)}
    report("audit", **figures, **left)
    raise_failures(failures, f"{checked.accounts} accounts were audited")
    return figures | {"unfinished": checked.unfinished[:MAX_SHOWN]} | swept([checked.sweep])
