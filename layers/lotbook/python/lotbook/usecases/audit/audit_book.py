"""Audit one book from its mark on: what is new since then, and by rotation the whole, a piece at a time.

A piece is walked from a link down to where the replay stands, then replayed upwards, so every link is held to the chain.
The last piece ends at the book's head and is held against the book. After every piece the mark is kept: what stops a run
costs one piece.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.audit.books import examine
from lotbook.domain.audit.differences import Disagreement
from lotbook.domain.audit.marks import MAX_GOALS, Mark, Whole
from lotbook.domain.audit.replay import OF_LOTS, OFF_THE_CHAIN, Window
from lotbook.domain.audit.standing import START, LedgerStanding
from lotbook.domain.values.light_dataclasses import dataclass, field, replace
from lotbook.usecases.audit.chain import WINDOW, Reader, walk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lotbook.domain.credits.book import Book
    from lotbook.domain.credits.ledger import Entry, Pointer
    from lotbook.ports.audit import AuditStore
    from lotbook.ports.books import BookStore
    from lotbook.ports.news import StatementStore

MAX_LOOKS = 3  # what another look does not find any more was a change under way
MAX_PIECES_A_TURN = 10  # of one book: then the others have their turn


@dataclass(frozen=True, slots=True)
class Ports:
    """What the audit of one book reads. `moved` is told of new entries of lots before `keep` keeps the book's mark."""

    books: BookStore
    audits: AuditStore
    statement: StatementStore | None
    moved: Callable[[list[Entry]], None]
    keep: Callable[[Mark], None]
    has_time: Callable[[], bool]
    now: Callable[[], int]


