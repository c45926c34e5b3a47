"""Closing over a desk in memory: the call, the rounds of a billing page, and the schedule that finishes what was left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from lotbook.domain.closing.forgetting import forgotten_entry
from lotbook.domain.credits.ledger import Entry
from lotbook.ports.shop import DueItem
from lotbook.usecases.audit.units import UnitsOfAllVersions
from lotbook.usecases.closing.close_account import ClosingDesk, close_account
from lotbook.usecases.closing.closings_due import EndingDesk, closings_due
from lotbook.usecases.closing.erase_account import ErasingDesk, ask_to_erase
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


class FakeErasures:
    """Implements `ErasureStore` over books in memory. Passes, notes, keys and filed lines are the table's: here there are none."""

    def __init__(self, desk: Desk) -> None:
        self._ledger = desk.books.ledger

    def passes(self, account_id: str, after: str | None) -> None:
        pass

    notes = keys = keys_of_holds = passes

    def lot_entries(self, account_id: str, unit: str, after: str | None) -> None:
        self.entries(account_id, [each for each in self._ledger.values() if each.unit == unit and "#" in each.name])

    def lines(self, account_id: str, unit: str, after: str | None) -> None:
        pass

    def entries(self, account_id: str, entries: Sequence[Entry]) -> None:
        for each in entries:
            (place,) = [
                place for place, known in self._ledger.items() if (known.unit, known.name) == (each.unit, each.name)
            ]
            self._ledger[place] = forgotten_entry(each)


def erase(desk: Desk) -> None:
    ask_to_erase("acme", desk=desk.sales)


def sweep_closings(desk: Desk, ports: ClosingDesk | None = None) -> None:
    """One run of the schedule, over closings alone."""

    def listed(_kind: str) -> Iterator[DueItem]:
        for account_id, at in list(desk.closings.due.items()):
            yield DueItem(account_id, "", at)

    erasing = ErasingDesk(
        desk.sales, desk.wrap("erasures", FakeErasures(desk)), UnitsOfAllVersions(desk.accounts, desk.policies)
    )
    ending = EndingDesk(ports or closing_desk(desk), erasing)
    swept(closings_due(desk=ending, due=FakeDue(listed)), desk.clock)
