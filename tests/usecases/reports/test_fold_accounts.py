"""A round over all accounts: it goes on where it stopped, sums are of all, and a month closes when nobody is missing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from lotbook.domain.credits.ledger import Draw, Entry, Pointer
from lotbook.domain.credits.lots import Lot
from lotbook.domain.reports.lines import month_of_bytes, unpacked
from lotbook.domain.reports.months import CLOSES_AFTER, end
from lotbook.domain.sales.items import CustomPaymentItem
from lotbook.domain.sales.purchase import Settlement
from lotbook.domain.values.errors import InvalidRequest
from lotbook.domain.values.instants import DAY, from_text
from lotbook.usecases.reports import fold_accounts as fold_accounts_module
from lotbook.usecases.reports import read_report as read_report_module
from lotbook.usecases.reports.fold_account import ReportDesk, fold_account
from lotbook.usecases.reports.fold_accounts import Rounded, fold_accounts
from lotbook.usecases.reports.read_report import Group, OfAccount, ReportAsked, ReportPage, read_report
from tests.deploy.test_ceilings import CALLS
from tests.fakes.accounts import ManualClock
from tests.fakes.crashes import Countdown
from tests.fakes.purchases import a_purchase
from tests.fakes.reports import FakeReports, OneLedger, a_desk, file_all

U, SOLD = "credits", from_text("2026-01-10T12:00:00Z")
NONSENSE: Any = "no plan"
NAMES = [f"acc{number:02d}" for number in range(9)]
CLOSING = end("2026-01") + CLOSES_AFTER


@cache
def rows_and_entries(name: str) -> tuple[Any, list[Entry]]:
    """1,000 credits for 20.00, of which 100 burn in January; acc08 has never bought anything."""
    lot_id = f"lot_{name}"
    row = a_purchase(account_id=name, purchase_id=f"pur_{name}", settlement=Settlement(SOLD, lot_id, None))
    lot = Lot(lot_id, U, "purchased", 1_000, 3, SOLD, None, SOLD)
    first = Entry(f"lot#{lot_id}", U, "granted", SOLD, 1, credits=1_000, draws=(Draw(lot_id, 1_000),), lot=lot)
    burn = Entry("use", U, "consumed", SOLD + DAY, 2, Pointer(first.name, 1), -100, (Draw(lot_id, 100),), requested=100)
    return row, [first, burn]


class World:
    """Accounts with one sale each, and the ports of the reports."""

    def __init__(self) -> None:
        self.ledger, self.reports, self.clock = OneLedger(), FakeReports(), ManualClock()
        for name in NAMES[:-1]:
            row, entries = rows_and_entries(name)
            self.ledger.rows[name], self.ledger.entries[name] = [row], list(entries)
            file_all(self.ledger, self.reports, name)
        self.ledger.rows[NAMES[-1]] = []

    def run(self, at: int, turns: int = 1_000) -> Rounded:
        self.clock.instant = at
        left = iter([1_000] * turns)
        desk, directory = a_desk(self.ledger, self.reports, self.clock), self.ledger
        return fold_accounts(desk=desk, directory=directory, time_left=lambda: next(left, 0), least=1)  # type: ignore[arg-type]

    def read(
        self, report: Any, month: str = "2026-01", after: str | None = None, currency: str | None = None
    ) -> ReportPage:
        desk = a_desk(self.ledger, self.reports, self.clock)
        return read_report(ReportAsked(report, month, currency), after, desk=desk)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(fold_accounts_module, "ACCOUNTS_A_PAGE", 4)
    monkeypatch.setattr(fold_accounts_module, "SUMMED_A_PAGE", 3)
    return World()


def test_a_round_reads_every_account_and_says_what_all_come_to(world: World) -> None:
    done = world.run(SOLD + 2 * DAY)
    assert (done.accounts, done.entries, done.missed, done.closed, done.more) == (9, 16, 0, (), False)
    (line,) = world.read("roll-forward").lines
    assert isinstance(line, Group)
    figures = Counter(dict(line.figures))
    assert (figures["sold"], figures["used"], figures["closing"]) == (16_000, 1_600, 14_400)
    assert figures["charged"] == 8 * 2_360 == figures["sold"] + figures["charged_tax"]
    (owed,) = world.read("liability").lines
    assert isinstance(owed, Group)
    assert (owed.currency, owed.plan_id, owed.age_days, dict(owed.figures)) == (
        *("usd", "free", "0-30"),
        {"lots": 8, "credits_left": 7_200, "amount": 14_400},
    )


def test_an_account_without_news_costs_five_reads_and_one_that_has_bought_nothing_one(world: World) -> None:
    """docs/ceilings.md counts with it."""
    world.run(SOLD + 2 * DAY)
    kept, read = dict(world.reports.kept), dict(world.reports.read)
    for name, calls in (("acc00", CALLS["reports"]), (NAMES[-1], 1)):
        countdown = Countdown(100, "before")
        port: Any = countdown.wrap("ledger", world.ledger)
        desk = ReportDesk(countdown.wrap("reports", world.reports), port, port, port, port, world.clock)
        fold_account(name, SOLD + 2 * DAY, desk=desk, has_time=lambda: True)
        assert 100 - countdown.left == calls
    assert (world.reports.kept, world.reports.read) == (kept, read)


def test_a_month_closes_three_days_after_its_end_and_every_one_in_turn(world: World) -> None:
    assert world.run(CLOSING - 1).closed == ()
    assert not world.read("recognition").is_closed
    assert world.run(CLOSING).closed == ("2026-01",)
    assert world.read("recognition").is_closed
    assert not world.read("recognition", "2026-02").is_closed
    assert world.run(CLOSING + 90 * DAY).closed == ("2026-02", "2026-03", "2026-04")
    (line,) = world.read("roll-forward", "2026-04").lines
    assert isinstance(line, Group)
    assert (line.figures["opening"], line.figures["closing"]) == (14_400, 14_400)


def test_a_run_that_stops_anywhere_goes_on_and_leaves_the_same(world: World) -> None:
    other = World()
    other.run(CLOSING)
    runs = 0
    while world.run(CLOSING, turns=4).more:
        runs += 1
        assert runs < 100
    assert runs > 2
    assert world.reports.summed == other.reports.summed
    assert world.reports.kept == other.reports.kept


def test_an_account_that_fails_keeps_the_month_of_all_open_and_is_told(world: World) -> None:
    """Its own month is not kept; those of the others are."""
    row = world.ledger.rows["acc03"][0]
    world.ledger.rows["acc03"] = [replace(row, plan=NONSENSE)]
    done = world.run(CLOSING)
    assert (done.missed, done.closed, len(done.failures)) == (1, (), 1)
    assert (done.failures[0].account_id, world.read("recognition").is_closed) == ("acc03", False)
    world.ledger.rows["acc03"] = [row]
    assert world.run(CLOSING + DAY).closed == ("2026-01",)
    (line,) = world.read("roll-forward").lines
    assert isinstance(line, Group)
    assert line.figures["sold"] == 16_000


def test_a_ledger_with_a_line_that_is_nowhere_keeps_the_month_open(world: World) -> None:
    del world.reports.lines["acc05", U][2]
    world.ledger.entries["acc05"] = [*rows_and_entries("acc05")[1], Entry("x", U, "noted", SOLD, 4, Pointer("lost", 3))]
    done = world.run(CLOSING)
    assert (done.missed, done.closed, done.failures) == (1, (), ())


def test_lines_come_in_pages_of_whole_accounts(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_report_module, "LINES_A_PAGE", 3)
    monkeypatch.setattr(read_report_module, "ACCOUNTS_A_QUERY", 2)
    world.run(CLOSING)
    found, after, pages = list[str](), None, 0
    while pages == 0 or after is not None:
        page = world.read("recognition", after=after)
        found += [line.account_id for line in page.lines if isinstance(line, OfAccount)]
        after, pages = page.after, pages + 1
    assert found == NAMES[:-1]
    assert pages == 3
    assert world.read("recognition", currency="eur").lines == ()
    assert len(world.read("tax").lines) == 8


def test_months_to_come_are_refused_and_those_before_the_first_sale_are_closed_and_empty(world: World) -> None:
    world.run(CLOSING)
    with pytest.raises(InvalidRequest, match="month"):
        world.read("tax", "2026-03")
    before = world.read("recognition", "2025-12")
    assert (before.lines, before.is_closed, before.as_of) == ((), True, None)


def test_before_the_first_round_a_month_is_open_and_nothing_is_known_of_it(world: World) -> None:
    world.clock.instant = CLOSING
    page = world.read("liability")
    assert (page.lines, page.is_closed, page.as_of) == ((), False, None)


def test_what_is_kept_of_a_month_reads_as_it_was_written(world: World) -> None:
    world.run(CLOSING)
    kept = world.reports.kept["2026-01", "acc00"]
    (line,) = month_of_bytes(kept.content).lots
    assert (line.sold, line.used, line.closing, kept.through) == (2_000, 200, 1_800, {U: 2})
    assert unpacked(world.reports.summed["2026-01"].content)["liability"]


def test_a_payment_that_is_for_no_credits_is_in_the_tax_report_whether_credits_were_sold_later_or_never(
    world: World,
) -> None:
    """Months begin with the first payment, not with the first credits."""
    row = rows_and_entries("acc08")[0]
    other = replace(row, item=CustomPaymentItem(2_000, "setup"), credits=0, settlement=Settlement(SOLD, None, None))
    world.ledger.rows["acc08"], world.ledger.entries["acc08"] = [other], []
    later = Settlement(end("2026-01") + DAY, "lot_acc01", None)
    world.ledger.rows["acc01"] = [
        replace(other, account_id="acc01", purchase_id="pur_early"),
        replace(world.ledger.rows["acc01"][0], settlement=later),
    ]
    world.run(end("2026-01") + 2 * DAY)
    found = [each for each in world.read("tax").lines if isinstance(each, OfAccount)]
    named = {(each.account_id, each.line.purchase_id) for each in found}
    assert named >= {("acc08", "pur_acc08"), ("acc01", "pur_early")}
    (line,) = world.read("roll-forward").lines
    assert isinstance(line, Group)
    assert line.figures["not_for_credits"] == 2 * 2_000
