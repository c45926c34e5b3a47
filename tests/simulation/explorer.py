"""Enumerate every interleaving of small runs of the real use cases, with crashes, ticks of the clock, and writes delivered again.

A process is its program and the responses it has had: to move it one call forward, its program runs again over the recorded
responses until it makes a call that has none. So no threads, no baton, and two schedules that lead to the same store and the
same responses are one state, looked at once. Depth first, deterministic, and the first violation comes with its trace.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lotbook.domain import book as book_module
from lotbook.domain.audit import audit
from lotbook.domain.book import Book, draws_between, rests
from lotbook.domain.burning import Burned, Held
from lotbook.domain.errors import BrokenInvariant, InsufficientCredits, Outcome
from lotbook.domain.ledger import Entry
from lotbook.ports_books import Attempt
from lotbook.usecases.prunes import Prunes
from lotbook.usecases.read_book import read_balance
from lotbook.usecases.settle_book import settle_book
from lotbook.usecases.statement import list_entries
from tests.fakes.books import FakeBooks

ACCOUNT, UNIT = "acc", "credits"
WRITES = frozenset({"burn", "resolve", "ask", "swap", "put_entry", "tidy", "pause", "create"})
DEFECTS = (BrokenInvariant, AssertionError, LookupError, ValueError, TypeError, AttributeError)
MAX_STEPS = 400  # of one schedule: past this it is a livelock (I7)


@dataclass(slots=True)
class Env:
    """What an operation gets."""

    books: Any
    clock: Any
    prunes: Prunes

    def renew(self, account_id: str) -> None:
        """Nothing renews here."""


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
    start_at: int = 1_000_000
    max_states: int = 2_000_000


@dataclass(frozen=True, slots=True)
class Process:
    """Where a process is: the node of its response history, the call it makes next (None: done), what it has answered."""

    node: int
    call: Pending | None
    answers: tuple[Any, ...]
    is_new: bool = False  # whether the last answer was given by this very step
    short: bool = False  # whether the credits it asked for were really not there when its last burn was refused


@dataclass(frozen=True, slots=True)
class State:
    book: Book | None
    entries: Mapping[str, Entry]
    clock: int
    processes: tuple[Process, ...]
    crashes: int
    ticks: int
    lates: int
    doubles: int
    written: tuple[tuple[str, tuple[Any, ...]], ...] = ()
    accepted: frozenset[str] = frozenset()  # orders that were asked: none of them may be dropped (I4)


@dataclass(slots=True)
class Explored:
    """What a run covered."""

    states: int = 0
    transitions: int = 0
    ends: int = 0
    outcomes: set[Any] = field(default_factory=set)


class _Replayed:
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
        usual = book_module.MAX_RECEIPTS
        book_module.MAX_RECEIPTS = self.scope.max_receipts  # what the book calls full, as small as the store's bound
        try:
            return self._run()
        finally:
            book_module.MAX_RECEIPTS = usual

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
        clock = _Clock(self.scope.start_at)
        env = Env(books, clock, Prunes())
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
                yield self._step(replace(state, doubles=state.doubles - 1), p, 2, trace)
            if state.crashes and self.nodes[process.node][0] != -1:
                yield from self._crash(state, p, trace)
        if state.ticks and any(process.call is not None for process in state.processes):
            later = replace(state, ticks=state.ticks - 1, clock=state.clock + self.scope.tick)
            yield later, _add(trace, "the clock ticks")
        if state.lates:
            for operation, arguments in state.written:
                book, entries, _ = self._execute(state, operation, arguments)
                late = replace(state, lates=state.lates - 1, book=book, entries=entries)
                yield late, _add(trace, f"delivered again: {operation} {_about(arguments)}")

    def _step(self, state: State, p: int, times: int, trace: tuple[Any, ...]) -> tuple[State, tuple[Any, ...]]:
        process = state.processes[p]
        call = process.call
        assert call is not None
        short = process.short
        if call.operation == "burn":
            short = self._really_left(state) < call.arguments[3].credits
        now = state
        for _ in range(times):
            book, entries, response = self._execute(now, call.operation, call.arguments)
            now = replace(now, book=book, entries=entries)
        node = self._node(process.node, call.operation, response)
        moved = self._advance(p, node, state.clock, short, len(process.answers))
        if call.operation == "ask" and response.done:
            now = replace(now, accepted=now.accepted | {call.arguments[2].order_id})
        written = state.written
        if state.lates and call.operation in WRITES:
            written = tuple(dict.fromkeys((*written, _Write(call.operation, call.arguments))))
        processes = tuple(moved if i == p else _settled(other) for i, other in enumerate(state.processes))
        text = f"P{p} {call.operation} {_about(call.arguments)}{' twice' if times > 1 else ''} -> {_told(response)}"
        return replace(now, processes=processes, written=written), _add(trace, text)

    def _crash(self, state: State, p: int, trace: tuple[Any, ...]) -> Iterable[tuple[State, tuple[Any, ...]]]:
        """The worker is gone. The client sends the same operation again to a fresh one, or gives up."""
        process = state.processes[p]
        done = self._started(process.node) + len(process.answers)
        fresh = self._advance(p, self._root(p, done), state.clock, False)
        gone = Process(process.node, None, ())
        for follower, text in ((fresh, "crashes, the client retries"), (gone, "crashes, the client gives up")):
            processes = tuple(follower if i == p else other for i, other in enumerate(state.processes))
            yield replace(state, processes=processes, crashes=state.crashes - 1), _add(trace, f"P{p} {text}")

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
            replayed = _Replayed(record, clock)
            answers: list[Any] = []
            call = None
            env = Env(replayed, replayed, Prunes())
            try:
                for operation in self.scope.programs[p][self._started(node) :]:
                    answers.append(_answer(operation, env))
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
            case Attempt():
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

    def _really_left(self, state: State) -> int:
        """What could be spent this instant if everybody knew everything (I6)."""
        book = state.book
        if book is None:
            return 0
        lots = {e.lot.lot_id: e.lot for e in (*state.entries.values(), *book.outcomes.values()) if e.lot}
        left = rests(book.tape, book.position)
        for name, receipt in book.receipts.items():
            entry = state.entries.get(name)
            if entry is not None and entry.seq != receipt.seq and receipt.memo.kind != "resolve":
                for draw in draws_between(book.tape, receipt.position, receipt.position + receipt.memo.credits):
                    left[draw.lot_id] += draw.credits
        for aside in book.waiting:
            left[aside.lot_id] = aside.left if aside.effective_at <= state.clock else 0
        return sum(n for lot_id, n in left.items() if (lots[lot_id].expires_at or state.clock + 1) > state.clock)

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
                differences += self._check_answer(state, process.answers[-1], process)
        if differences:
            raise Violation("; ".join(differences), _texts(trace))

    def _check_answer(self, state: State, answer: Any, process: Process) -> list[str]:
        if isinstance(answer, InsufficientCredits):
            return [] if process.short else ["402 though the credits were there"]
        if isinstance(answer, Outcome):
            return []
        if isinstance(answer, BaseException):
            return [f"broke: {answer!r}"]
        if isinstance(answer, Burned | Held):
            entries = [e for e in state.entries.values() if self._entry_id(e) == answer.entry_id]
            if [(e.draws, e.available_after) for e in entries] != [(answer.draws, answer.available)]:
                return [f"answered {answer}, the ledger has {entries}"]
        return []

    def _entry_id(self, entry: Entry) -> str:
        if entry not in self.entry_ids:
            self.entry_ids[entry] = entry.entry_id
        return self.entry_ids[entry]

    def _check_end(self, state: State, trace: tuple[Any, ...]) -> None:
        """Everybody is done: settled and read, the ledger alone explains the book, and the statement the balance."""
        books = FakeBooks(max_receipts=max(self.scope.max_receipts, 1))
        if state.book is None:
            return
        content = (self._freeze(state.book), self._freeze(state.entries), state.clock)
        if content in self.ended:
            return
        self.ended.add(content)
        books.books[ACCOUNT, UNIT] = state.book
        books.ledger = {FakeBooks._key(ACCOUNT, e.unit, name): e for name, e in state.entries.items()}
        clock = _Clock(state.clock)
        nobody = Env(books, clock, Prunes())
        try:
            differences = self._read_both(books, clock, nobody)
            settle_book(ACCOUNT, UNIT, books=books, clock=clock)
            settle_book(ACCOUNT, UNIT, books=books, clock=clock)
            differences += audit(UNIT, books.books[ACCOUNT, UNIT], {key[-1]: e for key, e in books.ledger.items()})
            differences += self._read_both(books, clock, nobody)
        except (Outcome, *DEFECTS) as error:
            raise Violation(f"reading broke: {error!r}", _texts(trace)) from error
        if differences:
            raise Violation("at the end: " + "; ".join(differences), _texts(trace))

    def _read_both(self, books: FakeBooks, clock: _Clock, env: Env) -> list[str]:
        balance = read_balance(ACCOUNT, UNIT, books=books, clock=clock, renew=env.renew)
        entries: list[Entry] = []
        cursor: str | None = None
        while True:
            page = list_entries(ACCOUNT, UNIT, 2, cursor, books=books, clock=clock, renew=env.renew)
            entries += page.entries
            cursor = page.next_cursor
            if cursor is None:
                break
        owned = balance.available + balance.held + balance.frozen + balance.waiting - balance.shortfall
        differences = []
        if sum(entry.credits for entry in entries) != owned:
            differences.append(f"the statement adds up to {sum(e.credits for e in entries)}, the balance is {balance}")
        if not _has_future_lot(entries) and entries and entries[0].available_after != balance.available:
            differences.append(f"the newest entry says {entries[0].available_after} available, the balance {balance}")
        return differences + _running(entries)


def _running(entries: list[Entry]) -> list[str]:
    """`available_after` moves from entry to entry by exactly what the entry did to it."""
    differences, available, frozen = [], 0, set()
    has_future = _has_future_lot(entries)
    for entry in reversed(entries):
        moved = sum(draw.credits for draw in entry.draws if draw.lot_id not in frozen or entry.kind == "unfrozen")
        match entry.kind:
            case "granted" | "released" | "unfrozen":
                available += moved - entry.paid
            case "captured":
                pass
            case _:
                available -= moved
        lots = {draw.lot_id for draw in entry.draws}
        frozen = frozen | lots if entry.kind == "frozen" else frozen - lots if entry.kind == "unfrozen" else frozen
        if available != entry.available_after and not has_future:
            differences.append(f"{entry.kind} {entry.name} says {entry.available_after} available, it was {available}")
            available = entry.available_after
    return differences


def _has_future_lot(entries: list[Entry]) -> bool:
    """A lot that waits becomes spendable without an entry: figures then jump between entries."""
    return any(entry.lot and entry.lot.effective_at > entry.at for entry in entries)


class _Clock:
    def __init__(self, at: int) -> None:
        self.at = at

    def now(self) -> int:
        return self.at


class _Write(tuple):  # type: ignore[type-arg]
    """A write that was made, told apart by its text: books and receipts are no keys."""

    __slots__ = ()

    def __new__(cls, operation: str, arguments: tuple[Any, ...]) -> _Write:
        return super().__new__(cls, (operation, arguments))

    def __hash__(self) -> int:
        return hash(repr(tuple(self)))


def _answer(operation: Operation, env: Env) -> Any:
    try:
        return operation(env)
    except (Outcome, *DEFECTS) as refusal:
        refusal.__traceback__ = None
        return refusal


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
        book.debt,
        book.version,
        book.renews_at,
        book.pause_reason,
        book.pause_version,
    )


def _settled(process: Process) -> Process:
    return replace(process, is_new=False) if process.is_new else process


def _add(trace: tuple[Any, ...], text: str) -> tuple[Any, ...]:
    """A trace is its length, its last step and the trace before: shared between schedules."""
    return (trace[0] + 1 if trace else 1, text, trace)


def _texts(trace: tuple[Any, ...]) -> list[str]:
    texts = []
    while trace:
        texts.append(trace[1])
        trace = trace[2]
    return texts[::-1]


def _about(arguments: tuple[Any, ...]) -> str:
    for argument in arguments[2:] or arguments[1:]:
        if isinstance(argument, str):
            return argument
        for name in ("name", "order_id", "version"):
            if hasattr(argument, name):
                return str(getattr(argument, name))
    return ""


def _told(response: Any) -> str:
    if isinstance(response, Attempt):
        return "done" if response.done else "refused"
    if isinstance(response, Entry):
        return f"there is one, seq {response.seq}"
    return "nothing" if response is None else type(response).__name__


def _brief(answers: tuple[Any, ...]) -> tuple[Any, ...]:
    return tuple(a.code if isinstance(a, Outcome) else type(a).__name__ for a in answers)
