"""The tie to the gateway: every difference is named, the lines come to the sums, and a run that stops anywhere leaves the same."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import replace
from typing import Any, cast

import pytest

from lotbook.domain.reports.lines import Report, packed, unpacked
from lotbook.domain.reports.months import CLOSES_AFTER, end
from lotbook.domain.reports.payments import Mark, Moved, PaymentDifference
from lotbook.domain.sales.purchase import GatewayRefs
from lotbook.domain.sales.reversals import MoneyBack
from lotbook.domain.values.errors import BrokenInvariant, Unavailable
from lotbook.domain.values.instants import DAY, HOUR
from lotbook.usecases.reports import fold_accounts as fold_accounts_module
from lotbook.usecases.reports import read_differences as read_differences_module
from lotbook.usecases.reports import tie_balance as tie_balance_module
from lotbook.usecases.reports.bring_up_to_date import TIE_TIME_LEFT, BroughtUp, bring_up_to_date
from lotbook.usecases.reports.fold_account import ReportDesk
from lotbook.usecases.reports.read_report import Group, ReportAsked, read_report
from tests.fakes.accounts import ManualClock
from tests.fakes.crashes import Countdown, Crash
from tests.fakes.reports import FakeBalance, FakeReports, OneLedger, a_desk, file_all
from tests.usecases.reports.test_fold_accounts import NAMES, SOLD, rows_and_entries

JANUARY, FEBRUARY = "2026-01", "2026-02"
CLOSING = end(JANUARY) + CLOSES_AFTER
PLENTY = 10**9


def moved(name: str, category: str, paid: int, at: int = SOLD, mark: Mark = "ours", fee: int = 0) -> Moved:
    """Of account `name`'s payment."""
    transaction = f"txn_{name}_{category}"
    return Moved(transaction, at, category, "usd", paid, fee, f"pi_{name}", "usd", paid, mark)


class Shop:
    """Eight accounts with a sale of 20.00 each, what the gateway has of them, and what it has beside."""

    def __init__(self, size: int = 2) -> None:
        self.ledger, self.reports, self.clock = OneLedger(), FakeReports(), ManualClock()
        for name in NAMES[:-1]:
            row, entries = rows_and_entries(name)
            row = replace(row, gateway_refs=GatewayRefs(payment_intent=f"pi_{name}"))
            self.ledger.rows[name], self.ledger.entries[name] = [row], list(entries)
            file_all(self.ledger, self.reports, name)
        self.ledger.rows[NAMES[-1]] = []
        self.total = rows_and_entries(NAMES[0])[0].total_minor
        charges = [moved(name, "charge", self.total, fee=88) for name in NAMES[1:-1]]
        self.balance = FakeBalance(
            *charges[:-1],
            replace(charges[-1], mark="none", at=end(JANUARY) - 1_000),  # a renewal's bears no mark
            moved("stray", "charge", 500),
            moved("others", "charge", 700, mark="other"),
            moved("unknown", "charge", 300, mark="none"),
            moved("acc02", "dispute", -self.total, SOLD + DAY, "none", 1_500),
            Moved("txn_out", SOLD + 2 * DAY, "payout", "usd", -900, 0),
            size=size,
        )
        self.change("acc00", gateway_refs=GatewayRefs())  # paid outside
        self.change("acc03", money_back=(MoneyBack(SOLD + DAY, 100),))

    def change(self, name: str, **changes: Any) -> None:
        self.ledger.rows[name] = [replace(self.ledger.rows[name][0], **changes)]

    def run(self, at: int = CLOSING - DAY, turns: int = PLENTY, desk: ReportDesk | None = None) -> BroughtUp:
        self.clock.instant = at
        left = [turns]

        def time_left() -> int:
            left[0] -= 1
            return PLENTY if left[0] >= 0 else 0

        directory: Any = self.ledger
        desk = desk or a_desk(self.ledger, self.reports, self.clock)
        return bring_up_to_date(desk=desk, directory=directory, gateway=self.balance, time_left=time_left)

    def lines(self, report: Report, month: str = JANUARY, currency: str | None = None) -> list[Any]:
        desk, found, after = a_desk(self.ledger, self.reports, self.clock), list[Any](), None
        for _ in range(50):
            page = read_report(ReportAsked(report, month, currency), after, desk=desk)
            found, after = [*found, *page.lines], page.after
            if after is None:
                return found
        raise AssertionError("it never came to its end")

    def named(self, month: str = JANUARY) -> dict[tuple[str, str], tuple[str, int, str | None]]:
        found: list[PaymentDifference] = self.lines("differences", month)
        return {
            (each.payment.name, each.what): (each.reason, each.gateway - each.booked, each.other_month)
            for each in found
        }

    @property
    def left(self) -> tuple[Any, ...]:
        return self.reports.rows, self.reports.sales, {month: each.content for month, each in self.reports.ties.items()}


