"""Closing over a desk in memory: the call, the rounds of a billing page, and the schedule that finishes what was left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from lotbook.ports.shop import DueItem
from lotbook.usecases.closing.close_account import ClosingDesk, close_account
from lotbook.usecases.closing.closings_due import closings_due
from tests.fakes.desk import Desk
from tests.fakes.sweeps import FakeDue, swept


class FakePasses:
    """Of `PassStore`, what closing asks: the round."""

    def __init__(self) -> None:
        self.rounds = Counter[str]()

    def begin_round(self, account_id: str) -> None:
        self.rounds[account_id] += 1

    def __getattr__(self, name: str) -> Any:
        raise NotImplementedError(name)


def closing_desk(desk: Desk, passes: FakePasses | None = None) -> ClosingDesk:
    return ClosingDesk(desk.sales, passes or FakePasses())


def close(desk: Desk, reason: str = "left") -> None:
    close_account("acme", reason, "backend", desk=closing_desk(desk))


def sweep_closings(desk: Desk, ports: ClosingDesk | None = None) -> None:
    """One run of the schedule, over closings alone."""

    def listed(_kind: str) -> Iterator[DueItem]:
        for account_id, at in list(desk.closings.due.items()):
            yield DueItem(account_id, "", at)

    swept(closings_due(desk=ports or closing_desk(desk), due=FakeDue(listed)), desk.clock)
