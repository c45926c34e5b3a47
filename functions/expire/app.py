"""Every few minutes: lapse holds, journal what expired, renew what is due, and say what expires soon, without anybody asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lotbook import wiring
from lotbook.api.http.metrics import report
from lotbook.usecases.credits.expiry import sweep_books, sweep_holds
from lotbook.usecases.news.announce_expiring import announce_expiring


class Context(Protocol):
    """What Lambda tells about the invocation."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(_event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """One bounded run. Raises when something could not be settled, after all else was: the schedule's alarm rings."""
    due, desk = wiring.due_index(), wiring.credit_desk()
    time_left = context.get_remaining_time_in_millis
    try:  # none of the three keeps the others from their work
        lapsed = sweep_holds(due=due, desk=desk, time_left=time_left)
    finally:
        try:
            swept = sweep_books(due=due, desk=desk, time_left=time_left)
        finally:
            said = announce_expiring(due=due, outlets=wiring.outlets())
    more = lapsed.more or swept.more
    report("expire", lapsed=lapsed.settled, settled=swept.settled, more=int(more), said=said)
    return {"lapsed": lapsed.settled, "settled": swept.settled, "more": more}
