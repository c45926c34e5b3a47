"""Every hour: audit the accounts whose day it is. Raises when a ledger and its books differ, so that the alarm rings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lotbook import wiring
from lotbook.api.http.metrics import report
from lotbook.usecases.audit.audit_accounts import audit_accounts


class Context(Protocol):
    """What Lambda tells about the invocation."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(_event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """One bounded run."""
    checked = audit_accounts(
        due=wiring.due_index(),
        auditing=wiring.auditing(),
        units_of=wiring.units_of,
        time_left=context.get_remaining_time_in_millis,
    )
    report("audit", accounts=checked.accounts, entries=checked.entries, more=int(checked.more))
    return {"accounts": checked.accounts, "entries": checked.entries, "more": checked.more}
