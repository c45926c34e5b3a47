"""The tie to the gateway: read what moved its balance, then add up each month's payments as the books and the gateway have them.

Both go on where the last run stopped: a place is kept after every page, and every row is written under its own name, so reading
twice changes nothing. What is younger than the overlap is read again, for a list may show the youngest late. A month's tie is closed
when its books are, and the balance has been read past its end.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from lotbook.domain.reconciliation.differences import ComparedPeriod
from lotbook.domain.reports.lines import Sums, packed
from lotbook.domain.reports.months import after, begin, end, month_of, months
from lotbook.domain.reports.payments import Payment, add_up_payments, by_payment
from lotbook.domain.values.instants import HOUR, SECOND
from lotbook.domain.values.light_dataclasses import asdict, dataclass, replace
from lotbook.ports.reports import KeptSums
from lotbook.usecases.attempts import attempt_all

if TYPE_CHECKING:
    from lotbook.domain.reports.payments import Booked, Moved
    from lotbook.ports.reports import GatewayBalance, ReportStore
    from lotbook.usecases.reports.fold_account import ReportDesk

OVERLAP = HOUR
MAX_PAGES = 100_000  # of a run
WORKERS = 8
ROWS_A_PAGE = 1_000
MAX_ROWS_OF_A_PAYMENT = 20_000
PAYMENTS_A_CALL = 100


@dataclass(frozen=True, slots=True)
class TiePlace:
    """`next_month`: the first whose tie is open; `read_to`: up to when the balance was read. `[since, upto)`, `after`: what is being read.

    `summing`, `sums`, `summed_to`: the month that is being added up, and how far; `summed_to` empty: from its begin, None: to its end.
    `closes`: its books were closed before it was begun, so nothing can come behind what was added up.
    """

    next_month: str
    read_to: int = 0
    since: int = 0
    upto: int = 0
    after: str | None = None
    summing: str | None = None
    sums: dict[str, Sums] | None = None
    summed_to: str | None = ""
    closes: bool = False

    @property
    def is_under_way(self) -> bool:
        """Whether a run was stopped in it."""
        return bool(self.upto or self.summing)


@dataclass(frozen=True, slots=True)
class Tied:
    """What a run did: transactions that it read, months whose tie it closed; `more`: it was stopped."""

    transactions: int = 0
    closed: tuple[str, ...] = ()
    more: bool = False


def is_under_way(reports: ReportStore) -> bool:
    """Whether an earlier run was stopped in it."""
    place = _present(reports)
    return place is not None and place.is_under_way


def tie_balance(*, desk: ReportDesk, gateway: GatewayBalance, has_time: Callable[[], bool]) -> Tied:
    """Go on, or begin. Nothing is asked before the first sale. Raises Unavailable, BrokenInvariant (a key that may not read the balance)."""
    place = _present(desk.reports) or _first(desk)
    if place is None:
        return Tied()
    run = _Run(place, desk, gateway, has_time)
    more = not (run.read() and run.add_up())
    return Tied(run.transactions, tuple(run.closed), more)


def _present(reports: ReportStore) -> TiePlace | None:
    content = reports.tie_place()
    return TiePlace(**json.loads(content)) if content is not None else None


def _first(desk: ReportDesk) -> TiePlace | None:
    """The first month with a payment: months that were closed before there was a tie have none."""
    content = desk.reports.place()
    first = json.loads(content).get("first") if content is not None else None
    every = months(first, month_of(desk.clock.now())) if first else ()
    month = next((each for each in every if desk.reports.paid(each, None, 1)[0]), None)
    return TiePlace(month) if month else None


class _Run:
    """One run of it."""

    def __init__(
        self, place: TiePlace, desk: ReportDesk, gateway: GatewayBalance, has_time: Callable[[], bool]
    ) -> None:
        self.place, self._reports, self._gateway, self._has_time = place, desk.reports, gateway, has_time
        self.now = desk.clock.now()
        self.transactions = 0
        self.closed: list[str] = []

    def keep(self, changed: TiePlace) -> None:
        self.place = changed
        self._reports.keep_tie_place(json.dumps(asdict(changed), sort_keys=True).encode())

    def read(self) -> bool:
        """The balance up to now, a page at a time; False where the time is over."""
        if self.place.summing is not None:  # an earlier run has read
            return True
        if not self.place.upto:
            since = max(begin(self.place.next_month), self.place.read_to - OVERLAP)
            upto = self.now // SECOND * SECOND + SECOND  # the gateway counts in seconds, and this one counts, too
            self.place = replace(self.place, since=since, upto=upto, after=None)
        for _ in range(MAX_PAGES):
            if not self._has_time():
                return False
            page = self._gateway.balance(ComparedPeriod(self.place.since, self.place.upto), self.place.after)
            works = [partial(self._reports.keep_paid, month_of(each.at), each) for each in page.rows]
            for tried in attempt_all(works, WORKERS):
                if tried.error is not None:
                    raise tried.error
            self.transactions += len(page.rows)
            if page.after is None:
                self.keep(
                    replace(self.place, read_to=self.place.upto, upto=0, after=None, summing=self.place.next_month)
                )
                return True
            self.keep(replace(self.place, after=page.after))
        return False

    def add_up(self) -> bool:
        """Each month whose tie is open, the earliest first; False where the time is over."""
        first = self.place.summing or self.place.next_month
        for month in months(first, month_of(self.place.read_to - SECOND)):
            if not self._added_up(month):
                return False
            closed = self.place.closes
            self._reports.keep_tie(month, KeptSums(packed(self.place.sums or {}), closed, self.place.read_to))
            done = replace(self.place, summing=after(month), sums=None, summed_to="")
            if closed and month == self.place.next_month:
                done = replace(done, next_month=after(month))
                self.closed.append(month)
            self.keep(done)
        self.keep(replace(self.place, summing=None, sums=None, summed_to=""))
        return True

    def _may_close(self, month: str) -> bool:
        books = self._reports.sums(month)
        return books is not None and books.closed and self.place.read_to >= end(month) + OVERLAP

    def _added_up(self, month: str) -> bool:
        if self.place.summed_to == "":
            self.place = replace(self.place, closes=self._may_close(month))
        for _ in range(MAX_PAGES):
            if self.place.summed_to is None:
                return True
            if not self._has_time():
                self.keep(replace(self.place, summing=month))
                return False
            found, last = whole_payments(self._reports, month, self.place.summed_to or None)
            sums = add_up_payments(self.place.sums or {}, with_owner(self._reports, found))
            self.place = replace(self.place, sums=sums, summed_to=last)
        return False


def with_owner(reports: ReportStore, found: list[Payment]) -> list[tuple[Payment, bool]]:
    """Each with whether it is ours; what bears nobody's mark is ours where a sale of it was kept in any month."""
    unknown = [each.name for each in found if each.name and each.bears_no_mark]
    sold = set[str]()
    for start in range(0, len(unknown), PAYMENTS_A_CALL):
        sold |= reports.sold(unknown[start : start + PAYMENTS_A_CALL])
    return [(each, each.is_ours or each.name in sold) for each in found]


def whole_payments(reports: ReportStore, month: str, since: str | None) -> tuple[list[Payment], str | None]:
    """A page of payments with all their rows, and the place behind the last; None at the end.

    What belongs to no payment (payouts, fees) may be told in several pieces.
    """
    rows: list[Booked | Moved] = []
    last = since
    for _ in range(MAX_ROWS_OF_A_PAYMENT // ROWS_A_PAGE):
        page, last = reports.paid(month, last, ROWS_A_PAGE)
        rows += page
        if last is None:
            return by_payment(rows), None
        cut = _whole(rows)
        if cut:
            return by_payment(rows[:cut]), rows[cut - 1].place
    return by_payment(rows), last


def _whole(rows: list[Booked | Moved]) -> int:
    """How many of the first rows are of payments that end among them."""
    last = rows[-1].payment
    return len(rows) if not last else next((n + 1 for n in range(len(rows) - 1, -1, -1) if rows[n].payment != last), 0)
