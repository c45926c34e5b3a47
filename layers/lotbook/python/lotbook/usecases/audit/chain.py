"""Reads a book's ledger along its chain, many entries at a time where the filed statement knows their names.

The statement only says what to read together, and where a piece of the chain may begin: what it says is not believed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.audit.replay import Window
from lotbook.domain.credits import ledger
from lotbook.domain.credits.batches import NOTE, is_beside
from lotbook.domain.credits.ledger import Entry, Pointer
from lotbook.domain.values.light_dataclasses import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from lotbook.domain.audit.standing import LedgerStanding
    from lotbook.domain.credits.book import Book
    from lotbook.ports.books import BookStore
    from lotbook.ports.news import StatementStore

NAMES_AHEAD = 100  # of the filed statement: one BatchGetItem reads as many entries of the ledger
WINDOW = 5_000  # links that are replayed together: some 5 MB, and what a run that is stopped loses at most
MAX_WALK = 2 * WINDOW  # links that are kept on the way down
GAPS_AHEAD = 10  # lines of burns that were given back may stand where a piece would begin


class Reader:
    """The ledger of one book; `floor`: nothing is read ahead from this number down."""

    def __init__(
        self, account_id: str, unit: str, books: BookStore, statement: StatementStore | None, *, floor: int = 0
    ) -> None:
        self._floor = floor
        self._account_id, self._unit = account_id, unit
        self._books, self._statement = books, statement
        self._ahead: Mapping[str, Entry] = {}
        self._looked_below: int | None = None
        self.seen: dict[str, Entry] = {}  # what was read ahead, whether the chain names it or not

    def entries(self, names: Iterable[str]) -> dict[str, Entry]:
        """Those that are there, by name."""
        wanted = sorted(set(names))
        return dict(self._books.entries(self._account_id, self._unit, wanted)) if wanted else {}

    def before(self, link: Pointer, book: Book, found: dict[str, Entry]) -> Pointer | None:
        """The link before this one, None where the chain breaks; the entry goes into `found` if it is in the ledger."""
        entry = found.get(link.name) or book.outcomes.get(link.name) or self._entry(link)
        if entry is not None and link.name not in book.outcomes:
            found[link.name] = entry
        if entry is not None and entry.seq == link.seq:
            return entry.before
        receipt = book.receipts.get(link.name)
        if receipt is not None and receipt.seq == link.seq:
            return receipt.before
        return self._given_back(link, book, found)

    def place(self, below: int) -> Pointer | None:
        """A link under the number `below` that the filed statement knows of."""
        if self._statement is None:
            return None
        lines = self._statement.page(self._account_id, self._unit, below, GAPS_AHEAD)
        return next((Pointer(line.entry.name, line.seq) for line in lines if not line.is_gap), None)

    def whole(self, found: dict[str, Entry]) -> dict[str, Entry]:
        """The entries with the lines that stand beside them."""
        beside = {name: entry.lines for name, entry in found.items() if entry.lines and is_beside(entry.lines)}
        notes = self._books.metadata(self._account_id, beside.items()) if beside else {}
        return found | {name: replace(found[name], lines=note.get(NOTE)) for name, note in notes.items()}

    def is_ahead(self, link: Pointer) -> bool:
        """Whether its entry costs no call any more."""
        return link.name in self._ahead

    def _given_back(self, link: Pointer, book: Book, found: dict[str, Entry]) -> Pointer | None:
        """What the marker of a burn that was given back says."""
        name = ledger.void_name(link.seq)
        marker = found.get(name) or book.outcomes.get(name) or self._ahead.get(name)
        if marker is None:
            marker = self._books.entry(self._account_id, self._unit, name)
        if marker is not None and name not in book.outcomes:
            found[name] = marker
        return marker.skips if marker else None

    def _entry(self, link: Pointer) -> Entry | None:
        if link.name not in self._ahead and self._statement is not None and self._may_look(link.seq):
            ahead = min(NAMES_AHEAD, link.seq - self._floor)
            lines = self._statement.page(self._account_id, self._unit, link.seq + 1, ahead)
            self._looked_below = lines[-1].seq if lines else 0
            self._ahead = self._books.entries(self._account_id, self._unit, {line.entry.name for line in lines})
            self.seen |= self._ahead
        found = self._ahead.get(link.name)
        return found or self._books.entry(self._account_id, self._unit, link.name)

    def _may_look(self, seq: int) -> bool:
        return self._looked_below is None or seq < self._looked_below


@dataclass(frozen=True, slots=True)
class Walked:
    """The window down to where the replay goes on; None, with the link to begin at the next time, where it is too far."""

    window: Window | None
    stopped_at: Pointer


def walk(top: Pointer, since: LedgerStanding, book: Book, reader: Reader, *, has_time: Callable[[], bool]) -> Walked:
    """Read the links from `top` down to the standing's, and whatever they refer to. Raises Unavailable."""
    found: dict[str, Entry] = {}
    link, steps = top, 0
    while link.seq > since.at.seq:
        if steps >= MAX_WALK or not (reader.is_ahead(link) or has_time()):
            return Walked(None, link)
        before = reader.before(link, book, found)
        if before is None or before.seq >= link.seq:
            break  # the chain breaks here; the replay says so
        link, steps = before, steps + 1
    return Walked(_window(top, found, since, book, reader), link)


def _window(top: Pointer, found: dict[str, Entry], since: LedgerStanding, book: Book, reader: Reader) -> Window:
    left = reader.entries([*since.unread.values(), *(ledger.void_name(seq) for seq in since.unread)])
    found |= {
        name: entry for name, entry in reader.seen.items() if since.at.seq < entry.seq <= top.seq
    }  # strangers, too
    late = {name: entry for name, entry in left.items() if since.unread.get(entry.seq) == name}
    found |= late
    seen = found | dict(book.outcomes)
    known = {name: entry for name, entry in left.items() if name not in late}
    known |= reader.entries(_meant(seen.values()) - seen.keys())
    if top == book.head:
        found |= reader.entries(book.pages)
    outcomes = {name: entry for name, entry in book.outcomes.items() if _is_new(entry, since) and entry.seq <= top.seq}
    return Window(top, reader.whole(found), book.receipts, outcomes, known)


def _is_new(entry: Entry, since: LedgerStanding) -> bool:
    return entry.seq > since.at.seq or since.unread.get(entry.seq) == entry.name


def _meant(entries: Iterable[Entry]) -> set[str]:
    """Names of what these refer to: grants of the lots that they draw from, their holds, the decisions on those."""
    meant = set()
    for entry in entries:
        if entry.kind in {"consumed", "held"}:
            meant |= {ledger.granted_name(draw.lot_id) for draw in entry.draws}
        if entry.hold:
            meant |= {entry.hold, ledger.resolution_name(entry.hold)}
    return meant
