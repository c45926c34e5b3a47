"""Enumerate every interleaving of small runs of the real use cases, with crashes, ticks of the clock, and writes delivered again.

A process is its program and the responses it has had: to move it one call forward, its program runs again over the recorded
responses until it makes a call that has none. So no threads, no baton, and two schedules that lead to the same store and the
same responses are one state, looked at once. Depth first, deterministic, and the first violation comes with its trace.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import pytest

from lotbook.domain.audit.books import audit
from lotbook.domain.credits import book as book_module
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.values.errors import Outcome
from lotbook.ports.books import WriteOutcome
from lotbook.usecases.credits import stale_receipts
from lotbook.usecases.credits.prunes import Prunes
from tests.fakes.books import FakeBooks
from tests.simulation.oracle import answer_differences, end_differences, really_left
from tests.simulation.worlds import (
    ACCOUNT,
    MAX_STEPS,
    UNIT,
    WRITES,
    Env,
    Explored,
    FixedClock,
    Pending,
    Process,
    Replayed,
    Scope,
    State,
    Violation,
    Write,
    answer_of,
)


class Explorer:
    """One scope's exploration."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.nodes: list[tuple[int, str, Any]] = []  # parent, kind, value; the root of a program's start has parent -1
        self.node_ids: dict[Any, int] = {}
        self.frozen: dict[int, tuple[Any, Any]] = {}
        self.moves: dict[tuple[int, int, int], tuple[int, Pending | None, tuple[Any, ...]]] = {}
        self.keys: dict[Any, int] = {}
        self.executed: dict[tuple[int, int, int, int], tuple[Book | None, Mapping[str, Entry], Any]] = {}
        self.calls: dict[int, Pending] = {}  # keeps calls alive, so that their ids stay their own
        self.firsts: dict[Any, Any] = {}
        self.audited: set[tuple[int, int]] = set()
        self.ended: set[tuple[int, int, int]] = set()
        self.entry_ids: dict[Entry, str] = {}

    def run(self) -> Explored:
        """Every schedule. Raises Violation."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(book_module, "MAX_RECEIPTS", self.scope.max_receipts)  # full, as small as the store's bound
            if self.scope.clears:
                patch.setattr(stale_receipts, "STALE", 0)
                patch.setattr(stale_receipts, "MAX_STALE", 0)
            return self._run()

    def _run(self) -> Explored:
        explored = Explored()
        seen: set[Any] = set()
        stack: list[tuple[State, tuple[Any, ...]]] = [(self._first(), ())]
        while stack:
            state, trace = stack.pop()
            key = self._key(state)
            if key in seen:
                continue
            seen.add(key)
            explored.states += 1
            if explored.states > self.scope.max_states:
                raise Violation("too many states for this scope", _texts(trace))
            self._check(state, trace)
            moves = list(self._moves(state, trace))
            explored.transitions += len(moves)
            if all(process.call is None for process in state.processes):
                explored.ends += 1
                explored.outcomes.add(tuple(_brief(process.answers) for process in state.processes))
                self._check_end(state, trace)
            if len(trace) and trace[0] > MAX_STEPS:
                raise Violation("this schedule does not end", _texts(trace))
            stack.extend(reversed(moves))
        return explored

    # --- moving --------------------------------------------------------------------------------------------------

    def _first(self) -> State:
        books = FakeBooks(max_receipts=self.scope.max_receipts)
        clock = FixedClock(self.scope.start_at)
        env = Env(books, clock, Prunes(), self.scope.renewing)
        for operation in self.scope.before:
            operation(env)
        entries = {key[-1]: entry for key, entry in books.ledger.items()}
        processes = tuple(self._advance(p, self._root(p, 0), clock.at, False) for p in range(len(self.scope.programs)))
        scope = self.scope
        return State(
            self._one(books.books.get((ACCOUNT, UNIT))),
            self._one(entries),
            clock.at,
            processes,
            scope.crashes,
            scope.ticks,
            scope.lates,
            scope.doubles,
        )

    def _moves(self, state: State, trace: tuple[Any, ...]) -> Iterable[tuple[State, tuple[Any, ...]]]:
        for p, process in enumerate(state.processes):
            if process.call is None:
                continue
            yield self._step(state, p, 1, trace)
            if state.doubles and process.call.operation in WRITES:
                yield self._step(state._replace(doubles=state.doubles - 1), p, 2, trace)
            if state.crashes and self.nodes[process.node][0] != -1:
                yield from self._crash(state, p, trace)
        if state.ticks and any(process.call is not None for process in state.processes):
            later = state._replace(ticks=state.ticks - 1, clock=state.clock + self.scope.tick)
            yield later, _add(trace, "the clock ticks")
        if state.lates:
            for operation, arguments in state.written:
                book, entries, _ = self._execute(state, operation, arguments)
                late = state._replace(lates=state.lates - 1, book=book, entries=entries)
                yield late, _add(trace, f"delivered again: {operation} {_about(arguments)}")

    def _step(self, state: State, p: int, times: int, trace: tuple[Any, ...]) -> tuple[State, tuple[Any, ...]]:
        process = state.processes[p]
        call = process.call
        assert call is not None
        short = process.short
        if call.operation == "burn":
            short = really_left(state) < call.arguments[3].credits
        now = state
        for _ in range(times):
            book, entries, response = self._execute(now, call.operation, call.arguments)
            now = now._replace(book=book, entries=entries)
        node = self._node(process.node, call.operation, response)
        moved = self._advance(p, node, state.clock, short, len(process.answers))
        if call.operation == "ask" and response.done:
            now = now._replace(accepted=now.accepted | {call.arguments[2].order_id})
        written = state.written
        if state.lates and call.operation in WRITES:
            written = tuple(dict.fromkeys((*written, Write(call.operation, call.arguments))))
        processes = tuple(moved if i == p else _settled(other) for i, other in enumerate(state.processes))
        return now._replace(processes=processes, written=written), _add(trace, (p, call, times, response))

    def _crash(self, state: State, p: int, trace: tuple[Any, ...]) -> Iterable[tuple[State, tuple[Any, ...]]]:
        """The worker is gone. The client sends the same operation again to a fresh one, or gives up."""
        process = state.processes[p]
        done = self._started(process.node) + len(process.answers)
        fresh = self._advance(p, self._root(p, done), state.clock, False)
        gone = Process(process.node, None, ())
        for follower, text in ((fresh, "crashes, the client retries"), (gone, "crashes, the client gives up")):
            processes = tuple(follower if i == p else other for i, other in enumerate(state.processes))
            yield state._replace(processes=processes, crashes=state.crashes - 1), _add(trace, f"P{p} {text}")

    def _execute(
        self, state: State, operation: str, arguments: tuple[Any, ...]
    ) -> tuple[Book | None, Mapping[str, Entry], Any]:
        """What a call does to the store and answers; books and ledgers of equal content are one object."""
        key = (id(state.book), id(state.entries), id(arguments), state.clock)
        known = self.executed.get(key)
        if known is None:
            book, entries, response = self._really_execute(state, operation, arguments)
            known = self.executed[key] = (self._one(book), self._one(entries), response)
            self.calls[id(arguments)] = arguments  # type: ignore[assignment]
        return known

    def _really_execute(
        self, state: State, operation: str, arguments: tuple[Any, ...]
    ) -> tuple[Book | None, Mapping[str, Entry], Any]:
        books = FakeBooks(max_receipts=self.scope.max_receipts, without=self.scope.without)
        if state.book is not None:
            books.books[ACCOUNT, UNIT] = state.book
        books.ledger = {FakeBooks._key(ACCOUNT, e.unit, name): e for name, e in state.entries.items()}
        response = getattr(books, operation)(*arguments)
        return books.books.get((ACCOUNT, UNIT)), {key[-1]: entry for key, entry in books.ledger.items()}, response

    def _advance(self, p: int, node: int, clock: int, short: bool, answered: int = 0) -> Process:
        """Run the program over its record to its next call."""
        known = self.moves.get((p, node, clock))
        if known is None:
            record = self._record(node)
            replayed = Replayed(record, clock)
            answers: list[Any] = []
            call = None
            env = Env(replayed, replayed, Prunes(), self.scope.renewing)
            try:
                for operation in self.scope.programs[p][self._started(node) :]:
                    answers.append(answer_of(operation, env))
            except Pending as pending:
                call = pending
            after = node
            for value in replayed.read_clock:
                after = self._node(after, "now", value)
            known = self.moves[p, node, clock] = (after, call, tuple(answers))
        return Process(known[0], known[1], known[2], is_new=len(known[2]) > answered, short=short)

    # --- histories, interned ---------------------------------------------------------------------------------------

    def _root(self, p: int, started: int) -> int:
        return self._intern((-1, p, started), (-1, "start", started))

    def _node(self, parent: int, kind: str, value: Any) -> int:
        return self._intern((parent, kind, self._freeze(value)), (parent, kind, value))

    def _intern(self, key: Any, node: tuple[int, str, Any]) -> int:
        known = self.node_ids.get(key)
        if known is None:
            known = self.node_ids[key] = len(self.nodes)
            self.nodes.append(node)
        return known

    def _started(self, node: int) -> int:
        while self.nodes[node][0] != -1:
            node = self.nodes[node][0]
        return int(self.nodes[node][2])

    def _record(self, node: int) -> list[tuple[str, Any]]:
        record = []
        while self.nodes[node][0] != -1:
            node, kind, value = self.nodes[node]
            record.append((kind, value))
        return record[::-1]

    def _freeze(self, value: Any) -> Any:
        """A small hashable stand-in: equal values, equal numbers."""
        match value:
            case WriteOutcome():
                return value.done, self._freeze(value.book)
            case Book():
                known = self.frozen.get(id(value))
                if known is None:
                    key = self._number(_book_key(value))
                    known = self.frozen[id(value)] = (key, value)  # keeps it alive, so the id stays its own
                return known[0]
            case dict():
                known = self.frozen.get(id(value))
                if known is None:
                    known = (self._number(frozenset(value.items())), value)
                    self.frozen[id(value)] = known
                return known[0]
            case list():
                return tuple(self._freeze(item) for item in value)
        return value

    def _one(self, value: Any) -> Any:
        """The first value seen of equal ones."""
        return self.firsts.setdefault((type(value).__name__, self._freeze(value)), value)

    def _number(self, key: Any) -> int:
        return self.keys.setdefault(key, len(self.keys))

    def _key(self, state: State) -> Any:
        return (
            self._freeze(state.book),
            self._freeze(state.entries),
            state.clock,
            tuple((q.node, q.call is None, q.short) for q in state.processes),
            state.crashes,
            state.ticks,
            state.lates,
            state.doubles,
            state.accepted,
            frozenset(state.written) if state.lates and state.crashes < self.scope.crashes else None,
        )

    # --- checking --------------------------------------------------------------------------------------------------

    def _check(self, state: State, trace: tuple[Any, ...]) -> None:
        if state.book is None:
            return
        differences: list[str] = []
        content = (self._freeze(state.book), self._freeze(state.entries))
        if content not in self.audited:
            self.audited.add(content)
            differences += audit(UNIT, state.book, state.entries)
        kept = state.accepted - state.book.orders.keys() - state.book.outcomes.keys() - state.entries.keys()
        differences += [f"order {order_id} was accepted and dropped" for order_id in sorted(kept)]
        for process in state.processes:
            if process.answers and process.is_new:
                differences += answer_differences(state, process.answers[-1], process, self.entry_ids)
        if differences:
            raise Violation("; ".join(differences), _texts(trace))

    def _check_end(self, state: State, trace: tuple[Any, ...]) -> None:
        content = (self._freeze(state.book), self._freeze(state.entries), state.clock)
        if state.book is None or content in self.ended:
            return
        self.ended.add(content)
        differences = end_differences(state, self.scope)
        if differences:
            raise Violation("at the end: " + "; ".join(differences), _texts(trace))


def _book_key(book: Book) -> Any:
    return (
        book.position,
        book.head,
        book.available,
        book.since,
        book.until,
        book.tape,
        book.waiting,
        book.frozen,
        frozenset(book.receipts.items()),
        frozenset(book.outcomes.items()),
        frozenset(book.orders.items()),
        frozenset(book.holds.items()),
        book.held_away,
        book.debt,
        book.version,
        book.renews_at,
        book.pause_reason,
        book.pause_version,
    )


def _settled(process: Process) -> Process:
    return process._replace(is_new=False) if process.is_new else process


def _add(trace: tuple[Any, ...], step: Any) -> tuple[Any, ...]:
    """A trace is its length, its last step and the trace before: shared between schedules."""
    return (trace[0] + 1 if trace else 1, step, trace)


def _texts(trace: tuple[Any, ...]) -> list[str]:
    texts = []
    while trace:
        step = trace[1]
        texts.append(step if isinstance(step, str) else _said(*step))
        trace = trace[2]
    return texts[::-1]


def _said(p: int, call: Pending, times: int, response: Any) -> str:
    """What a step was, put into words only when somebody reads the trace."""
    return f"P{p} {call.operation} {_about(call.arguments)}{' twice' if times > 1 else ''} -> {_told(response)}"


def _about(arguments: tuple[Any, ...]) -> str:
    for argument in arguments[2:] or arguments[1:]:
        if isinstance(argument, str):
            return argument
        for name in ("name", "order_id", "version"):
            if hasattr(argument, name):
                return str(getattr(argument, name))
    return ""


def _told(response: Any) -> str:
    if isinstance(response, WriteOutcome):
        return "done" if response.done else "refused"
    if isinstance(response, Entry):
        return f"there is one, seq {response.seq}"
    return "nothing" if response is None else type(response).__name__


def _brief(answers: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a.code if isinstance(a, Outcome) else type(a).__name__ for a in answers)
