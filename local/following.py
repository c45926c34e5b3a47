"""What follows the table: its stream feeds functions, the bus fills queues, queues feed functions; and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.cloud.functions import Functions
from local.cloud.mailbox import Mailbox
from local.cloud.published import follow_table
from local.cloud.queues import follow_queues
from local.cloud.template import Template

Listed = Callable[[], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Following:
    """`events`: what was published, newest first. `drain` hands over what waits in queues."""

    events: Listed
    drain: Callable[[], bool]

    def emails(self, mailbox: Mailbox) -> list[dict[str, Any]]:
        """What was mailed, newest first; what is under way is delivered before."""
        self.events()
        self.drain()
        return mailbox.newest()


def follow(
    template: Template, functions: Functions, *, engine_url: str, directory: Path, started: ExitStack
) -> Following:
    """Follow until `started` is closed."""
    drain = follow_queues(template, functions.invoke, engine_url=engine_url, directory=directory, started=started)
    events = follow_table(template, functions.invoke, engine_url=engine_url, directory=directory, started=started)
    return Following(events, drain)
