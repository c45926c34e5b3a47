"""Time: the clock is moved, schedules are run."""

from __future__ import annotations

import json
from typing import Any

from local.console.doing import Action, Doing, Result
from local.console.fields import Fields, Unclear
from local.console.words import instant
from lotbook.domain.values.calendar import add_months
from lotbook.domain.values.instants import from_text, to_text

STEPS = {"hour": 3_600, "day": 86_400, "week": 604_800}
MONTHS = {"month": 1, "year": 12}
LONGEST_ANSWER = 200


def _move(fields: Fields, doing: Doing) -> Result:
    clock = doing.local("POST", "/_local/clock", _moved(fields, doing))
    doing.settle()
    ran = _run_all(doing) if fields.ticked("then") else ""
    return Result(f"The clock says {instant(clock['now'])}.{ran}")


def _moved(fields: Fields, doing: Doing) -> dict[str, Any]:
    """A month is a calendar month. A clock that stands still stays so."""
    by = fields.maybe("by")
    if by in STEPS:
        return {"advance_seconds": STEPS[by]}
    frozen = doing.desk.clock()["frozen"]
    if by in MONTHS:
        now = from_text(doing.desk.clock()["now"])
        return {"now": to_text(add_months(now, MONTHS[by])), "frozen": frozen}
    return {"now": _with_zone(fields.text("to")), "frozen": frozen}


def _with_zone(text: str) -> str:
    """A browser's field for a moment knows no zone: UTC is meant. Raises Unclear."""
    for form in (text, f"{text}Z", f"{text}:00Z"):
        try:
            return to_text(from_text(form))
        except ValueError:
            continue
    raise Unclear("to", "Please give a moment, for example 2027-01-31T09:00.")


def _stop(_: Fields, doing: Doing) -> Result:
    clock = doing.local("POST", "/_local/clock", {"advance_seconds": 0, "frozen": True})
    return Result(f"The clock stands still at {instant(clock['now'])}.")


def _go(_: Fields, doing: Doing) -> Result:
    clock = doing.local("POST", "/_local/clock", {"advance_seconds": 0, "frozen": False})
    return Result(f"The clock goes on from {instant(clock['now'])}.")


def _run(fields: Fields, doing: Doing) -> Result:
    name = fields.text("schedule")
    answer = doing.local("POST", f"/_local/schedules/{fields.step('schedule')}/run")
    doing.settle()
    return Result(f"{name} ran: {shown(answer)}")


def _run_every(_: Fields, doing: Doing) -> Result:
    return Result(_run_all(doing).strip())


def _run_all(doing: Doing) -> str:
    names = sorted(doing.desk.schedules())
    for name in names:
        doing.local("POST", f"/_local/schedules/{name}/run")
        doing.settle()
    return f" {', '.join(names)} ran."


def shown(answer: Any) -> str:
    """What a schedule answered, short."""
    text = "nothing was to do" if answer in (None, {}, []) else json.dumps(answer, ensure_ascii=False)
    return text if len(text) <= LONGEST_ANSWER else f"{text[:LONGEST_ANSWER]}..."


ACTIONS: dict[str, Action] = {
    "clock.move": Action("Move the clock", _move),
    "clock.stop": Action("Stop the clock", _stop),
    "clock.go": Action("Let the clock go on", _go),
    "schedule.run": Action("Run a schedule", _run),
    "schedule.all": Action("Run every schedule", _run_every),
}
