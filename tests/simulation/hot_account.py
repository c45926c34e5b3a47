"""One hot account under the table's rule, 1,000 write units a second for one item: what is carried, event by event.

The burns are the product's own, and so is what they do with the book: each runs in a greenlet of its own and stops at every call of the
store, until the call's time has come. Units are those of the book's real bytes. Lambda is modelled as it behaves: a request goes to the
environment that was free last, or to a new one, which starts cold. A client that is told 503 sends the same key again.
"""

from __future__ import annotations

import heapq
import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import count
from typing import Any

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.book_items import book_values
from lotbook.adapters.dynamo.table import to_item
from lotbook.domain.credits.batches import lines_of_request
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.consume_lines import consume_lines
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.credits.prunes import Prunes
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.meter import WRITE_BYTES, item_bytes, units

A, U = "hot", "credits"
UNITS_A_SECOND = 1_000  # of one item: AWS's rule, and what may be saved up
CALL_MS, AROUND_MS, COLD_MS = 5.0, 3.0, 150.0  # a burn of two calls takes 13
START = 1_763_700_000_000
BOOK_WRITES = frozenset({"burn", "prune", "swap", "tidy", "ask"})
CLIENT_TRIES, AGAIN_MS = 4, (1_000.0, 1_500.0)
SDK_PAUSES_MS = (1_000.0, 2_000.0)  # the most that the SDK waits before its second and third try of a throttled call


@dataclass(slots=True)
class Environment:
    """Of Lambda: one request at a time."""

    prunes: Prunes = field(default_factory=Prunes)
    is_cold: bool = True


@dataclass(slots=True)
class Carried:
    """What came out, by the second in which it did."""

    burns: Counter[int] = field(default_factory=Counter)
    given_up: int = 0
    environments: int = 0

    def a_second(self, start: int, end: int) -> float:
        """Burns carried a second from second `start` to before `end`."""
        return sum(self.burns[at] for at in range(start, end)) / (end - start)


class Account:
    """A simulation; `waits_out`: whether a throttled call is tried again inside the function, as the SDK does it.

    `lines`: of a batch under one key that each request is; 1 is a single burn.
    """

    def __init__(self, *, waits_out: bool = False, seed: int = 1, lines: int = 1) -> None:
        self._asked = lines_of_request([SINGLE] * lines)
        self._is_batch = lines > 1
        self._receipt = A_RECEIPT + (len(self._asked.kept) if self._is_batch else 0)
        self.at = 0.0  # milliseconds
        self.books, self.waits_out, self.chance = FakeBooks(), waits_out, random.Random(seed)
        self.carried, self.idle = Carried(), list[Environment]()
        self._saved, self._filled_at = float(UNITS_A_SECOND), 0.0
        self._events: list[tuple[float, int, Callable[[], Any]]] = []
        self._numbers, self._sizes = count(), dict[int, int]()
        for number in range(3):
            lot = Lot(f"lot_{number:026d}", U, "purchased", 1_000_000, 3, START, START + 10**10 + number, START)
            grant_lot(A, lot, desk=credit_desk(self.books, self))

    def now(self) -> int:
        return START + int(self.at)

    def run(self, arrivals: Iterator[float]) -> Carried:
        """Requests at these milliseconds, and everything that comes of them."""
        for number, at in enumerate(arrivals):
            self._later(at, partial(self._request, f"key-{number}", 1))
        while self._events:  # each request ends after CLIENT_TRIES
            self.at, _, act = heapq.heappop(self._events)
            act()
        return self.carried

    def book(self) -> Book:
        return self.books.books[A, U]

    def _later(self, at: float, act: Callable[[], Any]) -> None:
        heapq.heappush(self._events, (at, next(self._numbers), act))

    def _request(self, key: str, number: int) -> None:
        environment = self.idle.pop() if self.idle else self._new()
        greenlet(self._serve).switch(environment, key, number)

    def _new(self) -> Environment:
        self.carried.environments += 1
        return Environment()

    def _serve(self, environment: Environment, key: str, number: int) -> None:
        self.sleep(AROUND_MS + (COLD_MS if environment.is_cold else 0))
        environment.is_cold = False
        desk = credit_desk(_Calls(self), self, prunes=environment.prunes)
        try:
            if self._is_batch:
                consume_lines(A, key, self._asked, desk=desk)
            else:
                consume(A, key, SINGLE, desk=desk)
            self.carried.burns[int(self.at // 1_000)] += 1
        except Unavailable:
            if number < CLIENT_TRIES:
                self._later(self.at + self.chance.uniform(*AGAIN_MS), partial(self._request, key, number + 1))
            else:
                self.carried.given_up += 1
        self.idle.append(environment)

    def sleep(self, milliseconds: float) -> None:
        """The running greenlet goes on after so long."""
        me = getcurrent()
        self._later(self.at + milliseconds, me.switch)
        me.parent.switch()

    def call(self, operation: str, arguments: tuple[Any, ...]) -> Any:
        """One call of the store, tried again as the SDK does where that is what is simulated."""
        for pause in (*SDK_PAUSES_MS, None):
            self.sleep(CALL_MS)
            if operation not in BOOK_WRITES or self._pays(operation, arguments):
                return getattr(self.books, operation)(*arguments)
            if pause is None or not self.waits_out:
                break
            self.sleep(self.chance.uniform(0, pause))
        raise Unavailable(retry_after_seconds=1)

    def _pays(self, operation: str, arguments: tuple[Any, ...]) -> bool:
        self._saved = min(UNITS_A_SECOND, self._saved + (self.at - self._filled_at) * UNITS_A_SECOND / 1_000)
        self._filled_at = self.at
        taken = units(self._bytes(operation), WRITE_BYTES)
        if taken > self._saved:
            return False
        self._saved -= taken
        return True

    def _bytes(self, operation: str) -> int:
        """The larger of the book before and after: a burn adds a receipt. The bytes of so many receipts are worked out once."""
        book = self.book()
        receipts = len(book.receipts)
        if receipts not in self._sizes:
            self._sizes[receipts] = item_bytes(to_item(keys.book(A, U) | book_values(replace(book, outcomes={}))))
        return self._sizes[receipts] + (self._receipt if operation == "burn" else 0)


SINGLE = BurnRequest(1, reference="job-17", actor="key_01jd0000000000")
A_RECEIPT = 99  # bytes (tests/contracts/test_book_counts.py)


class _Calls:
    """The books, every call an event."""

    def __init__(self, account: Account) -> None:
        self._account = account

    def stand_back(self) -> None:
        self._account.sleep(20)

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        return lambda *arguments: self._account.call(operation, arguments)


def steady(a_second: int, start: int, end: int) -> Iterator[float]:
    """Requests at even distances between these seconds, in milliseconds."""
    for number in range(a_second * (end - start)):
        yield start * 1_000 + number * 1_000 / a_second
