"""The statement as lines in the order of `seq`: what the table's stream files, so that a page of it is one query.

A line stands for one link of a book's chain. Entries never change, so a line may be filed any number of times, by
anybody, in any order: the same key always gets the same content. A reader follows the book's chain and takes a line only
where it is the very link that the chain names; what is not filed yet it reads from the ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.credits import ledger
from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.domain.credits.ledger import Entry, Pointer


@dataclass(frozen=True, slots=True)
class StatementLine:
    """What is known of the link `seq`: its entry, or the marker that says that this burn was given back."""

    seq: int
    entry: Entry

    @property
    def is_gap(self) -> bool:
        """Whether the link is a burn that was given back: it has no entry of its own, only the marker's."""
        return self.entry.seq != self.seq


def lines_of(entry: Entry) -> tuple[StatementLine, ...]:
    """The lines of an entry: its own, and for the marker of a burn that was given back, that burn's place in the chain.

    A decision outside the chain (seq 0) has none.
    """
    if entry.seq <= 0:
        return ()
    own = StatementLine(entry.seq, entry)
    if entry.kind != "void" or entry.skips is None:
        return (own,)
    return (own, StatementLine(entry.skips.seq + 1, entry))


class Filed:
    """Lines by their place, for somebody who walks the chain."""

    def __init__(self, lines: Iterable[StatementLine] = ()) -> None:
        self._lines = {line.seq: line for line in lines}

    def line(self, link: Pointer) -> StatementLine | None:
        """The line of this very link; None where it is not filed, or stands for something else than the chain says."""
        line = self._lines.get(link.seq)
        if line is None:
            return None
        name = ledger.void_name(link.seq) if line.is_gap else link.name
        return line if line.entry.name == name else None
