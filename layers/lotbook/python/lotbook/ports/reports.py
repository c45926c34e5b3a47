"""What the reports for finance need from outside: a ledger read forwards, how far that has come, and months that are kept.

Every method raises Unavailable when the store does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.domain.credits.statement_lines import StatementLine


@dataclass(frozen=True, slots=True)
class KeptMonth:
    """An account's month: its lines as bytes, whether it is closed, and up to which number of each unit's chain it counts."""

    account_id: str
    content: bytes
    closed: bool
    through: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class KeptSums:
    """What all accounts come to in a month, as bytes; when that was worked out, and whether it is closed."""

    content: bytes
    closed: bool
    at: int


class ReportStore(Protocol):
    """Months and sums. What is closed is never written again: an attempt to says what stands there."""

    def lines_after(self, account_id: str, unit: str, seq: int, limit: int) -> list[StatementLine]:
        """At most `limit` filed lines with numbers above `seq`, in their order; what is filed, whatever is missing."""
        ...

    def tallies(self, account_id: str) -> bytes | None:
        """How far the account's ledger has been read; None where it was not, or where that is not whole."""
        ...

    def keep_tallies(self, account_id: str, content: bytes) -> None:
        """Write it over what was kept. Raises ItemTooLarge."""
        ...

    def month(self, month: str, account_id: str) -> KeptMonth | None:
        """One account's month, strongly consistent."""
        ...

    def keep_month(self, month: str, kept: KeptMonth) -> bool:
        """Write it, unless a closed one is there: then False, and nothing is written. Raises ItemTooLarge."""
        ...

    def months(self, month: str, after: str | None, limit: int) -> tuple[list[KeptMonth], str | None]:
        """A month's accounts by their ids, from behind one, and the last of them where there are more. A page may be short."""
        ...

    def sums(self, month: str) -> KeptSums | None: ...

    def keep_sums(self, month: str, kept: KeptSums) -> bool:
        """Write them, unless closed ones are there: then False."""
        ...

    def place(self) -> bytes | None:
        """How far the present round over all accounts has come."""
        ...

    def keep_place(self, content: bytes) -> None:
        """Write it over what was kept."""
        ...