def test_every_difference_is_named_with_its_payment_and_what_is_not_ours_is_none() -> None:
    shop = Shop()
    done = shop.run()
    assert (done.failures, done.more, done.tied[0].transactions) == ((), False, 12)
    assert shop.named() == {
        ("pur_acc00", "charged"): ("not_through_gateway", -shop.total, None),
        ("pi_acc02", "money_back"): ("dispute", shop.total, None),
        ("pi_acc03", "money_back"): ("not_in_balance", -100, None),
        ("pi_stray", "charged"): ("not_booked", 500, None),
    }


def test_the_lines_come_to_the_differences_of_the_roll_forward() -> None:
    shop = Shop()
    shop.run()
    (line,) = shop.lines("roll-forward")
    assert line.tied["booked_charged"] == line.figures["charged"] == 8 * shop.total
    assert line.tied["booked_money_back"] == line.figures["money_back"] == 100
    by_what = {"charged": 0, "money_back": 0}
    for (_, what), (_, minor, _) in shop.named().items():
        by_what[what] += minor
    assert by_what == {what: line.tied[f"gateway_{what}"] - line.tied[f"booked_{what}"] for what in by_what}


def test_the_balance_is_by_category_with_fees_and_of_everybody() -> None:
    shop = Shop()
    shop.run()
    found: list[Group] = shop.lines("balance")
    figures = {each.category: each.figures for each in found}
    assert figures["charge"] == {
        "transactions": 10,
        "gross": 7 * shop.total + 1_500,
        "fee": 7 * 88,
        "net": 7 * shop.total + 1_500 - 7 * 88,
        "of_purchases": 7 * shop.total + 500,
    }
    assert figures["dispute"]["net"] == -shop.total - 1_500
    assert figures["payout"] == {"transactions": 1, "gross": -900, "fee": 0, "net": -900, "of_purchases": 0}
    assert shop.lines("balance", currency="eur") == shop.lines("differences", currency="eur") == []


def test_what_is_booked_in_the_next_month_is_found_there() -> None:
    """The renewal of the last second: its month has it at the gateway, the next one in the books. No mark is needed."""
    shop = Shop()
    late = shop.ledger.rows["acc07"][0]
    assert late.settlement is not None
    shop.change("acc07", settlement=replace(late.settlement, at=end(JANUARY) + 5_000))
    shop.run(CLOSING)
    assert shop.named()["pi_acc07", "charged"] == ("other_month", shop.total, FEBRUARY)
    assert shop.named(FEBRUARY)["pi_acc07", "charged"] == ("other_month", -shop.total, JANUARY)


