"""What breaks when a condition of the table is taken out: for each place where one is stated, stories that go wrong then.

A story is a function of the store. It asserts what the store promises; `test_conditions.py` runs it on the store as it is,
on the store without the condition, and, for books, on the fake.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.book import Book
from lotbook.ports.books import WriteOutcome
from tests.contracts.a_book import A, U


@dataclass(frozen=True, slots=True)
class Place:
    """The store that a story is about, and the table below it (None below the fake)."""

    store: Any
    table: Table | None

    def items(self) -> list[Any]:
        """Everything in the table."""
        if self.table is None:
            return []
        found: list[Any] = self.table.client.scan(TableName=self.table.name)["Items"]
        return found


class Counted:
    """Randomness that never comes twice."""

    def __init__(self) -> None:
        self.times = 0

    def read(self, size: int) -> bytes:
        self.times += 1
        return self.times.to_bytes(size, "big")


# What a store needs beside the table, by its class.
MORE_THAN_A_TABLE: dict[str, tuple[Any, ...]] = {"DynamoCursorKey": (Counted(),)}

Story = Callable[[Place], None]
STORIES: dict[str, list[Story]] = {}


def guards(*uses: str) -> Callable[[Story], Story]:
    """The story goes wrong when any one of these uses is taken out."""

    def told(story: Story) -> Story:
        for use in uses:
            STORIES.setdefault(use, []).append(story)
        return story

    return told


def refused(attempt: WriteOutcome, place: Place, before: Book | None) -> None:
    """The attempt did nothing, and answers the book as it is."""
    assert not attempt.done
    assert attempt.book == before == place.store.get(A, U)
