"""The page's example, and single cases: each figure as a person would work it out."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from lotbook.domain.credits.ledger import VOIDED_CLAIM, VOIDED_REASON, Draw, Entry, claw_name, together_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.plans.plan_move import PLAN_CHANGE
from lotbook.domain.reports.amounts import Ledger
from lotbook.domain.reports.lines import AccountMonth, LotLine, add_up, age_of, lot_lines, tax_lines
from lotbook.domain.reports.sales import books_of, part_of, shares
from lotbook.domain.reports.tally import FORFEITED, Tally
from lotbook.domain.sales.items import CustomPaymentItem, PlanItem, PlanPart
from lotbook.domain.sales.purchase import Purchase, Settlement
from lotbook.domain.sales.reversals import MoneyBack
from lotbook.domain.values import ids
from lotbook.domain.values.calendar import add_months
from lotbook.domain.values.instants import from_text
from lotbook.domain.values.money import amount_text
from tests.fakes.purchases import a_purchase

A, U, LOT = "acme", "credits", "lot_a"
PAGE = Path(__file__).parents[3] / "docs" / "reports.md"
COLUMNS = ("opening", "sold", "used", "expired", "taken_back", "closing", "refunded", "recognized")


def on(day: str) -> int:
    return from_text(f"{day}T12:00:00Z")


def granted(lot_id: str, credits: int, at: int, kind: Any = "purchased", paid: int = 0) -> Entry:
    lot = Lot(lot_id, U, kind, credits, 3, at, None, at)
    return Entry(
        f"lot#{lot_id}", U, "granted", at, 1, credits=credits, draws=(Draw(lot_id, credits),), lot=lot, paid=paid
    )


def moved(kind: Any, credits: int, at: int, lot_id: str = LOT, **fields: Any) -> Entry:
    return Entry(f"{kind}{at}", U, kind, at, 2, credits=-credits, draws=(Draw(lot_id, credits),), **fields)


def a_pack(**changes: Any) -> Purchase:
    paid = {"subtotal_minor": 3_000, "total_minor": 3_570, "currency": "eur"}
    return a_purchase(**(paid | {"settlement": Settlement(on("2026-01-10"), LOT, None)} | changes))


def lines_of(rows: list[Purchase], entries: list[Entry], last: str) -> dict[str, tuple[LotLine, ...]]:
    tally = Tally()
    for entry in entries:
        tally.take(entry, {})
    return {month: lot_lines(found) for month, found in Ledger(books_of(A, rows, tally.lots, {})).months(last)}


def test_the_example_of_the_page_is_what_the_code_says() -> None:
    row = a_pack(money_back=(MoneyBack(on("2026-03-05"), 714),))
    back = moved("clawed_back", 200, on("2026-03-05"), removed=200, requested=200, reason="money_back")
    entries = [granted(LOT, 1_000, on("2026-01-10")), moved("consumed", 100, on("2026-01-20"))]
    entries += [moved("consumed", 567, on("2026-02-20")), back, moved("expired", 133, on("2026-04-10"))]
    found = lines_of([row], entries, "2026-04")
    ours = [[month, *(amount_text(getattr(line, name), "eur") for name in COLUMNS)] for month, (line,) in found.items()]
    told = re.findall(r"^\| (2026-\d\d(?: \| [\d.]+)+) \|$", PAGE.read_text(), re.MULTILINE)
    assert ours == [line.split(" | ") for line in told]
    owed = {month: add_up({}, AccountMonth(lines, ()), month)["liability"] for month, lines in found.items()}
    assert owed["2026-01"] == {"eur|free|0-30": {"lots": 1, "credits_left": 900, "amount": 2_700}}
    assert owed["2026-02"] == {"eur|free|31-90": {"lots": 1, "credits_left": 333, "amount": 999}}
    assert owed["2026-04"] == {}


def test_what_was_burned_before_it_was_paid_is_earned_when_the_payment_comes() -> None:
    """A provisional lot: used in January, paid in February."""
    row = a_pack(settlement=Settlement(on("2026-02-03"), LOT, None))
    burned = moved("consumed", 400, on("2026-01-20"))
    found = lines_of([row], [granted(LOT, 1_000, on("2026-01-10")), burned], "2026-02")
    assert found["2026-01"] == ()
    (line,) = found["2026-02"]
    assert (line.sold, line.used, line.closing) == (3_000, 1_200, 1_800)


def test_money_of_burned_credits_that_goes_back_takes_revenue_back_and_the_next_lot_pays_what_is_owed() -> None:
    row = a_pack(money_back=(MoneyBack(on("2026-02-05"), 3_570),))
    other = a_pack(purchase_id="pur_2", settlement=Settlement(on("2026-03-01"), "lot_b", None))
    short = Entry("c", U, "clawed_back", on("2026-02-05"), 3, credits=-1_000, requested=1_000, reason="money_back")
    entries = [granted(LOT, 1_000, on("2026-01-10")), moved("consumed", 1_000, on("2026-01-20")), short]
    entries.append(granted("lot_b", 1_000, on("2026-03-01"), paid=600))
    found = lines_of([row, other], entries, "2026-03")
    assert [(line.refunded, line.taken_back, line.recognized) for line in found["2026-02"]] == [(3_000, 0, -3_000)]
    assert [(line.sold, line.used, line.closing) for line in found["2026-03"]] == [(3_000, 1_800, 1_200)]


def test_a_refund_that_failed_gives_its_credits_and_their_price_up_again() -> None:
    row = a_pack(money_back=(MoneyBack(on("2026-02-05"), 714), MoneyBack(on("2026-03-05"), 0)))
    taken = moved("clawed_back", 200, on("2026-02-05"), removed=200, requested=200, reason="refund")
    back = Entry("b", U, "adjusted", on("2026-03-05"), 4, credits=200, draws=(Draw(LOT, 200),), reason="money_back")
    found = lines_of([row], [granted(LOT, 1_000, on("2026-01-10")), taken, back], "2026-03")
    figures = {month: (line.taken_back, line.refunded, line.closing) for month, (line,) in found.items()}
    assert figures == {"2026-01": (0, 0, 3_000), "2026-02": (600, 600, 2_400), "2026-03": (-600, -600, 3_000)}


def voided(credits: int, at: int, reason: str) -> Entry:
    """As `POST .../lots/{lot_id}/void` leaves it."""
    name, draws = claw_name(LOT, f"{VOIDED_CLAIM}x{at}"), (Draw(LOT, credits),)
    fields: dict[str, Any] = {"requested": -credits, "removed": credits, "reason": VOIDED_REASON + reason}
    return Entry(name, U, "adjusted", at, 2, credits=-credits, draws=draws, **fields)


@pytest.mark.parametrize("reason", ["A mistake.", PLAN_CHANGE, "money_back"])
def test_what_a_seller_takes_back_without_money_is_breakage_whatever_words_it_gives(reason: str) -> None:
    """Decision 193: the money stays, and nothing is owed for it."""
    entries = [granted(LOT, 1_000, on("2026-01-10")), voided(250, on("2026-02-10"), reason)]
    (line,) = lines_of([a_pack()], entries, "2026-02")["2026-02"]
    assert (line.voided, line.recognized, line.closing, line.credits_left) == (750, 750, 2_250, 750)


def test_money_that_goes_back_for_voided_credits_takes_the_revenue_back() -> None:
    """A seller voids, and refunds by hand later: nothing is left to take back, so what was earned by the void is not."""
    row = a_pack(money_back=(MoneyBack(on("2026-03-05"), 3_570),))
    taken = moved("clawed_back", 0, on("2026-03-05"), removed=0, requested=1_000, reason="money_back")
    entries = [
        granted(LOT, 1_000, on("2026-01-10")),
        voided(1_000, on("2026-02-10"), "Fraud."),
        replace(taken, draws=()),
    ]
    found = lines_of([row], entries, "2026-03")
    figures = {month: (line.voided, line.refunded, line.recognized, line.closing) for month, (line,) in found.items()}
    assert figures["2026-02"] == (3_000, 0, 3_000, 0)
    assert figures["2026-03"] == (0, 3_000, -3_000, 0)


def test_free_and_companion_credits_have_no_price_and_a_hold_is_still_owed() -> None:
    held = moved("held", 1_000, on("2026-01-20"))
    entries = [granted(LOT, 1_000, on("2026-01-10")), granted("lot_f", 50, on("2026-01-10"), "free"), held]
    (line,) = lines_of([a_pack()], entries, "2026-01")["2026-01"]
    assert (line.lot_id, line.used, line.closing, line.credits_left) == (LOT, 0, 3_000, 1_000)


# --- plans ------------------------------------------------------------------------------------------------------------

BEGUN = on("2026-01-15")


def a_plan(months: int = 12, **changes: Any) -> Purchase:
    """100 credits a month."""
    plan = PlanPart("pro", 100, 0, months, 1_000, "price")
    bought = {"item": PlanItem("pro"), "plan": plan, "credits": 0, "period": (BEGUN, add_months(BEGUN, months))}
    return a_pack(**(bought | {"subtotal_minor": 1_000, "total_minor": 1_000, "tax": None} | changes))


def plan_lot(number: int, credits: int = 100) -> Entry:
    at = add_months(BEGUN, number)
    return granted(ids.derived("lot", at, A, U, "plan", "pro"), credits, at, "plan")


def of_plan(**changes: Any) -> Purchase:
    return a_plan(settlement=Settlement(BEGUN, None, None), **changes)


def test_a_years_price_is_spread_over_its_months_and_those_to_come_are_owed() -> None:
    found = lines_of([of_plan()], [plan_lot(0), plan_lot(1)], "2027-02")
    first = found["2026-01"]
    assert [line.sold for line in first] == shares(1_000, [1] * 12) == [83, 84, 83, 83, 84, 83, 83, 84, 83, 83, 84, 83]
    assert [line.lot_id is not None for line in first] == [True, True, *[False] * 10]
    assert sum(line.closing for line in first) == 1_000
    expired = {month: sum(line.expired for line in lines) for month, lines in found.items()}
    assert expired["2026-04"] == 83, "of the third month, of which no lot was ever needed"
    assert sum(line.closing for line in found["2027-02"]) == 83 + 84, (
        "of the two lots that nobody has journaled the end of"
    )


def test_all_the_money_of_a_year_that_goes_back_takes_the_months_to_come() -> None:
    back = on("2026-03-01")
    row = of_plan(money_back=(MoneyBack(back, 1_000),))
    taken = moved("clawed_back", 100, back, plan_lot(0).name[4:], removed=100, requested=100, reason="plan_change")
    found = lines_of([row], [plan_lot(0), taken], "2026-03")["2026-03"]
    assert sum(line.closing for line in found) == 0
    assert sum(line.taken_back for line in found) == sum(line.refunded for line in found) == 1_000
    assert sum(line.voided for line in found) == 0, "what left with its money is no breakage"


def test_a_period_whose_money_went_back_in_part_brings_less_and_the_rest_counts_as_taken() -> None:
    found = lines_of([of_plan()], [plan_lot(0, 60)], "2026-01")["2026-01"]
    assert [line.taken_back for line in found][:1] == [33]


def test_a_lot_that_two_payments_name_is_one_payments_and_a_plan_without_credits_is_none() -> None:
    twice = of_plan(purchase_id="pur_2")
    found = lines_of([of_plan(), twice], [plan_lot(0)], "2026-01")["2026-01"]
    assert len([line for line in found if line.lot_id is not None]) == 1
    empty = replace(of_plan(), plan=PlanPart("pro", 0, 0, 1, 1_000, "price"))
    assert lines_of([empty], [], "2026-01") == {}


# --- tax, and what is not for credits -----------------------------------------------------------------------------------


def test_parts_of_a_tax_sum_up_and_a_payment_for_something_else_is_no_liability() -> None:
    row = a_pack(money_back=tuple(MoneyBack(on("2026-02-05") + part, part) for part in (1, 2, 1_001, 3_570)))
    back = tax_lines([row], "DE", "2026-02")
    assert [sum(getattr(line, name) for line in back) for name in ("net", "tax", "total")] == [-3_000, -570, -3_570]
    (sale,) = tax_lines([row], "DE", "2026-01")
    assert (sale.net, sale.tax, sale.total, sale.country, sale.of_credits) == (3_000, 570, 3_570, "DE", 3_000)
    other = a_pack(item=CustomPaymentItem(3_000, "setup"), credits=0, settlement=Settlement(BEGUN, None, None))
    assert lines_of([other], [], "2026-01") == {}
    (paid,) = tax_lines([other], "DE", "2026-01")
    assert (paid.net, paid.of_credits) == (3_000, 0)


def test_ages_and_rounding() -> None:
    ages = [
        age_of(on(day), "2026-12") for day in ("2026-12-02", "2026-11-02", "2026-08-01", "2026-02-01", "2025-01-01")
    ]
    assert ages == ["0-30", "31-90", "91-180", "181-365", "over 365"]
    assert [part_of(10, part, 4) for part in range(5)] == [0, 3, 5, 8, 10]
    assert part_of(-10, 1, 4) == -3
    assert FORFEITED == "forfeited"


def test_lots_that_die_together_are_recognized_each_for_itself_in_the_month_they_died_in() -> None:
    """Decision 188: one entry names the draws of all of them."""
    lots = {"lot_a": "pur_a", "lot_b": "pur_b", "lot_c": "pur_c"}
    rows = [a_pack(purchase_id=each, settlement=Settlement(on("2026-01-10"), lot, None)) for lot, each in lots.items()]
    entries = [granted(lot, 1_000, on("2026-01-10")) for lot in lots]
    draws = tuple(Draw(lot, credits) for lot, credits in zip(lots, (1_000, 500, 100), strict=True))
    died = Entry(together_name(on("2026-03-31"), 9), U, "expired", on("2026-03-31"), 9, credits=-1_600, draws=draws)
    found = lines_of(rows, [*entries, died], "2026-03")
    assert {line.lot_id: line.expired for line in found["2026-03"]} == {"lot_a": 3_000, "lot_b": 1_500, "lot_c": 300}
    assert [line.expired for line in found["2026-02"]] == [0, 0, 0]
