"""A random year of purchases, plans, burns, holds, refunds, shortfalls, moves and voids against a replay with fractions."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from lotbook.domain.reports.amounts import Ledger
from lotbook.domain.reports.lines import AccountMonth, LotLine, Sums, add_up, lot_lines, tax_lines
from lotbook.domain.reports.sales import books_of
from lotbook.domain.reports.tally import Tally
from tests.domain.reports.a_year import CURRENCIES, A, Year

LAST = "2028-06"
SEEDS = 4
ROLLED = ("sold", "used", "expired", "voided", "moved_out", "taken_back", "refunded")


@cache
def a_year(seed: int) -> Year:
    return Year(seed, CURRENCIES[seed % len(CURRENCIES)]).run()


def months_of(year: Year) -> dict[str, tuple[LotLine, ...]]:
    tally = Tally()
    for entry in year.entries:
        tally.take(entry, {})
    ledger = Ledger(books_of(A, year.rows.values(), tally.lots, {}))
    return {month: lot_lines(found) for month, found in ledger.months(LAST)}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_months_figures_are_those_of_the_second_calculation(seed: int) -> None:
    """Each lot's figure is rounded once, so a month's sum is off by less than a minor unit a lot; the years are exact."""
    year = a_year(seed)
    found = months_of(year)
    for name in ROLLED:
        for month, lines in found.items():
            ours = sum(getattr(line, name) for line in lines)
            assert abs(ours - year.exact[month, name]) <= max(1, len(lines)), f"{name} of {month}, seed {seed}"
    assert sum(line.sold for lines in found.values() for line in lines) == sum(
        row.subtotal_minor for row in year.rows.values()
    )
    assert year.done.keys() >= {"granted", "consumed", "held", "captured", "released", "expired", "clawed_back"}


def test_the_years_have_lived_through_everything() -> None:
    """Refunds, disputes won and lost, renewals, changes of plan, expiry, voids, credits that count from later on, four currencies."""
    lived = Counter[str]()
    for seed in range(SEEDS):
        year = a_year(seed)
        lived += year.done + Counter(
            {year.currency: 1, "upgrade": sum(row.move is not None for row in year.rows.values())}
        )
        lived["later"] += sum(
            each.lot.kind == "promotional" and each.lot.effective_at > each.lot.created_at
            for each in year.lots.values()
        )
        lived["refund"] += sum(len(row.money_back) for row in year.rows.values())
    wanted = {"renewed", "won", "lost", "frozen", "adjusted", "expired", "upgrade", "later", "refund", *CURRENCIES}
    assert min(lived[each] for each in wanted) >= 1, {each: lived[each] for each in wanted}


def test_sums_of_accounts_in_several_currencies_are_those_of_each() -> None:
    """Nothing is ever added across currencies, and a month's liability is what its roll-forward is left with."""
    years = [a_year(seed) for seed in range(SEEDS)]
    found = [(year, months_of(year)) for year in years]
    for month in found[0][1]:
        sums: dict[str, Sums] = {}
        for year, lines in found:
            month_lines = lines.get(month, ())
            sums = add_up(sums, AccountMonth(month_lines, tax_lines(year.rows.values(), "DE", month)), month)
        for year, lines in found:
            rolled = sums["roll-forward"].get(year.currency, {})
            owed = [each for name, each in sums["liability"].items() if name.startswith(year.currency)]
            assert rolled.get("closing", 0) == sum(line.closing for line in lines.get(month, ()))
            assert sum(each["amount"] for each in owed) == rolled.get("closing", 0), (month, year.currency)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_line_adds_up_each_month_begins_where_the_last_one_ended_and_nothing_is_left_at_last(seed: int) -> None:
    year = a_year(seed)
    closing = Counter[tuple[str, str | None]]()
    for month, lines in months_of(year).items():
        for line in lines:
            came, went = line.opening + line.sold + line.moved_in, line.used + line.expired + line.voided
            assert came - went - line.moved_out - line.taken_back == line.closing, (seed, month, line)
            assert min(line.sold, line.used, line.expired, line.voided, line.moved_out, line.taken_back) >= 0
            assert line.opening == closing[line.purchase_id, line.lot_id]
            closing[line.purchase_id, line.lot_id] = line.closing
            assert line.closing >= 0
            assert (line.credits_left > 0) or line.closing == 0
        assert sum(line.moved_in - line.moved_out for line in lines) == 0, (seed, month)
    assert not +closing, "what was sold was used, lost, or given back"


def test_what_was_charged_is_what_was_sold_with_its_tax() -> None:
    """The tie to the gateway: charged = sold + tax + what was not for credits; money back = refunded + its tax."""
    year = a_year(3)
    for month, lines in months_of(year).items():
        sums = add_up({}, AccountMonth(lines, tax_lines(year.rows.values(), "DE", month)), month)["roll-forward"]
        for figures in map(Counter, sums.values()):
            assert figures["charged"] == figures["sold"] + figures["charged_tax"] + figures["not_for_credits"]
            assert figures["money_back"] == figures["refunded"] + figures["money_back_tax"]


def test_the_order_of_entries_in_a_month_and_the_pieces_do_not_matter() -> None:
    year, one, other = a_year(3), Tally(), Tally()
    for entry in year.entries:
        one.take(entry, {})
    granted = [entry for entry in year.entries if entry.kind == "granted"]
    for entry in (*granted, *(each for each in reversed(year.entries) if each.kind != "granted")):
        other.take(entry, {})
    assert {k: lot.moves for k, lot in one.lots.items()} == {k: lot.moves for k, lot in other.lots.items()}


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SEEDS, 80))
def test_many_years_add_up_and_end_at_nothing(seed: int) -> None:
    test_every_months_figures_are_those_of_the_second_calculation(seed)
    test_every_line_adds_up_each_month_begins_where_the_last_one_ended_and_nothing_is_left_at_last(seed)
