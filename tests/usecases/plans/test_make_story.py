"""Make's story with its figures, over a subscription that is charged: discounts, carried credits, companions, a year's months."""

from __future__ import annotations

import pytest

from lotbook.domain.credits.requests import BurnRequest, LotView
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.values.errors import Unavailable
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.sales.read_offers import quote_item
from tests.fakes.changing import ChangingDesk, subscriber
from tests.fakes.samples import instant, member

DATA = "data_transfer_mb"


def use(desk: ChangingDesk, credits: int) -> None:
    """So many credits are consumed."""
    desk.keys += 1
    consume("acme", f"use-{desk.keys}", BurnRequest(credits), desk=desk.sales.credits)


def left(desk: ChangingDesk, unit: str = "credits") -> list[LotView]:
    """The lots that can be spent now."""
    return list(read_balance("acme", unit, desk=desk.sales.credits).lots)


def has(desk: ChangingDesk, unit: str = "credits") -> int:
    return read_balance("acme", unit, desk=desk.sales.credits).available


def on_pro() -> ChangingDesk:
    """Core with extras, up to Pro with $5.13 off, and Pro's first month used up."""
    desk = subscriber("core-10k", "make", at="2027-01-30T12:00:00")
    assert (has(desk), desk.charged()) == (10_000, 900)
    desk.top_up(2_000)
    assert (has(desk), has(desk, DATA)) == (12_000, 1_000)
    use(desk, 6_300)
    desk.go_to("2027-02-10T12:00:00")
    up = desk.change("pro-40k")
    assert (up.effect, up.charge_minor, up.discount_minor, up.credits) == ("now", 5_887, 513, 40_000)
    assert (has(desk), has(desk, DATA)) == (40_000, 0)
    use(desk, 40_000)
    return desk


def test_mk_40_the_quote_and_the_change_say_the_same() -> None:
    desk = subscriber("core-10k", "make", at="2027-01-30T12:00:00")
    desk.top_up(2_000)
    use(desk, 6_300)
    shown = quote_item(
        desk.sales.account("acme"),
        PlanItem("pro-40k"),
        member("owner"),
        desk=desk.sales.credits,
        purchases=desk.sales.purchases,
    )
    assert [line.amount_minor for line in shown.lines] == [6_400, -513]
    made = desk.change("pro-40k")
    assert (made.charge_minor, made.discount_minor) == (shown.total_minor, 513)


def test_mk_01_mk_40_mk_41_the_story_of_make_month_by_month() -> None:
    """A renewal, down to Core with everything, to Free at the period's end; then nothing is charged any more."""
    desk = on_pro()
    desk.go_to("2027-03-10T12:00:00")
    desk.renew()
    assert has(desk) == 40_000, "provisional, from the first instant"
    desk.go_to("2027-03-10T14:00:00")
    desk.settle_renewals()
    use(desk, 28_000)
    desk.top_up(3_000)
    desk.go_to("2027-03-20T12:00:00")
    down = desk.change("core-10k")
    assert (down.effect, down.charge_minor, down.discount_minor) == ("now", 900, 0)
    assert (has(desk), has(desk, DATA)) == (25_000, 1_500)
    ends = {lot.expires_at for unit in ("credits", DATA) for lot in left(desk, unit)}
    assert ends == {instant("2027-04-20T12:00:00Z")}
    desk.go_to("2027-04-20T11:59:59")
    assert has(desk) == 25_000
    desk.go_to("2027-04-20T12:00:00")
    desk.renew()
    assert (has(desk), has(desk, DATA)) == (10_000, 0)
    desk.go_to("2027-04-20T14:00:00")
    desk.settle_renewals()
    away = desk.change("free")
    assert (away.effect, away.effective_at) == ("period_end", instant("2027-05-20T12:00:00Z"))
    desk.go_to("2027-05-20T12:00:00")
    desk.renew()
    assert (desk.plan, has(desk)) == ("free", 1_000)
    desk.go_to("2027-08-01T00:00:00")
    assert desk.charged() == 900 + 5_887 + 6_400 + 900 + 900, "extras are charged apart"


@pytest.mark.parametrize(
    ("at", "months", "off"), [("2027-04-10T12:00:00", 9, 9_000), ("2027-05-10T12:00:00", 8, 8_100)]
)
def test_w10_x_22_a_year_that_was_paid_for_counts_with_the_months_that_will_not_come(
    at: str, months: int, off: int
) -> None:
    """Core annual from 1 February, nothing used this month: the months to come and this one, at $0.0009 each."""
    desk = subscriber("core-10k-annual", "make", at="2027-02-01T00:00:00")
    desk.go_to(at)
    desk.renew()
    made = desk.change("pro-40k-annual")
    assert (made.discount_minor, made.charge_minor) == (off, 76_800 - off)
    assert made.discount_minor == (months + 1) * 10_000 * 9 // 100
    assert has(desk) == 40_000
    desk.go_to("2027-06-10T12:00:00")
    desk.renew()
    assert has(desk) == 40_000, "no month of the old year comes any more"


def test_w7_x_20_a_change_that_is_paid_with_credits_alone_grants_all_the_same() -> None:
    """T7: the invoice is of nothing, and paid."""
    desk = subscriber("core-10k", "make", at="2027-01-30T12:00:00")
    desk.top_up(80_000)
    made = desk.change("pro-40k")
    assert (made.charge_minor, made.discount_minor) == (0, 6_400)
    assert has(desk) == 40_000 + 18_889
    assert desk.charged() == 900


def test_mk_40_d28_an_upgrade_that_is_taken_twice_takes_and_gives_once() -> None:
    desk = subscriber("core-10k", "make", at="2027-01-30T12:00:00")
    desk.top_up(2_000)
    first, again = desk.change("pro-40k", "key"), desk.change("pro-40k", "key")
    assert (first.purchase_id, first.charge_minor) == (again.purchase_id, again.charge_minor)
    assert (has(desk), desk.charged()) == (40_000, 900 + 5_320)


def test_d6_the_same_plan_twice_in_one_second_is_refused_before_it_is_charged() -> None:
    """Two periods of one plan that begin together would have one lot; a second later all is well."""
    desk = subscriber("core-10k", "make", at="2027-01-30T12:00:00")
    desk.change("pro-40k")
    with pytest.raises(Unavailable):
        desk.change("core-10k")
    assert (desk.plan, has(desk), desk.charged()) == ("pro-40k", 40_000, 900 + 5_500)
    desk.go_to("2027-01-30T12:00:01")
    desk.change("core-10k")
    assert (has(desk), desk.charged()) == (50_000, 900 + 5_500 + 900)


def test_x_20_what_one_price_did_not_need_of_carried_credits_is_still_there() -> None:
    """Carried credits, converted in part, keep the rest; it went with the change before."""
    desk = subscriber("core-10k", "make", at="2027-01-30T12:00:00")
    for second, plan_id in enumerate(("teams-80k", "pro-80k", "teams-40k"), 1):
        desk.go_to(f"2027-01-30T12:00:0{second}")
        desk.change(plan_id)
    assert has(desk) == 40_000 + 160_000 - 64_000
