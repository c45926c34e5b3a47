"""What processes have seen, as small numbers: equal histories are one node, and a program runs once from each.

A node is an operation's beginning and the responses since. A program that begins its next operation remembers nothing of the ones
before but what it may prune; so whatever the responses were, processes with the same memory are at the same node.
"""

from __future__ import annotations

from operator import attrgetter
from typing import Any, NamedTuple

from lotbook.domain.credits.book import Book
from lotbook.domain.values.light_dataclasses import fields
from lotbook.ports.books import WriteOutcome
from lotbook.usecases.credits.prunes import Prunes
from tests.simulation.worlds import DONE, Env, Pending, Replayed, Scope, answer_of

BEGINS = -1  # the parent of an operation's beginning
_PARTS = attrgetter(*(each.name for each in fields(Book)))


class Moved(NamedTuple):
    """Where a program is after a response: its node, its next call (None: it is done), and what it has answered on the way."""

    node: int
    call: Pending | None
    answers: tuple[Any, ...]
    has_read_clock: bool


class Memory(Prunes):
    """What a process may prune, and keeps from one operation to the next."""

    def __init__(self, kept: tuple[Any, ...]) -> None:
        super().__init__()
        for (account_id, unit), prunes in kept:
            self.give(account_id, unit, *prunes)

    def kept(self) -> tuple[Any, ...]:
        """As `Memory` takes it."""
        return tuple((of, tuple(prunes)) for of, prunes in self._books.items() if prunes)


class Histories:
    """The nodes of one scope, and its programs run from each of them."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope
        self._nodes: list[tuple[int, str, Any]] = []  # parent, kind, value
        self._node_ids: dict[Any, int] = {}
        self._numbers: dict[Any, int] = {}
        self._known: dict[int, tuple[int, Any]] = {}  # keeps values alive, so that their ids stay their own
        self._firsts: dict[Any, Any] = {}
        self._moves: dict[tuple[int, int, int], Moved] = {}
        self._calls: dict[int, Pending] = {}  # a node's next call is one object

    # --- programs ------------------------------------------------------------------------------------------------

    def begun(self, p: int, started: int, kept: tuple[Any, ...] = ()) -> int:
        """The node at which program `p` begins its operation number `started`, with what it may prune."""
        return self._intern((BEGINS, p, started, kept), (BEGINS, "begin", (started, kept)))

    def restarted(self, p: int, node: int) -> int | None:
        """Where the same operation begins in a process that remembers nothing; None where nothing was done yet."""
        root = node
        while self._nodes[root][0] != BEGINS:
            root = self._nodes[root][0]
        started, _ = self._nodes[root][2]
        return self.begun(p, started) if started or root != node else None

    def after(self, node: int, operation: str, response: Any) -> int:
        """The node of a process that has had this response."""
        return self._intern((node, operation, self.number(response)), (node, operation, response))

    def advance(self, p: int, node: int, clock: int) -> Moved:
        """Run the program over its record to its next call."""
        known = self._moves.get((p, node, clock))
        if known is None:
            known = self._moves[p, node, clock] = self._replay(p, node, clock)
        return known

    def _replay(self, p: int, node: int, clock: int) -> Moved:
        program = self._scope.programs[p]
        record, (started, kept) = self._record(node)
        answers: list[Any] = []
        has_read_clock = False
        while started < len(program):
            replayed, memory = Replayed(record, clock), Memory(kept)
            try:
                answers.append(answer_of(program[started], Env(replayed, replayed, memory, self._scope.renewing)))
            except Pending as pending:
                pending.__traceback__ = None  # with it the frames of the whole program would stay
                for value in replayed.read_clock:
                    node = self.after(node, "now", value)
                call = self._calls.setdefault(node, pending)
                return Moved(node, call, tuple(answers), has_read_clock or bool(replayed.read_clock))
            has_read_clock = has_read_clock or bool(replayed.read_clock)
            record, started, kept = [], started + 1, memory.kept()
            node = self.begun(p, started, kept)
        return Moved(DONE, None, tuple(answers), has_read_clock)

    def _record(self, node: int) -> tuple[list[tuple[str, Any]], tuple[int, tuple[Any, ...]]]:
        record = []
        parent, kind, value = self._nodes[node]
        while parent != BEGINS:
            record.append((kind, value))
            parent, kind, value = self._nodes[parent]
        return record[::-1], value

    def _intern(self, key: Any, node: tuple[int, str, Any]) -> int:
        known = self._node_ids.get(key)
        if known is None:
            known = self._node_ids[key] = len(self._nodes)
            self._nodes.append(node)
        return known

    # --- values --------------------------------------------------------------------------------------------------

    def one(self, value: Any) -> Any:
        """The first value seen of equal ones: two books or ledgers of equal content are one object."""
        return self._firsts.setdefault(self.number(value), value)

    def number(self, value: Any) -> int:
        """Equal values, equal numbers."""
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = (self._numbers.setdefault(self._key(value), len(self._numbers)), value)
        return known[0]

    def _key(self, value: Any) -> Any:
        match value:
            case WriteOutcome():
                return WriteOutcome, value.done, self.number(value.book)
            case Book():
                return (Book, *(self.number(each) for each in _PARTS(value)))
            case dict():
                return dict, frozenset((name, self.number(each)) for name, each in value.items())
            case list():
                return list, tuple(self.number(each) for each in value)
        return type(value), value
