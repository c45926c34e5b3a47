"""The way to a state, as a reader is told of it."""

from __future__ import annotations

from typing import Any

from lotbook.domain.credits.ledger import Entry
from lotbook.ports.books import WriteOutcome
from tests.simulation.worlds import Pending

Trace = tuple[Any, ...]


def added(trace: Trace, step: Any) -> Trace:
    """A trace is its length, its last step and the trace before: shared between schedules."""
    return (trace[0] + 1 if trace else 1, step, trace)


def texts(trace: Trace) -> list[str]:
    """Every step in words."""
    told = []
    while trace:
        step = trace[1]
        told.append(step if isinstance(step, str) else _said(*step))
        trace = trace[2]
    return told[::-1]


def _said(p: int, call: Pending, times: int, response: Any) -> str:
    """What a step was, put into words only when somebody reads the trace."""
    return f"P{p} {call.operation} {about(call.arguments)}{' twice' if times > 1 else ''} -> {_told(response)}"


def about(arguments: tuple[Any, ...]) -> str:
    """What a call is about."""
    for argument in arguments[2:] or arguments[1:]:
        if isinstance(argument, str):
            return argument
        for name in ("name", "order_id", "version"):
            if hasattr(argument, name):
                return str(getattr(argument, name))
    return ""


def _told(response: Any) -> str:
    if isinstance(response, WriteOutcome):
        return "done" if response.done else "refused"
    if isinstance(response, Entry):
        return f"there is one, seq {response.seq}"
    return "nothing" if response is None else type(response).__name__
