"""Every few minutes: journal what expired and renew what is due, so that statements are timely without anybody asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lotbook import wiring
from lotbook.api.observability import log_answer
from lotbook.usecases.sweep_books import sweep_books


class Context(Protocol):
    """What Lambda tells about the invocation."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(_event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """One bounded run. Raises when books could not be settled, after all others were: the schedule's alarm rings."""
    swept = sweep_books(
        due=wiring.due_index(),
        books=wiring.books(),
        clock=wiring.clock(),
        renew=wiring.renew(),
        time_left=context.get_remaining_time_in_millis,
    )
    log_answer(schedule="expire", settled=swept.settled, more=int(swept.more))
    return {"settled": swept.settled, "more": swept.more}
