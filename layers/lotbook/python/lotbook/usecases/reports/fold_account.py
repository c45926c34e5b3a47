"""Bring an account's months up to date: read what is new of its ledger, and keep what each open month comes to.

What is kept is a function of the ledger, the purchases, and up to where each closed month counts. So a run that dies anywhere, or
runs twice, leaves what one that went through leaves; and whoever drops the tallies gets the same bytes again (decision 165).
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from lotbook.domain.reports.amounts import Ledger
from lotbook.domain.reports.lines import AccountMonth, lot_lines, month_bytes, month_of_bytes, payments_of, tax_lines
from lotbook.domain.reports.months import is_over, month_of, months
from lotbook.domain.reports.payments import booked_of
from lotbook.domain.reports.sales import books_of
from lotbook.domain.reports.tally import Read, Tally, read_bytes, read_of
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.ports.reports import KeptMonth
from lotbook.usecases.reports.read_ledger import BookReading

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from lotbook.ports.books import BookStore
    from lotbook.ports.readers import AccountReader, PolicyReader
    from lotbook.ports.reports import ReportStore
    from lotbook.ports.shop import Clock, PurchaseStore

PURCHASES_A_PAGE = 100
MAX_PURCHASE_PAGES = 1_000


@dataclass(frozen=True, slots=True)
class ReportDesk:
    """The ports of the reports."""

    reports: ReportStore
    purchases: PurchaseStore
    accounts: AccountReader
    policies: PolicyReader
    books: BookStore
    clock: Clock


@dataclass(frozen=True, slots=True)
class Folded:
    """What a look did: entries that it read; `finished`: whether it came to the end of what is there."""

    entries: int
    finished: bool
    first: str | None = None  # the month of the account's first sale


def fold_account(account_id: str, at: int, *, desk: ReportDesk, has_time: Callable[[], bool]) -> Folded:
    """One account, as of `at`: months that are over by then are closed. Raises Unavailable, ItemTooLarge.

    An account that has bought nothing costs one read; one without news costs reads alone.
    """
    purchases = _purchases(account_id, desk)
    sold = [each for each in purchases if each.settlement is not None]
    if not sold:
        return Folded(0, True)
    first = month_of(min(each.settlement.at for each in sold if each.settlement))
    known_content = desk.reports.tallies(account_id)
    read = _kept(known_content)
    known = _known(account_id, months(first, month_of(at)), read, desk)
    entries, finished = _read(account_id, (each.unit for each in sold), at, read, desk=desk, has_time=has_time)
    if finished:
        _keep_months(account_id, at, purchases, (read, known), desk)
    content = read_bytes(read)
    if content != known_content:
        desk.reports.keep_tallies(account_id, content)
    return Folded(entries, finished, first)


def _purchases(account_id: str, desk: ReportDesk) -> list[Purchase]:
    found, after = list[Purchase](), None
    for _ in range(MAX_PURCHASE_PAGES):
        page, after = desk.purchases.page(account_id, PURCHASES_A_PAGE, after)
        found += page
        if after is None:
            return found
    raise Unavailable("The account has more purchases than a report reads.")


def _known(account_id: str, of: tuple[str, ...], read: Read, desk: ReportDesk) -> dict[str, KeptMonth | None]:
    """What is kept of the months that are open. Closed ones are noted with what was read: up to where each counts."""
    found = dict[str, KeptMonth | None]()
    for month in of:
        if month in read.closed:
            continue
        kept = desk.reports.month(month, account_id)
        if kept is not None and kept.closed:
            read.closed[month] = dict(kept.through)
        else:
            found[month] = kept
    return found


def _read(
    account_id: str, units: Iterable[str], at: int, read: Read, *, desk: ReportDesk, has_time: Callable[[], bool]
) -> tuple[int, bool]:
    """How many entries were new, and whether nothing older is missing. What was read is kept on the way."""

    def keep() -> None:
        desk.reports.keep_tallies(account_id, read_bytes(read))

    entries, finished = 0, True
    for unit in sorted(set(units)):
        tally = read.tallies.setdefault(unit, Tally())
        reading = BookReading(account_id, unit, tally, read.closed_of(unit), at, desk.books, desk.reports)
        finished = reading.run(has_time, keep) and finished
        entries += reading.entries
    return entries, finished


def _kept(content: bytes | None) -> Read:
    """What was kept; nothing where that cannot be read: then all is read anew, and comes to the same."""
    try:
        return read_of(content) if content is not None else Read()
    except (ValueError, TypeError, KeyError, zlib.error):
        return Read()


def _keep_months(
    account_id: str,
    at: int,
    purchases: list[Purchase],
    found_before: tuple[Read, dict[str, KeptMonth | None]],
    desk: ReportDesk,
) -> None:
    """Each open month, the earliest first; one in which nothing is owed and nothing happened is kept nowhere.

    Raises Unavailable where somebody has closed one meanwhile: the next look knows it.
    """
    read, open_months = found_before
    if not open_months:
        return
    account = desk.accounts.get(account_id)
    region = account.region if account else ""
    ledger = Ledger(books_of(account_id, purchases, read.lots, _steps(purchases, desk)))
    through = {unit: tally.at.seq for unit, tally in read.tallies.items()}
    for month, found in ledger.months(max(open_months), min(open_months)):
        if month not in open_months:
            continue
        closed = is_over(month, at)
        taxed = tax_lines(purchases, region, month)
        lines = AccountMonth(lot_lines(found), taxed, payments_of(purchases, taxed))
        kept = KeptMonth(account_id, month_bytes(lines), closed, through)
        known = open_months[month]
        if kept != known and (lines.lots or lines.tax or known is not None):
            _keep(month, known, kept, desk)
        if closed:
            read.closed[month] = through


def _keep(month: str, known: KeptMonth | None, kept: KeptMonth, desk: ReportDesk) -> None:
    """The month, and ahead of it what is to be tied to the gateway: so a run that dies in between does both again."""
    before, now = (booked_of(each.account_id, month_of_bytes(each.content)) if each else () for each in (known, kept))
    for row in now:
        if row not in before:
            desk.reports.keep_paid(month, row)
    if not desk.reports.keep_month(month, kept):
        raise Unavailable(f"{month} of account {kept.account_id} was closed by another run.")


def _steps(purchases: list[Purchase], desk: ReportDesk) -> dict[str, int]:
    """Months of a credit period of the plans that were bought, where it is not one."""
    found = dict[str, int]()
    for row in purchases:
        if row.plan is None:
            continue
        published = desk.policies.version(row.policy_id, row.policy_version)
        plans = {each.plan_id: each for each in published.policy.plans} if published else {}
        plan = plans.get(row.plan.plan_id)
        if plan is not None:
            found[row.purchase_id] = plan.credit_period_months
    return found
