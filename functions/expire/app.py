"""Every few minutes: lapse holds, journal what expired, renew what is due, and say what expires soon, without anybody asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lotbook import wiring
from lotbook.api.answers.render_runs import failures_of, swept
from lotbook.api.http.metrics import report
from lotbook.usecases.attempts import raise_failures
from lotbook.usecases.credits.expiry import books_due, holds_due
from lotbook.usecases.news.announce_expiring import notices_due
from lotbook.usecases.sweeping import sweep


class Context(Protocol):
    """What Lambda tells about the invocation."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(_event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """One bounded run. Raises when something could not be turned, after all else was: the schedule's alarm rings."""
    due, desk = wiring.due_index(), wiring.credit_desk()
    done = sweep(
        [
            holds_due(due=due, desk=desk),
            books_due(due=due, desk=desk),
            notices_due(due=due, outlets=wiring.outlets()),
        ],
        memory=wiring.sweep_memory(),
        clock=desk.clock,
        time_left=context.get_remaining_time_in_millis,
    )
    lapsed, turned, notices = (done[kind].finished for kind in ("hold", "book", "notice"))
    more = any(each.more for each in done.values())
    failures = failures_of(done.values())
    report("expire", lapsed=lapsed, turned=turned, notices=notices, failed=len(failures), more=int(more))
    raise_failures(failures, f"{lapsed} holds lapsed, {turned} books turned, {notices} notices")
    return {"lapsed": lapsed, "turned": turned, "notices": notices} | swept(done.values())
