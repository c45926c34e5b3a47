"""The links of a book's chain: from the filed statement where it has them, from the ledger where it has not.

The statement is built from the table's stream and may lag by a day or for ever: it saves reads and decides nothing.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.credits.statement_lines import Filed, StatementLine

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.domain.credits.ledger import Entry, Pointer
    from lotbook.usecases.credits.desk import CreditDesk

# How many entries of lots to read at once where no stream has filed them, time after time: the first two are most likely all, and
# who begins again now and then pays little where they lie in another order than they were made.
READ_WITH = (1, 1, 10, 100)
SPARE_LINES = 10  # lines beyond those that are to be shown: some links are not shown
NOTHING_READ = 2**63  # above every ledger number


class Links:
    """Reads links newest first. One page of the statement at a time; none at all without a statement.

    What is journaled about lots lies together in the order of their grants, so many of them are read at once. A burn lies where its
    key's hash says, and only the link after it says its name: it is read by itself (decision 189).

    `known`: entries by name that somebody has just read from the ledger.
    """

    def __init__(
        self,
        account_id: str,
        unit: str,
        wanted: int,
        *,
        desk: CreditDesk,
        known: Mapping[str, Entry] = MappingProxyType({}),
    ) -> None:
        self._account_id, self._unit, self._known = account_id, unit, known
        self._books, self._statement = desk.books, desk.statement
        self._page_lines = wanted + SPARE_LINES
        self._filed, self._reads = Filed(), 0
        self._of_lots: dict[str, Entry] = {}
        self._read_down_to = NOTHING_READ if desk.statement is not None else 0

    def entry(self, link: Pointer) -> Entry | None:
        """The entry of this very link; None where its burn was given back, or will be."""
        found = self._known.get(link.name)
        if found is None:
            line = self._line(link)
            if line is not None:
                return None if line.is_gap else line.entry
            found = self._of_lots.get(link.name) or self._read(link.name)
        is_of_link = found is not None and found.unit == self._unit and found.seq == link.seq
        return found if is_of_link else None

    def _read(self, name: str) -> Entry | None:
        if name.startswith(ledger.OF_A_LOT):
            most = READ_WITH[self._reads % len(READ_WITH)]
            self._reads += 1
            if most > 1:
                self._of_lots |= self._books.newest_of_lots(self._account_id, self._unit, name, most)
                if name in self._of_lots:
                    return self._of_lots[name]
        return self._books.entry(self._account_id, self._unit, name)

    def marker(self, link: Pointer) -> Entry | None:
        """The marker of a burn that was given back, which says what came before it."""
        line = self._line(link)
        if line is not None and line.is_gap:
            return line.entry
        return self._books.entry(self._account_id, self._unit, ledger.void_name(link.seq))

    def _line(self, link: Pointer) -> StatementLine | None:
        if self._statement is not None and link.seq < self._read_down_to:
            lines = self._statement.page(self._account_id, self._unit, link.seq + 1, self._page_lines)
            is_last = len(lines) < self._page_lines
            self._filed, self._read_down_to = Filed(lines), 0 if is_last else lines[-1].seq
        return self._filed.line(link)
