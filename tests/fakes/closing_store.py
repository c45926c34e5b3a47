"""What closing leaves to be done, in memory."""

from __future__ import annotations

from dataclasses import replace

from lotbook.ports.closings import ClosingWork


class FakeClosings:
    """Implements `ClosingStore`. `due`: when each account is looked at next."""

    def __init__(self) -> None:
        self.works: dict[str, ClosingWork] = {}
        self.due: dict[str, int] = {}

    def ask(self, account_id: str, at: int) -> None:
        work = self.works.get(account_id, ClosingWork(0))
        self.works[account_id] = replace(work, asks=work.asks + 1)
        self.due[account_id] = at

    def get(self, account_id: str) -> ClosingWork | None:
        return self.works.get(account_id)

    def keep_place(self, account_id: str, place: str | None) -> None:
        self.works[account_id] = replace(self.works.get(account_id, ClosingWork(0)), place=place)

    def look_again(self, account_id: str, at: int, asks: int) -> bool:
        is_same = self.works[account_id].asks == asks
        if is_same:
            self.due[account_id] = at
        return is_same

    def finish(self, account_id: str, asks: int) -> bool:
        is_same = self.works[account_id].asks == asks
        if is_same:
            self.due.pop(account_id, None)
        return is_same
