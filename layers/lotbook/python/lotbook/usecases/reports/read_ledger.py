"""Read what is new of a book's ledger, forwards, by the filed statement; what that has not, from the ledger itself.

A line counts where it is the link that follows on the last one. So a line that is missing, or lags, stops the reading until it is
there, or until the ledger says what it was. Nothing counts twice and nothing is passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from lotbook.domain.credits.ledger import Entry, Pointer, void_name
from lotbook.domain.credits.statement_lines import StatementLine
from lotbook.domain.reports.tally import Tally
from lotbook.domain.values.instants import HOUR
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.ports.books import BookStore
    from lotbook.ports.reports import ReportStore

LINES_A_PAGE = 1_000
PAGES_A_KEPT_TALLY = 50  # what a run that is stopped loses at most
MAX_PAGES = 10_000  # of one book in one run: ten million lines
MAX_HOLE = 500  # links that the statement has not, read one by one
LAG = HOUR  # an account that burns all the time is never read to its last line: what is so young can wait


@dataclass(slots=True)
class BookReading:
    """One book's reading. `closed`: up to where each closed month counts. `at`: the instant as of which it is read."""

    account_id: str
    unit: str
    tally: Tally
    closed: Mapping[str, int]
    at: int
    books: BookStore
    reports: ReportStore
    entries: int = 0

    def run(self, has_time: Callable[[], bool], keep: Callable[[], None]) -> bool:
        """Read to the end, or while there is time; `keep` is called now and then. True where nothing older is missing."""
        book = self.books.get(self.account_id, self.unit)
        head = book.head if book else Pointer("", 0)
        for page in range(1, MAX_PAGES):
            if self.tally.at.seq >= head.seq:
                return True
            if not has_time():
                break
            found = self.reports.lines_after(self.account_id, self.unit, self.tally.at.seq, LINES_A_PAGE)
            if not self._take(found) and (self._is_young() or not self._fill(found, head)):
                break
            if page % PAGES_A_KEPT_TALLY == 0:
                keep()
        return self.tally.at.seq >= head.seq or self._is_young()

    def _is_young(self) -> bool:
        return self.tally.last_at > self.at - LAG

    def _take(self, lines: Iterable[StatementLine]) -> int:
        """How many of the lines follow on, one on the other."""
        taken = 0
        for line in lines:
            before = line.entry.skips if line.is_gap else line.entry.before
            known = self.tally.at
            if before is None or before.seq != known.seq:
                break
            if known.name and before.name != known.name:
                break
            if not line.is_gap:
                self.tally.take(line.entry, self.closed)
            self.tally.at = Pointer("" if line.is_gap else line.entry.name, line.seq)
            taken += 1
        self.entries += taken
        return taken

    def _fill(self, found: list[StatementLine], head: Pointer) -> int:
        """Walk down the ledger from where the statement goes on, or from the book's head."""
        first = found[0] if found else None
        link = head if first is None else first.entry.skips if first.is_gap else first.entry.before
        lines = list[StatementLine]()
        while link is not None and self.tally.at.seq < link.seq and len(lines) < MAX_HOLE:
            entry = self._entry(link)
            if entry is None:
                return 0
            lines.append(StatementLine(link.seq, entry))
            link = entry.before if entry.seq == link.seq else entry.skips
        return self._take(reversed(lines))

    def _entry(self, link: Pointer) -> Entry | None:
        """The link's entry, or the marker that it was given back; None where the ledger does not say yet."""
        entry = self.books.entry(self.account_id, self.unit, link.name)
        if entry is not None and entry.seq == link.seq:
            return entry
        return self.books.entry(self.account_id, self.unit, void_name(link.seq))
