"""What the reports for finance need from outside: a ledger read forwards, how far that has come, and months that are kept.

Every method raises Unavailable when the store does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.domain.credits.statement_lines import StatementLine
    from lotbook.domain.reconciliation.differences import ComparedPeriod
    from lotbook.domain.reports.payments import Booked, Moved
    from lotbook.ports.reconciliation import RowPage


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

    # The tie to the gateway's balance (decision 192).

    def keep_paid(self, month: str, row: Booked | Moved) -> None:
        """Write a row of a payment over what was kept of it; of a sale also that its payment is ours."""
        ...

    def paid(self, month: str, after: str | None, limit: int) -> tuple[list[Booked | Moved], str | None]:
        """A month's rows in the order of their payments, from behind a place, and the place of the last where there are more."""
        ...

    def paid_of(self, month: str, payment: str) -> list[Booked | Moved]:
        """All rows of one payment in a month."""
        ...

    def sold(self, payments: Sequence[str]) -> set[str]:
        """Which of a hundred payments at most are ours: a sale was kept of them in any month."""
        ...

    def tie(self, month: str) -> KeptSums | None:
        """What all payments of a month come to; `at`: up to when the gateway's balance was read; closed: for good."""
        ...

    def keep_tie(self, month: str, kept: KeptSums) -> bool:
        """Write it, unless one that is closed is there: then False."""
        ...

    def tie_place(self) -> bytes | None:
        """How far reading and summing have come."""
        ...

    def keep_tie_place(self, content: bytes) -> None:
        """Write it over what was kept."""
        ...


class GatewayBalance(Protocol):
    """The gateway's balance, by the time at which it moved."""

    def balance(self, period: ComparedPeriod, after: str | None) -> RowPage[Moved]:
        """A page of the transactions of a period, newest first, everybody's: payouts and fees, too. Raises Unavailable."""
        ...
