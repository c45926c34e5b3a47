"""Every few minutes: journal what expired, renew what is due, and say what expires soon, without anybody asking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lotbook import wiring
from lotbook.api.observability import log_answer
from lotbook.usecases.announce_expiring import announce_expiring
from lotbook.usecases.sweep_books import sweep_books


class Context(Protocol):
    """What Lambda tells about the invocation."""

    def get_remaining_time_in_millis(self) -> int: ...


def handler(_event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """One bounded run. Raises when books could not be settled, after all others were: the schedule's alarm rings."""
    try:
        swept = sweep_books(
            due=wiring.due_index(),
            books=wiring.books(),
            clock=wiring.clock(),
            renew=wiring.renew(),
            time_left=context.get_remaining_time_in_millis,
        )
    finally:  # neither keeps the other from its work
        said = announce_expiring(due=wiring.due_index(), outlets=wiring.outlets())
    log_answer(schedule="expire", settled=swept.settled, more=int(swept.more), said=said)
    return {"settled": swept.settled, "more": swept.more}