@pytest.mark.parametrize("turns", [5, 9, 14])
def test_a_run_that_stops_for_want_of_time_goes_on_and_leaves_the_same(
    turns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tie_balance_module, "ROWS_A_PAGE", 3)
    whole, pieces = Shop(), Shop(size=1)
    whole.run(CLOSING + HOUR)
    runs = [pieces.run(CLOSING + HOUR, turns)]
    while runs[-1].more:
        runs.append(pieces.run(CLOSING + HOUR, turns))
        assert len(runs) < 60
    assert len(runs) > 2
    assert pieces.left == whole.left
    assert len(pieces.balance.asked) == len(pieces.balance.moved) + 1, "each page once, and what is new at last"


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_crash_at_any_call_changes_nothing_that_comes_out(moment: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (tie_balance_module, fold_accounts_module):
        monkeypatch.setattr(module, "WORKERS", 1)  # else which call is the seventh is the threads' affair
    whole = Shop()
    whole.run(CLOSING + HOUR)
    crashed_in = set[str]()
    for at in range(1, 400, 7):
        shop, countdown = Shop(), Countdown(at, moment)
        port: Any = shop.ledger
        fragile: Any = countdown.wrap("reports", shop.reports)
        with suppress(Crash):
            shop.run(CLOSING + HOUR, desk=ReportDesk(fragile, port, port, port, port, shop.clock))
        if not countdown.crashed_in:
            assert crashed_in >= {"reports.keep_paid", "reports.keep_month"}, crashed_in
            return
        crashed_in.add(countdown.crashed_in)
        for _ in range(3):
            shop.run(CLOSING + HOUR)
        assert shop.left == whole.left, countdown.crashed_in
    pytest.fail("it never came to its end")


def test_what_is_young_is_read_again_and_counts_once() -> None:
    shop = Shop()
    shop.run(SOLD + 3 * DAY)
    before = shop.reports.ties[JANUARY].content
    shop.balance.moved.append(moved("acc04", "refund", -50, SOLD + 3 * DAY - HOUR // 2))  # the list showed it late
    shop.run(SOLD + 3 * DAY + HOUR // 4)
    assert shop.balance.asked[-1].start == SOLD + 3 * DAY + 1_000 - HOUR
    assert shop.named()["pi_acc04", "money_back"] == ("not_booked", 50, None)
    after = unpacked(shop.reports.ties[JANUARY].content)["balance"]
    assert after["usd|charge"] == unpacked(before)["balance"]["usd|charge"]


def test_a_tie_closes_with_its_books_and_never_before_the_balance_was_read_past_the_month() -> None:
    shop = Shop()
    shop.balance.fails = [Unavailable()]
    first = shop.run(CLOSING)
    assert (first.books.closed, len(first.failures), first.more) == ((JANUARY,), 1, False), (
        "the books close all the same"
    )
    assert shop.lines("roll-forward")[0].tied is None
    assert shop.lines("differences") == []
    done = shop.run(CLOSING + HOUR)
    assert done.tied[0].closed == (JANUARY,)
    closed = shop.reports.ties[JANUARY]
    shop.balance.moved.append(moved("acc05", "refund", -7, SOLD))
    shop.run(CLOSING + DAY)
    assert shop.reports.ties[JANUARY] == closed
    assert shop.reports.ties[FEBRUARY].closed is False


def test_a_tie_that_was_half_added_up_when_its_books_closed_is_added_up_again_before_it_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What the last round books may stand behind the place: the half sum would be the month's for good."""
    monkeypatch.setattr(tie_balance_module, "ROWS_A_PAGE", 3)
    shop = Shop()
    shop.run(CLOSING - 2)
    stopped = next(turns for turns in range(1, 60) if shop.run(CLOSING - 1, turns).more and half_added_up(shop))
    shop.change("acc01", money_back=(MoneyBack(end(JANUARY) - 1, 40),))
    desk, directory = a_desk(shop.ledger, shop.reports, shop.clock), cast("Any", shop.ledger)
    shop.clock.instant = CLOSING
    short: Any = {"directory": directory, "gateway": shop.balance, "time_left": lambda: TIE_TIME_LEFT - 1}
    done = bring_up_to_date(desk=desk, **short)
    assert (done.books.closed, done.more, half_added_up(shop)) == ((JANUARY,), True, True), stopped
    shop.run(CLOSING + 1)
    (line,) = shop.lines("roll-forward")
    assert shop.reports.ties[JANUARY].closed
    assert line.tied["booked_money_back"] == line.figures["money_back"] == 100 + 40


def half_added_up(shop: Shop) -> bool:
    place = json.loads(shop.reports.tying or b"{}")
    return bool(place.get("summing") == JANUARY and place["summed_to"] and place["summed_to"] > "pi_acc01#g")


def test_months_that_were_closed_before_there_was_a_tie_have_none() -> None:
    shop = Shop()
    shop.balance.fails = [Unavailable()]
    shop.run(CLOSING)
    shop.reports.rows.clear()  # as an older release leaves it
    shop.ledger.rows["acc08"] = [replace(shop.ledger.rows["acc01"][0], account_id="acc08", purchase_id="pur_acc08")]
    settled = shop.ledger.rows["acc08"][0].settlement
    assert settled is not None
    shop.change("acc08", settlement=replace(settled, at=end(JANUARY) + DAY, lot_id=None))
    shop.ledger.entries["acc08"] = []
    shop.run(CLOSING + DAY)
    assert shop.balance.asked[-1].start == end(JANUARY)
    assert set(shop.reports.ties) == {FEBRUARY}
    page = read_report(ReportAsked("balance", JANUARY, None), None, desk=a_desk(shop.ledger, shop.reports, shop.clock))
    assert (page.lines, page.gateway_as_of, page.is_closed) == ((), None, False)


def test_a_month_that_an_older_release_left_open_is_tied_with_all_its_payments() -> None:
    """That one kept months without payments, so a payment past the gateway has the same line in both."""
    shop = Shop()
    shop.run(SOLD + DAY)
    whole = dict(shop.reports.rows)
    for place, kept in shop.reports.kept.items():
        older = {name: part for name, part in unpacked(kept.content).items() if name != "payments"}
        shop.reports.kept[place] = replace(kept, content=packed(older))
    shop.reports.rows.clear()
    shop.reports.tying = None
    shop.run(SOLD + DAY)
    assert shop.reports.rows == whole


def test_a_key_that_may_not_read_the_balance_is_told_and_the_books_go_on() -> None:
    shop = Shop()
    shop.balance.fails = [BrokenInvariant("the gateway refuses a request: PermissionError")]
    done = shop.run()
    assert [str(each) for each in done.failures] == ["the tie to the gateway's balance"]
    assert (done.books.accounts, done.more) == (len(NAMES), False)


def test_nothing_is_asked_before_the_first_sale() -> None:
    shop = Shop()
    shop.ledger.rows = {name: [] for name in NAMES}
    shop.run()
    assert shop.balance.asked == []


def test_pages_of_differences_are_whole_and_each_payment_is_looked_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = Shop()
    shop.run()
    whole = [each.payment.name for each in shop.lines("differences")]
    monkeypatch.setattr(read_differences_module, "LINES_A_PAGE", 1)
    monkeypatch.setattr(tie_balance_module, "ROWS_A_PAGE", 2)
    assert [each.payment.name for each in shop.lines("differences")] == whole
    monkeypatch.setattr(read_differences_module, "MAX_QUERIES", 1)
    assert [each.payment.name for each in shop.lines("differences")] == whole, "a page without a line has a next one"
    assert whole == sorted(whole)
