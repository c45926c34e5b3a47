"""Every few minutes: lapse holds, journal what expired, renew what is due, and say what expires soon, without anybody asking.

Each of the three works has a schedule of its own, so a backlog of one takes no time from the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lotbook import wiring
from lotbook.api.answers.render_runs import failures_of, swept
from lotbook.api.http.metrics import report
from lotbook.domain.values.instants import MINUTE, SECOND
from lotbook.usecases.attempts import raise_failures
from lotbook.usecases.credits.expiry import books_due, holds_due
from lotbook.usecases.going_on import Done, go_on
from lotbook.usecases.news.announce_expiring import notices_due
from lotbook.usecases.sweeping import Work, sweep
from lotbook.wiring_schedules import onward

if TYPE_CHECKING:
    from lotbook.api.http.lambda_context import LambdaContext

PERIOD = 5 * MINUTE  # of the schedules in template.yaml
COUNTED = {"hold": "lapsed", "book": "turned", "notice": "notices"}  # works, and what each has done


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """One bounded run; while it leaves work, it begins the next one. `{"work": "hold"}` names one work, nothing means all by turns.

    Raises when something could not be turned, after all else was: the schedule's alarm rings.
    """
    works = _works(event.get("work"))
    done = sweep(
        works,
        memory=wiring.sweep_memory(),
        clock=wiring.credit_desk().clock,
        time_left=context.get_remaining_time_in_millis,
    )
    more = any(each.more for each in done.values())
    going = Done("#".join(done), context.invoked_function_arn, PERIOD, more)
    failures = [*failures_of(done.values()), *go_on(event, going, onward=onward())]
    figures = {COUNTED[kind]: each.finished for kind, each in done.items()}
    behind = max(each.behind for each in done.values()) // SECOND
    report("expire", **figures, failed=len(failures), more=int(more), behind_seconds=behind)
    raise_failures(failures, ", ".join(f"{count} {name}" for name, count in figures.items()))
    return figures | swept(done.values())


def _works(asked: str | None) -> list[Work]:
    """The work of that name, or all. Raises KeyError for a name that is none."""
    makers: dict[str, Callable[[], Work]] = {"hold": _holds, "book": _books, "notice": _notices}
    return [makers[asked]()] if asked is not None else [make() for make in makers.values()]


def _holds() -> Work:
    return holds_due(due=wiring.due_index(), desk=wiring.credit_desk())


def _books() -> Work:
    return books_due(due=wiring.due_index(), desk=wiring.credit_desk())


def _notices() -> Work:
    return notices_due(due=wiring.due_index(), outlets=wiring.outlets())
