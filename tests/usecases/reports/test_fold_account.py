"""An account's months: the same bytes in however many pieces, after a crash at any call, and from the ledger alone again."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from lotbook.domain.credits.ledger import Draw, Entry, Pointer
from lotbook.domain.reports.lines import month_of_bytes
from lotbook.domain.reports.months import CLOSES_AFTER, end, month_of, months
from lotbook.domain.values.instants import DAY, HOUR
from lotbook.usecases.reports import read_ledger
from lotbook.usecases.reports.fold_account import ReportDesk, fold_account
from tests.domain.reports.a_year import START, A, U, Year
from tests.fakes.accounts import ManualClock
from tests.fakes.crashes import Countdown, Crash
from tests.fakes.reports import FakeReports, OneLedger, a_desk, file_all

LONG_AFTER = START + 1_000 * DAY
Kept = dict[tuple[str, str], tuple[bytes, bool]]


@cache
def a_year() -> Year:
    return Year(5).run(days=95, until=75)


def a_ledger(upto: int | None = None) -> OneLedger:
    """The year's ledger as far as the instant."""
    year, ledger = a_year(), OneLedger()
    ledger.entries[A] = [each for each in year.entries if upto is None or each.at < upto]
    rows = [
        replace(row, money_back=tuple(each for each in row.money_back if upto is None or each.at < upto))
        for row in year.rows.values()
    ]
    ledger.rows[A] = [row for row in rows if row.settlement and (upto is None or row.settlement.at < upto)]
    return ledger


def fold(ledger: OneLedger, reports: FakeReports, at: int = LONG_AFTER, desk: ReportDesk | None = None) -> bool:
    file_all(ledger, reports, A)
    desk = desk or a_desk(ledger, reports, ManualClock())
    return fold_account(A, at, desk=desk, has_time=lambda: True).finished


def kept(reports: FakeReports) -> Kept:
    return {where: (month.content, month.closed) for where, month in reports.kept.items()}


@cache
def at_once() -> Kept:
    reports = FakeReports()
    assert fold(a_ledger(), reports)
    return kept(reports)


def test_a_year_that_is_long_over_has_its_months_closed() -> None:
    found = at_once()
    assert len(found) > 4
    assert all(closed for _, closed in found.values())
    assert sum(line.sold for content, _ in found.values() for line in month_of_bytes(content).lots) == sum(
        row.subtotal_minor for row in a_ledger().rows[A]
    )


