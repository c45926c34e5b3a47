"""Answer a month of one report, over all accounts: as many lines as a page takes, from behind a place."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from lotbook.domain.reports.lines import (
    LIABILITY_FIGURES,
    ROLL_FIGURES,
    AccountMonth,
    LotLine,
    Report,
    TaxLine,
    month_of_bytes,
    names_of,
    unpacked,
)
from lotbook.domain.reports.months import is_over, month_of
from lotbook.domain.reports.payments import BALANCE_FIGURES, TIE_FIGURES, PaymentDifference
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.usecases.reports.read_differences import read_differences

if TYPE_CHECKING:
    from lotbook.ports.reports import KeptSums
    from lotbook.usecases.reports.fold_account import ReportDesk

LINES_A_PAGE = 1_000  # and the rest of the account that passes it
TAX_LINES_A_PAGE = (
    200  # each costs a read: the buyer's tax id stands in the purchase, and goes when an account is erased
)
TIED: tuple[Report, ...] = ("roll-forward", "balance", "differences")  # they have what the gateway says
ACCOUNTS_A_QUERY = 50
MAX_QUERIES = 200  # of one page: ten thousand accounts without a line in the currency


@dataclass(frozen=True, slots=True)
class ReportAsked:
    """Which report, of which month (`2026-11`); `currency` None: of all."""

    report: Report
    month: str
    currency: str | None


@dataclass(frozen=True, slots=True)
class Group:
    """A line of sums: liability by currency, plan and age; the balance by currency and category; the roll-forward by currency alone.

    `tied`: of the roll-forward, the same payments as the books and as the gateway have them; None before its balance was read.
    """

    currency: str
    plan_id: str
    age_days: str
    figures: Mapping[str, int]
    category: str = ""
    tied: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True)
class OfAccount:
    """A line with its account. Of a line of the tax report: the buyer's `tax_id`, and the `number` of its invoice."""

    account_id: str
    line: LotLine | TaxLine
    tax_id: str | None = None
    number: str | None = None


Line = Group | OfAccount | PaymentDifference


@dataclass(frozen=True, slots=True)
class ReportPage:
    """`is_closed`: the month's figures never change any more. `as_of`: when they were worked out last; None: never.

    `gateway_as_of`: up to when the gateway's balance was read for it; None: it was not.
    """

    asked: ReportAsked
    is_closed: bool
    as_of: int | None
    lines: tuple[Line, ...]
    after: str | None
    gateway_as_of: int | None = None


def read_report(asked: ReportAsked, after: str | None, *, desk: ReportDesk) -> ReportPage:
    """A page. A month that is not over, or not closed, has what is known so far. Raises InvalidRequest for one to come."""
    if asked.month > month_of(desk.clock.now()):
        raise InvalidRequest.of("month", "range", "month must have begun.")
    sums = desk.reports.sums(asked.month)
    tie = desk.reports.tie(asked.month) if asked.report in TIED else None
    is_closed = sums.closed if sums is not None else _is_before_all(asked.month, desk)
    if asked.report in ("balance", "differences"):
        is_closed = tie is not None and tie.closed
    lines, last = _lines_of(asked, after, (sums, tie), desk)
    as_of, gateway_as_of = (each.at if each is not None else None for each in (sums, tie))
    return ReportPage(asked, is_closed, as_of, lines, last, gateway_as_of)


def _lines_of(
    asked: ReportAsked, after: str | None, kept: tuple[KeptSums | None, KeptSums | None], desk: ReportDesk
) -> tuple[tuple[Line, ...], str | None]:
    sums, tie = (unpacked(each.content) if each is not None else None for each in kept)
    match asked.report:
        case "liability":
            return tuple(_groups(asked, (sums or {}).get("liability", {}))), None
        case "roll-forward":
            return tuple(_rolled(asked, (sums or {}).get("roll-forward", {}), tie)), None
        case "balance":
            return tuple(_balance(asked, (tie or {}).get("balance", {}))), None
        case "differences":
            return read_differences(asked.month, asked.currency, after, desk=desk) if tie is not None else ((), None)
    return _of_accounts(asked, after, desk)


def _is_before_all(month: str, desk: ReportDesk) -> bool:
    """A month that is over, before the first sale of all: a whole round has met no earlier one."""
    place = desk.reports.place()
    first = json.loads(place).get("first") if place is not None else None
    return first is not None and month < first and is_over(month, desk.clock.now())


def _groups(asked: ReportAsked, found: Mapping[str, Mapping[str, int]]) -> Iterator[Group]:
    for joined, figures in sorted(found.items()):
        currency, plan_id, age = names_of(joined)
        if asked.currency in (None, currency):
            yield Group(currency, plan_id, age, {name: figures.get(name, 0) for name in LIABILITY_FIGURES})


def _rolled(
    asked: ReportAsked,
    found: Mapping[str, Mapping[str, int]],
    tie: Mapping[str, Mapping[str, Mapping[str, int]]] | None,
) -> Iterator[Group]:
    """A currency that only the gateway has is a line, too."""
    tied = tie.get("tie", {}) if tie is not None else {}
    for currency in sorted({*found, *tied}):
        if asked.currency in (None, currency):
            figures = {name: found.get(currency, {}).get(name, 0) for name in ROLL_FIGURES}
            both = {name: tied.get(currency, {}).get(name, 0) for name in TIE_FIGURES}
            yield Group(currency, "", "", figures, tied=both if tie is not None else None)


def _balance(asked: ReportAsked, found: Mapping[str, Mapping[str, int]]) -> Iterator[Group]:
    for joined, figures in sorted(found.items()):
        currency, category = names_of(joined)
        if asked.currency in (None, currency):
            yield Group(currency, "", "", {name: figures.get(name, 0) for name in BALANCE_FIGURES}, category)


def _of_accounts(asked: ReportAsked, after: str | None, desk: ReportDesk) -> tuple[tuple[OfAccount, ...], str | None]:
    """Whole accounts, until the page is full; the second is the last account where there are more."""
    lines = list[OfAccount]()
    most = TAX_LINES_A_PAGE if asked.report == "tax" else LINES_A_PAGE
    for _ in range(MAX_QUERIES):
        found, last = desk.reports.months(asked.month, after, ACCOUNTS_A_QUERY)
        for number, kept in enumerate(found, start=1):
            lines += _lines(asked, kept.account_id, month_of_bytes(kept.content), desk)
            if len(lines) >= most and (last is not None or number < len(found)):
                return tuple(lines), kept.account_id
        after = last
        if last is None:
            return tuple(lines), None
    return tuple(lines), after


def _lines(asked: ReportAsked, account_id: str, month: AccountMonth, desk: ReportDesk) -> Iterator[OfAccount]:
    if asked.report == "recognition":
        yield from (OfAccount(account_id, line) for line in month.lots if asked.currency in (None, line.currency))
        return
    for each in month.tax:
        if asked.currency in (None, each.currency):
            row = desk.purchases.get(account_id, each.purchase_id)
            tax_id = row.billing.tax_id if row and row.billing else None
            yield OfAccount(account_id, each, tax_id, row.gateway_refs.number if row else None)
