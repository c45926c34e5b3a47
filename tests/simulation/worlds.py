"""What the explorer works on: scopes, processes, states, and the store that answers a program from its record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

import pytest

from lotbook.domain.credits.book import Book
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.credits.requests import Balance
from lotbook.domain.values.errors import BrokenInvariant, Outcome
from lotbook.usecases.credits.prunes import Prunes

ACCOUNT, UNIT = "acc", "credits"
WRITES = frozenset({"burn", "burn_many", "prune", "resolve", "ask", "swap", "put_entry", "tidy", "pause", "create"})
DEFECTS = (BrokenInvariant, AssertionError, LookupError, ValueError, TypeError, AttributeError)
DONE = -1  # where a process is that has nothing left to do
MAX_STEPS = 400  # of one schedule: past this it is a livelock (I7)


@dataclass(slots=True)
class Env:
    """What an operation gets."""

    books: Any
    clock: Any
    prunes: Prunes
    renewing: Callable[[Env], None] | None = None

    def renew(self, _account_id: str) -> None:
        """Nothing renews, unless the scope says how."""
        if self.renewing is not None:
            self.renewing(self)


Operation = Callable[[Env], Any]


class Pending(BaseException):
    """The program wants a call that has no recorded response yet."""

    def __init__(self, operation: str, arguments: tuple[Any, ...]) -> None:
        self.operation, self.arguments = operation, arguments


class Violation(AssertionError):
    """An invariant does not hold; `trace` is the schedule that leads there."""

    def __init__(self, text: str, trace: list[str]) -> None:
        super().__init__(f"{text}\n  " + "\n  ".join(trace))
        self.text, self.trace = text, trace


@dataclass(frozen=True, slots=True)
class Scope:
    """A small world: what is there first, what runs at once, and how much may go wrong."""

    programs: tuple[tuple[Operation, ...], ...]
    before: tuple[Operation, ...] = ()
    max_receipts: int = 2
    crashes: int = 0
    ticks: int = 0
    tick: int = 1_000
    lates: int = 0
    doubles: int = 0
    without: tuple[str, ...] = ()
    clears: bool = False  # every burn takes out what others left in the book, at once
    start_at: int = 1_000_000
    max_states: int = 2_000_000
    renewing: Callable[[Env], None] | None = None
    promise: Callable[[Balance, Sequence[Entry]], list[str]] | None = None  # what else must hold once everybody is done


class Process(NamedTuple):
    """Where a process is: the node of its history, the call it makes next (None: done), its answers, each in a word."""

    node: int
    call: Pending | None
    told: tuple[str, ...] = ()
    short: bool = False  # whether the credits it asked for were really not there when its last burn was refused


class State(NamedTuple):
    """One moment of a world. There are hundreds of thousands of them, hence a tuple: a frozen dataclass takes thrice as long to make."""

    book: Book | None
    entries: Mapping[str, Entry]
    clock: int
    processes: tuple[Process, ...]
    crashes: int
    ticks: int
    lates: int
    doubles: int
    written: frozenset[Write] = frozenset()  # while any of them may come once more
    accepted: frozenset[str] = frozenset()  # orders that were asked: none of them may be dropped (I4)


@dataclass(slots=True)
class Explored:
    """What a run covered."""

    states: int = 0
    transitions: int = 0
    ends: int = 0
    outcomes: set[Any] = field(default_factory=set)


class Replayed:
    """A store and clock that answer from the record, then stop the program at its next call."""

    def __init__(self, record: list[tuple[str, Any]], clock: int) -> None:
        self.record, self.at, self.clock_now, self.read_clock = record, 0, clock, list[int]()

    def now(self) -> int:
        if self.at < len(self.record):
            kind, value = self.record[self.at]
            assert kind == "now", "the program is not deterministic"
            self.at += 1
            return int(value)
        self.read_clock.append(self.clock_now)
        self.record.append(("now", self.clock_now))
        self.at += 1
        return self.clock_now

    def stand_back(self) -> None:
        pass

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            if self.at < len(self.record):
                kind, value = self.record[self.at]
                assert kind == operation, "the program is not deterministic"
                self.at += 1
                return value
            raise Pending(
                operation,
                tuple(list(a) if not isinstance(a, str | int) and isinstance(a, Iterable) else a for a in arguments),
            )

        return call


class FixedClock:
    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


class Write:
    """A write that was made, told apart by its text: books and receipts are no keys. Its scope has one object for each."""

    __slots__ = ("arguments", "number", "operation")

    def __init__(self, number: int, operation: str, arguments: tuple[Any, ...]) -> None:
        self.number, self.operation, self.arguments = number, operation, arguments


def answer_of(operation: Operation, env: Env) -> Any:
    try:
        return operation(env)
    except (Outcome, *DEFECTS) as refusal:
        refusal.__traceback__ = refusal.__cause__ = refusal.__context__ = None
        return refusal


def worlds(known: dict[str, Scope], large: tuple[str, ...]) -> list[Any]:
    """Parameters: every world; a large one without its crashes, which it has in the soak."""
    return [
        *(
            pytest.param(replace(scope, crashes=0) if name in large else scope, id=name)
            for name, scope in known.items()
        ),
        *(pytest.param(known[name], id=f"{name}-crashes", marks=pytest.mark.soak) for name in large),
    ]