@dataclass(slots=True)
class BookAudit:
    """One book's turn."""

    account_id: str
    unit: str
    mark: Mark
    ports: Ports
    entries: int = 0
    found: list[Disagreement] = field(default_factory=list)
    is_done: bool = False

    def run(self, book: Book, asked: int) -> None:
        """What is new, then the whole where its time has come, somebody asked since, or something differs. Raises Unavailable."""
        is_first = self.mark.whole_ended_at is None  # what is new is the whole then
        is_at_head = self._what_is_new(book)
        is_whole = True
        if is_first and is_at_head and not self.found:
            self._end_first()
        elif not is_first and (self.found or (is_at_head and self.mark.wants_whole(self.ports.now(), asked))):
            is_whole = self._whole(book)
        self.is_done = (is_at_head or bool(self.found)) and is_whole

    def _end_first(self) -> None:
        self._strangers(self.mark.standing)
        if not self.found and self.mark.standing != START:
            self._save(replace(self.mark, whole_ended_at=self.ports.now(), by_chain=False))

    # --- what is new -----------------------------------------------------------------------------------------------

    def _what_is_new(self, book: Book) -> bool:
        """Up to the head of the book as it was when the turn began; True when it was reached, or something differs there."""
        for _ in range(MAX_PIECES_A_TURN):
            mark = self.mark
            top = self._top(mark.standing, mark.goals, book.head)
            is_last = top == book.head
            step = self._piece(book, top, mark.standing, is_last=is_last)
            if step is None:
                return False
            if isinstance(step, list):
                self._differs(step)
                return True
            goals = _reached(mark.goals, step.at)
            if (step, goals) != (mark.standing, mark.goals):
                self._save(replace(mark, standing=step, goals=goals))
            if is_last:
                return True
        return False

    def _differs(self, found: list[Disagreement]) -> None:
        """Where the mark is no link of the chain, nothing that it says counts: all is replayed, along the chain alone."""
        self.found += found
        if any(each.kind == OFF_THE_CHAIN for each in found):
            self._save(Mark(by_chain=True))

    def _top(self, since: LedgerStanding, goals: tuple[Pointer, ...], end: Pointer) -> Pointer:
        """Where the next piece ends: at the end if that is near, else at a link that an earlier run or the statement names."""
        if goals:
            return goals[-1]
        if end.seq - since.at.seq <= WINDOW or self.mark.by_chain:
            return end
        place = Reader(self.account_id, self.unit, self.ports.books, self.ports.statement).place(
            since.at.seq + WINDOW + 1
        )
        return place if place is not None and since.at.seq < place.seq < end.seq else end

    def _piece(
        self, book: Book, top: Pointer, since: LedgerStanding, *, is_last: bool
    ) -> LedgerStanding | list[Disagreement] | None:
        """What the piece comes to, what differs in it, or None where it was not read to its end."""
        found: list[Disagreement] = []
        for _ in range(MAX_LOOKS):
            books, statement = self.ports.books, self.ports.statement
            reader = Reader(self.account_id, self.unit, books, statement, floor=since.at.seq)
            walked = walk(top, since, book, reader, has_time=self.ports.has_time)
            if walked.window is None:
                if walked.stopped_at != top:
                    self._leave(walked.stopped_at, since)
                return None
            found, kept = examine(self.unit, walked.window, since, book if is_last else None)
            if not found:
                self._count(walked.window, since)
                return kept
            newer = self.ports.books.get(self.account_id, self.unit) if is_last else None
            if newer is not None:
                book, top = newer, newer.head
        return found

    def _leave(self, stopped_at: Pointer, since: LedgerStanding) -> None:
        """Remember how far down the chain the run came: the next one begins there."""
        mark = self.mark
        if since is mark.standing and len(mark.goals) < MAX_GOALS and stopped_at not in mark.goals:
            self._save(replace(mark, goals=(*mark.goals, stopped_at)))
        elif mark.whole and since is mark.whole.standing and stopped_at not in mark.whole.goals:
            goals = (*mark.whole.goals, stopped_at)[:MAX_GOALS]
            self._save(replace(mark, whole=replace(mark.whole, goals=goals)))

    def _count(self, window: Window, since: LedgerStanding) -> None:
        read = window.entries.values()
        new = [each for each in read if each.seq > since.at.seq or since.unread.get(each.seq) == each.name]
        self.entries += len(new)
        if since is self.mark.standing:
            self.ports.moved([entry for entry in new if entry.name.startswith("lot#")])

    def _save(self, mark: Mark) -> None:
        self.mark = mark
        self.ports.keep(mark)

    # --- the whole -------------------------------------------------------------------------------------------------

    def _whole(self, book: Book) -> bool:
        """From the first entry to where what is new began; what comes out must be what the mark said. True at its end."""
        self.mark = self.mark.with_whole()
        for _ in range(MAX_PIECES_A_TURN):
            whole = self.mark.whole
            if whole is None:
                return True
            if whole.standing.at == whole.says.at:
                self._end_whole(whole)
                return True
            top = self._top(whole.standing, whole.goals, whole.says.at)
            step = self._piece(book, top, whole.standing, is_last=False)
            if step is None:
                return False
            if isinstance(step, list):
                self.found += step
                self._save(replace(self.mark, whole=None, whole_ended_at=0))
                return True
            goals = _reached(whole.goals, step.at)
            self._save(replace(self.mark, whole=replace(whole, standing=step, goals=goals)))
        return False

    def _end_whole(self, whole: Whole) -> None:
        """Both were read from the same immutable links, so both say the same, but for entries that one has not read yet."""
        found = len(self.found)
        self._strangers(whole.standing)
        ended_at = self.ports.now()
        if self._caught_up(whole.says) == self._caught_up(whole.standing):
            ended = replace(self.mark, whole=None, whole_ended_at=ended_at if len(self.found) == found else 0)
        else:
            at = whole.says.at
            self.found.append(Disagreement("checkpoint", at.name, "what the ledger says", "something else", at.seq))
            ended = Mark(whole.standing, whole_ended_at=ended_at)  # what is new begins there again
        self._save(ended)

    def _caught_up(self, standing: LedgerStanding) -> LedgerStanding:
        """With the entries that were to be journaled when it was made."""
        reader = Reader(self.account_id, self.unit, self.ports.books, self.ports.statement)
        late = reader.entries(standing.unread.values())
        late = {name: entry for name, entry in late.items() if standing.unread.get(entry.seq) == name}
        meant = {entry.hold for entry in late.values() if entry.hold}
        known = reader.entries(meant | {f"res#{name}" for name in meant})
        _, caught_up = examine(self.unit, Window(standing.at, reader.whole(late), known=known), standing)
        return replace(caught_up, unread={})

    def _strangers(self, standing: LedgerStanding) -> None:
        """Entries that lie with the lots and hang in no chain: as many must be there as the chain has named."""
        events = self.ports.audits.lot_events(self.account_id, self.unit)
        there = [
            entry
            for entry in events
            if 0 < entry.seq <= standing.at.seq and entry.seq not in standing.unread and entry.name.startswith(OF_LOTS)
        ]
        if len(there) != standing.of_lots:
            name = f"{len(there)} entries of lots"
            self.found.append(Disagreement("entry_not_in_chain", name, standing.of_lots, len(there)))


def _reached(goals: Iterable[Pointer], at: Pointer) -> tuple[Pointer, ...]:
    return tuple(each for each in goals if each.seq > at.seq)
