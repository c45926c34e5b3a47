"""Enumerate every interleaving of small runs of the real use cases, with crashes, ticks of the clock, and writes delivered again.

A process is its program and the responses it has had: to move it one call forward, its program runs again over the recorded
responses until it makes a call that has none. So no threads, no baton, and two schedules that lead to the same store and the
same memories are one state, looked at once. Depth first, deterministic, and the first violation comes with its trace.

Left out is what shows nothing else (decisions/0177): the other orders of a call that nobody can change and that changes nothing,
and a write delivered again that changes nothing.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from lotbook.domain.audit.books import audit
from lotbook.domain.credits import book as book_module
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.values.errors import Outcome
from lotbook.usecases.credits import stale_receipts
from lotbook.usecases.credits.prunes import Prunes
from tests.fakes.books import FakeBooks
from tests.simulation.histories import Histories, Moved
from tests.simulation.oracle import answer_differences, end_differences, really_left
from tests.simulation.traces import Trace, about, added, texts
from tests.simulation.worlds import (
    ACCOUNT,
    DONE,
    MAX_STEPS,
    UNIT,
    WRITES,
    Env,
    Explored,
    FixedClock,
    Pending,
    Process,
    Scope,
    State,
    Violation,
    Write,
)

Step = tuple[State, Trace]
Effect = tuple[Book | None, Mapping[str, Entry], Any]  # the store after a call, and what the call is told


class Explorer:
    """One scope's exploration."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.histories = Histories(scope)
        self.store = FakeBooks(max_receipts=scope.max_receipts, without=scope.without)
        self.executed: dict[tuple[int, int, int, int], Effect] = {}
        self.calls: dict[int, tuple[Any, ...]] = {}  # keeps arguments alive, so that their ids stay their own
        self.writes: dict[str, Write] = {}
        self.left: dict[tuple[int, int, int], int] = {}
        self.audited: set[tuple[int, int]] = set()
        self.answered: set[tuple[int, int, bool]] = set()
        self.ended: set[tuple[int, int, int]] = set()
        self.entry_ids: dict[Entry, str] = {}

    def run(self) -> Explored:
        """Every schedule. Raises Violation."""
        with pytest.MonkeyPatch.context() as patch, _no_collections():
            patch.setattr(book_module, "MAX_RECEIPTS", self.scope.max_receipts)  # full, as small as the store's bound
            if self.scope.clears:
                patch.setattr(stale_receipts, "STALE", 0)
                patch.setattr(stale_receipts, "MAX_STALE", 0)
            return self._run()

    def _run(self) -> Explored:
        explored = Explored()
        seen: set[Any] = set()
        stack: list[Step] = [(self._first(), ())]
        while stack:
            state, trace = stack.pop()
            key = _key(state)
            if key in seen:
                continue
            seen.add(key)
            explored.states += 1
            if explored.states > self.scope.max_states:
                raise Violation("too many states for this scope", texts(trace))
            self._check(state, trace)
            moves = list(self._moves(state, trace))
            explored.transitions += len(moves)
            if all(process.call is None for process in state.processes):
                explored.ends += 1
                explored.outcomes.add(tuple(process.told for process in state.processes))
                self._check_end(state, trace)
            if len(trace) and trace[0] > MAX_STEPS:
                raise Violation("this schedule does not end", texts(trace))
            stack.extend(reversed(moves))
        return explored

    # --- moving --------------------------------------------------------------------------------------------------

    def _first(self) -> State:
        scope = self.scope
        books, clock = FakeBooks(max_receipts=scope.max_receipts), FixedClock(scope.start_at)
        env = Env(books, clock, Prunes(), scope.renewing)
        for operation in scope.before:
            operation(env)
        book = self.histories.one(books.books.get((ACCOUNT, UNIT)))
        entries = self.histories.one({key[-1]: entry for key, entry in books.ledger.items()})
        begun = (
            self.histories.advance(p, self.histories.begun(p, 0), clock.at) for p in range(len(self.scope.programs))
        )
        processes = tuple(_moved(each) for each in begun)
        return State(book, entries, clock.at, processes, scope.crashes, scope.ticks, scope.lates, scope.doubles)

    def _moves(self, state: State, trace: Trace) -> Iterable[Step]:
        for p in range(len(state.processes)):
            if self._is_alone(state, p):
                yield self._step(state, p, 1, trace)
                yield from self._crash(state, p, trace)
                return
        for p, process in enumerate(state.processes):
            if process.call is None:
                continue
            yield self._step(state, p, 1, trace)
            if state.doubles and process.call.operation in WRITES and self._does_more(state, process.call):
                yield self._step(state._replace(doubles=state.doubles - 1), p, 2, trace)
            yield from self._crash(state, p, trace)
        if state.ticks and any(process.call is not None for process in state.processes):
            later = state._replace(ticks=state.ticks - 1, clock=state.clock + self.scope.tick)
            yield later, added(trace, "the clock ticks")
        for write in sorted(state.written, key=lambda each: each.number) if state.lates else ():
            book, entries, _ = self._execute(state, write.operation, write.arguments)
            if book is not state.book or entries is not state.entries:
                written = state.written if state.lates > 1 else frozenset()
                late = state._replace(lates=state.lates - 1, book=book, entries=entries, written=written)
                yield late, added(trace, f"delivered again: {write.operation} {about(write.arguments)}")

    def _is_alone(self, state: State, p: int) -> bool:
        """Whether nothing that others do comes differently before this call than after it: it finds what stays for ever."""
        process = state.processes[p]
        call = process.call
        if call is None or call.operation not in STAYS:
            return False
        _, _, response = self._execute(state, call.operation, call.arguments)
        if not self._stays(call, response):
            return False
        moved = self.histories.advance(p, self.histories.after(process.node, call.operation, response), state.clock)
        return not (state.ticks and (moved.has_read_clock or moved.call is None))  # nothing ticks behind the last call

    def _stays(self, call: Pending, response: Any) -> bool:
        """Whether the call, made again at any time, would be told the same and do nothing."""
        stays = STAYS.get(call.operation)
        return stays is not None and "put_if_absent" not in self.scope.without and stays(call.arguments, response)

    def _does_more(self, state: State, call: Pending) -> bool:
        """Whether the call's second delivery does or tells anything else than its first."""
        once = self._execute(state, call.operation, call.arguments)
        twice = self._execute(state._replace(book=once[0], entries=once[1]), call.operation, call.arguments)
        is_same = once[0] is twice[0] and once[1] is twice[1]
        return not is_same or self.histories.number(once[2]) != self.histories.number(twice[2])

    def _step(self, state: State, p: int, times: int, trace: Trace) -> Step:
        process = state.processes[p]
        call = process.call
        assert call is not None
        is_short = self._left(state) < call.arguments[3].credits if call.operation == "burn" else process.short
        book, entries, response = self._execute(state, call.operation, call.arguments)
        for _ in range(times - 1):
            again = state._replace(book=book, entries=entries)
            book, entries, response = self._execute(again, call.operation, call.arguments)
        trace = added(trace, (p, call, times, response))
        node = self.histories.after(process.node, call.operation, response)
        moved = self.histories.advance(p, node, state.clock)
        accepted = state.accepted
        if call.operation == "ask" and response.done:
            accepted = accepted | {call.arguments[2].order_id}
        written = state.written
        if state.lates and call.operation in WRITES and not self._stays(call, response):
            written = written | {self._write(call)}
        told = process.told
        for answer in moved.answers:
            self._check_answer(entries, answer, is_short, trace)
            told, is_short = (*told, _brief(answer)), False
        stands = Process(moved.node, moved.call, told, is_short)
        processes = (*state.processes[:p], stands, *state.processes[p + 1 :])
        left = (state.crashes, state.ticks, state.lates, state.doubles)
        return State(book, entries, state.clock, processes, *left, written, accepted), trace

    def _crash(self, state: State, p: int, trace: Trace) -> Iterable[Step]:
        """The worker is gone. The client sends the same operation again to a fresh one, or gives up."""
        process = state.processes[p]
        again = self.histories.restarted(p, process.node) if state.crashes else None
        if again is None:
            return
        fresh = _moved(self.histories.advance(p, again, state.clock))
        for follower, text in ((fresh, "crashes, the client retries"), (GONE, "crashes, the client gives up")):
            processes = (*state.processes[:p], follower, *state.processes[p + 1 :])
            yield state._replace(processes=processes, crashes=state.crashes - 1), added(trace, f"P{p} {text}")

    def _execute(self, state: State, operation: str, arguments: tuple[Any, ...]) -> Effect:
        """What a call does to the store and answers; books and ledgers of equal content are one object."""
        key = (id(state.book), id(state.entries), id(arguments), state.clock)
        known = self.executed.get(key)
        if known is None:
            book, entries, response = self._really_execute(state, operation, arguments)
            known = self.executed[key] = (self.histories.one(book), self.histories.one(entries), response)
            self.calls[id(arguments)] = arguments
        return known

    def _really_execute(self, state: State, operation: str, arguments: tuple[Any, ...]) -> Effect:
        books = self.store
        books.books = {} if state.book is None else {(ACCOUNT, UNIT): state.book}
        books.ledger = {FakeBooks._key(ACCOUNT, e.unit, name): e for name, e in state.entries.items()}
        response = getattr(books, operation)(*arguments)
        return books.books.get((ACCOUNT, UNIT)), {key[-1]: entry for key, entry in books.ledger.items()}, response

    def _write(self, call: Pending) -> Write:
        text = f"{call.operation} {call.arguments!r}"
        return self.writes.setdefault(text, Write(len(self.writes), call.operation, call.arguments))

    def _left(self, state: State) -> int:
        place = (id(state.book), id(state.entries), state.clock)
        if place not in self.left:
            self.left[place] = really_left(state)
        return self.left[place]

    # --- checking --------------------------------------------------------------------------------------------------

    def _check(self, state: State, trace: Trace) -> None:
        if state.book is None:
            return
        differences: list[str] = []
        content = (id(state.book), id(state.entries))
        if content not in self.audited:
            self.audited.add(content)
            differences += audit(UNIT, state.book, state.entries)
        kept = state.accepted - state.book.orders.keys() - state.book.outcomes.keys() - state.entries.keys()
        differences += [f"order {order_id} was accepted and dropped" for order_id in sorted(kept)]
        if differences:
            raise Violation("; ".join(differences), texts(trace))

    def _check_answer(self, entries: Mapping[str, Entry], answer: Any, is_short: bool, trace: Trace) -> None:
        place = (id(entries), id(answer), is_short)
        if place not in self.answered:
            self.answered.add(place)
            differences = answer_differences(entries, answer, is_short, self.entry_ids)
            if differences:
                raise Violation("; ".join(differences), texts(trace))

    def _check_end(self, state: State, trace: Trace) -> None:
        content = (id(state.book), id(state.entries), state.clock)
        if state.book is None or content in self.ended:
            return
        self.ended.add(content)
        differences = end_differences(state, self.scope)
        if differences:
            raise Violation("at the end: " + "; ".join(differences), texts(trace))


GONE = Process(DONE, None)
# Calls whose answer nothing changes any more, once it is this one: an entry is written once, and stays as it is.
STAYS: Mapping[str, Callable[[tuple[Any, ...], Any], bool]] = {
    "entry": lambda _, response: response is not None,
    "put_entry": lambda _, response: response is not None,
    "entries": lambda arguments, response: len(response) == len(set(arguments[2])),
    "lots": lambda arguments, response: len(response) == len(set(arguments[2])),
}


def _key(state: State) -> Any:
    """Equal for states that go on alike. Books and ledgers of equal content are one object."""
    return (id(state.book), id(state.entries), *state[2:])


def _moved(moved: Moved) -> Process:
    return Process(moved.node, moved.call, tuple(_brief(answer) for answer in moved.answers))


def _brief(answer: Any) -> str:
    return answer.code if isinstance(answer, Outcome) else type(answer).__name__


@contextmanager
def _no_collections() -> Iterator[None]:
    """States and traces hold no circles: to look through hundreds of thousands of them again and again finds nothing."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