@pytest.mark.parametrize("size", [1, 2, 7, 50])
def test_pieces_of_any_size_leave_the_same_bytes(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The time is over after each page, and what was read is kept: the next run goes on there."""
    monkeypatch.setattr(read_ledger, "LINES_A_PAGE", size)
    ledger, reports = a_ledger(), FakeReports()
    file_all(ledger, reports, A)
    desk, runs = a_desk(ledger, reports, ManualClock()), 0
    finished = False
    while not finished and runs < 2_000:
        turns = iter((True, True, True))
        finished = fold_account(A, LONG_AFTER, desk=desk, has_time=lambda turns=turns: next(turns, False)).finished  # type: ignore[misc]
        runs += 1
    assert finished
    assert kept(reports) == at_once()
    assert runs == max(1, -(-len(ledger.entries[A]) // (3 * size)))


def test_a_run_each_day_leaves_what_one_run_at_the_end_leaves() -> None:
    """Months close on the way, and later runs write none of them again."""
    reports, closed = FakeReports(), dict[tuple[str, str], bytes]()
    for day in range(1, 560, 9):
        now = START + day * DAY
        fold(a_ledger(now), reports, now)
        for where, month in reports.kept.items():
            assert closed.setdefault(where, month.content) == month.content if month.closed else where not in closed
    fold(a_ledger(), reports)
    assert kept(reports) == at_once()


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_at_any_call_changes_nothing_that_comes_out(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_ledger, "LINES_A_PAGE", 40)
    monkeypatch.setattr(read_ledger, "PAGES_A_KEPT_TALLY", 2)
    for at in range(1, 400, 9):
        ledger, reports = a_ledger(), FakeReports()
        file_all(ledger, reports, A)
        countdown = Countdown(at, moment)
        fragile: Any = countdown.wrap("reports", reports)
        port: Any = countdown.wrap("ledger", ledger)
        desk = ReportDesk(fragile, port, port, port, port, ManualClock())
        try:
            fold(ledger, reports, desk=desk)
        except Crash:
            fold(ledger, reports)
            assert kept(reports) == at_once(), countdown.crashed_in
            continue
        assert at > 12
        return
    pytest.fail("it never came to its end")


def test_what_is_read_anew_from_the_ledger_is_the_same_bytes() -> None:
    """A rebuild: all that was read is dropped, and every month that is open. And then the closed ones, too."""
    now = end("2026-02") + CLOSES_AFTER
    ledger, reports = a_ledger(now), FakeReports()
    fold(ledger, reports, now)
    before = kept(reports)
    assert {closed for _, closed in before.values()} == {True, False}
    reports.read.clear()
    reports.kept = {where: month for where, month in reports.kept.items() if month.closed}
    fold(ledger, reports, now)
    assert kept(reports) == before
    reports.read.clear()
    reports.kept.clear()
    fold(ledger, reports, now)
    assert kept(reports) == before


def late(ledger: OneLedger, lot_id: str, credits: int) -> None:
    """A burn of February that was journaled after February was closed."""
    head, draws = ledger.entries[A][-1], (Draw(lot_id, credits),)
    before, at = Pointer(head.name, head.seq), end("2026-02") - HOUR
    entry = Entry("late", U, "consumed", at, head.seq + 1, before, -credits, draws, requested=credits)
    ledger.entries[A] = [*ledger.entries[A], entry]


def test_what_comes_after_a_month_was_closed_counts_in_the_first_that_is_open_and_a_rebuild_says_the_same() -> None:
    now = end("2026-02") + CLOSES_AFTER
    ledger, reports = a_ledger(now), FakeReports()
    fold(ledger, reports, now)
    closed = {where: month for where, month in reports.kept.items() if month.closed}
    assert ("2026-02", A) in closed
    open_lots = [line for line in month_of_bytes(closed["2026-02", A].content).lots if line.closing and line.lot_id]
    most = max(open_lots, key=lambda line: line.closing)
    late(ledger, str(most.lot_id), most.credits_left)
    fold(ledger, reports, now + DAY)
    assert {where: reports.kept[where] for where in closed} == closed
    after = kept(reports)
    ended = {line.lot_id: line.closing for line in month_of_bytes(closed["2026-02", A].content).lots if line.closing}
    begun = {line.lot_id: line.opening for line in month_of_bytes(after["2026-03", A][0]).lots if line.opening}
    assert begun == ended, "March begins where February ended, and has what came late"
    reports.read.clear()
    reports.kept = dict(closed)
    fold(ledger, reports, now + DAY)
    assert kept(reports) == after
    fresh = FakeReports()
    fold(ledger, fresh, now + DAY)
    assert kept(fresh) != after, "without the closed months nobody knows what came late"


def test_lines_that_the_stream_lost_are_read_from_the_ledger() -> None:
    ledger, reports = a_ledger(), FakeReports()
    lost = [3, 4, 5, len(ledger.entries[A]) - 1, len(ledger.entries[A])]
    file_all(ledger, reports, A, skip=lost)
    desk = a_desk(ledger, reports, ManualClock())
    assert fold_account(A, LONG_AFTER, desk=desk, has_time=lambda: True).finished
    assert kept(reports) == at_once()


def test_an_account_whose_ledger_lacks_a_link_is_not_finished_and_no_month_is_kept() -> None:
    ledger, reports = a_ledger(), FakeReports()
    file_all(ledger, reports, A, skip=[9])
    ledger.entries[A] = [each for each in ledger.entries[A] if each.seq != 9]
    desk = a_desk(ledger, reports, ManualClock())
    assert not fold_account(A, LONG_AFTER, desk=desk, has_time=lambda: True).finished
    assert reports.kept == {}


def test_tallies_that_cannot_be_read_are_read_anew() -> None:
    ledger, reports = a_ledger(), FakeReports()
    reports.read[A] = b"what nobody has written"
    fold(ledger, reports)
    assert kept(reports) == at_once()


def test_an_account_that_has_bought_nothing_costs_one_read() -> None:
    ledger, reports = OneLedger(), FakeReports()
    countdown = Countdown(2, "before")
    port: Any = countdown.wrap("ledger", ledger)
    desk = ReportDesk(countdown.wrap("reports", reports), port, port, port, port, ManualClock())
    assert fold_account(A, LONG_AFTER, desk=desk, has_time=lambda: True).finished
    assert countdown.left == 1


def test_months_are_those_of_utc() -> None:
    assert month_of(end("2026-02") - 1) == "2026-02"
    assert month_of(end("2026-02")) == "2026-03"
    assert months("2026-11", "2027-02") == ("2026-11", "2026-12", "2027-01", "2027-02")
