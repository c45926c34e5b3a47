"""The worked numbers of a change of plan, W1 to W16: what the order summary shows, what is charged, what the account has then."""

from __future__ import annotations

from decimal import Decimal

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.validity import credit_period
from lotbook.domain.credits.lots import LotKind
from lotbook.domain.plans.carrying import carried
from lotbook.domain.plans.moving import Present
from lotbook.domain.plans.unused import UnusedLot
from lotbook.domain.sales.auto_top_ups import automatic_lines
from lotbook.domain.sales.items import PlanItem
from lotbook.domain.sales.quotes import Quote, quote
from lotbook.domain.values import instants
from tests.fakes.samples import OWNER, account_on, instant, published

NOW = "2027-04-15T12:00:00Z"


def lots_of(name: str, **left: int) -> tuple[UnusedLot, ...]:
    """Unused credits of an account, by kind."""
    policy = published(name).policy
    kinds: tuple[LotKind, ...] = ("free", "plan", "purchased")
    return tuple(
        UnusedLot(
            lot_id=f"lot_{kind}",
            unit=policy.units[0],
            kind=kind,
            credits=left[kind],
            rank=policy.rank(kind),
            expires_at=None,
            created_at=place,
            purchase_id="pur_1" if kind == "purchased" else None,
        )
        for place, kind in enumerate(kinds)
        if kind in left
    )


def upgraded(name: str, present: str, wanted: str, **left: int) -> Quote:
    """The quote of a plan for an account with so many credits of each kind left."""
    return ordered(name, present, wanted, "2027-04-01T00:00:00Z", **left)


def ordered(name: str, present: str, wanted: str, anchor: str, /, **left: int) -> Quote:
    """The same for an account whose periods count from another instant."""
    account = account_on(name, present, anchor=anchor)
    return quote(Present(published(name).policy, account, lots_of(name, **left), instant(NOW)), PlanItem(wanted), OWNER)


def kept(name: str, present: str, wanted: str, to_come: int = 0, **left: int) -> int:
    """What of the old plan's credits and of bought ones the account has after the change, free ones apart."""
    policy, lots = published(name).policy, lots_of(name, **left)
    change = Present(policy, account_on(name, present), lots, instant(NOW)).change_to(policy.plan(wanted))
    going = carried(lots, change, policy.units[0], to_come)
    stays = left.get("purchased", 0) if change.purchased_credits == "keep" else 0
    return going.plan + going.purchased + stays


def amounts(made: Quote) -> list[int]:
    """What the lines come to."""
    return [line.amount_minor for line in made.lines]


@pytest.mark.parametrize(
    ("left", "has"), [({"plan": 15}, 360), ({"free": 10, "plan": 30}, 360), ({"plan": 15, "purchased": 50}, 410)]
)
def test_w1_w2_is_56_is_57_is_26_an_upgrade_of_insurestack_costs_the_full_price_and_starts_anew(
    left: dict[str, int], has: int
) -> None:
    made = upgraded("insurestack", "plus", "pro", **left)
    assert (amounts(made), made.total_minor, made.allowed) == ([20_000], 20_000, True)
    policy = published("insurestack").policy
    assert policy.free_credits + made.credits + kept("insurestack", "plus", "pro", **left) == has
    assert made.expires_at == instant("2027-05-15T12:00:00Z"), "the next payment is on the 15th"
    assert made.move is not None
    assert (made.move.plan_credits, made.move.purchased_credits, made.move.discount_minor) == ("forfeit", "keep", 0)


def test_w3_gc_07_unused_credits_are_added_to_the_new_ones() -> None:
    made = upgraded("gocontent", "starter", "growth", plan=40)
    assert (made.total_minor, made.credits + kept("gocontent", "starter", "growth", plan=40)) == (9_000, 140)


def test_w4_gc_07_several_upgrades_on_one_day_add_up() -> None:
    first, second = (
        upgraded("gocontent", "starter", "growth", plan=40),
        upgraded("gocontent", "growth", "agency", plan=140),
    )
    assert 4_000 + first.total_minor + second.total_minor == 37_000
    assert second.credits + kept("gocontent", "growth", "agency", plan=140) == 440


def test_w5_mk_40_the_discount_is_a_line_of_its_own() -> None:
    made = upgraded("make", "core-10k", "pro-40k", plan=3_700, purchased=2_000)
    line = made.lines[1]
    assert (line.description, line.quantity, line.unit_price) == ("Unused credits", 5_700, Decimal("-0.0009"))
    assert (amounts(made), made.subtotal_minor, made.total_minor) == ([6_400, -513], 5_887, 5_887)
    assert (made.credits, made.lot_credits, made.allowed) == (40_000, 0, True)
    assert made.move is not None
    assert (made.move.converted_credits, made.move.discount_minor, made.move.to_come) == (5_700, 513, ())
    assert [(each.lot_id, each.credits) for each in made.move.converted] == [
        ("lot_plan", 3_700),
        ("lot_purchased", 2_000),
    ]


@pytest.mark.parametrize(("left", "lines"), [(5_555, [6_400, -500]), (5, [6_400]), (6, [6_400, -1]), (0, [6_400])])
def test_w6_a_discount_that_rounds_to_nothing_has_no_line(left: int, lines: list[int]) -> None:
    made = upgraded("make", "core-10k", "pro-40k", plan=left)
    assert amounts(made) == lines
    assert made.move is not None
    assert made.move.converted_credits == left


def test_w7_x_20_credits_that_are_worth_more_than_the_price_leave_nothing_to_pay() -> None:
    made = upgraded("make", "core-10k", "pro-40k", plan=10_000, purchased=80_000)
    assert (amounts(made), made.total_minor, made.allowed) == ([6_400, -6_400], 0, True)
    assert made.lines[1].quantity == 71_111
    assert made.move is not None
    assert 90_000 - sum(each.credits for each in made.move.converted) == 18_889


def test_w8_x_20_exactly_the_least_amount_is_due_where_less_would_be() -> None:
    made = upgraded("make", "core-10k", "pro-40k", purchased=71_000)
    assert (amounts(made), made.total_minor) == ([6_400, -6_350], 50)


def test_w8_credits_in_the_same_order_are_charged_too_so_that_nothing_has_to_be_cut() -> None:
    account, lots = account_on("make", "core-10k"), lots_of("make", purchased=71_000)
    made = quote(Present(published("make").policy, account, lots, instant(NOW)), PlanItem("pro-40k", 1_000), OWNER)
    assert (amounts(made), made.total_minor) == ([6_400, -6_390, 160], 170)


def test_w10_x_22_the_months_of_a_year_that_will_not_come_count() -> None:
    """A year from 1 February, changed in April: this month's 10,000 and nine more months of 10,000."""
    made = ordered("make", "core-10k-annual", "pro-40k-annual", "2027-02-01T00:00:00Z", plan=10_000)
    assert (amounts(made), made.total_minor) == ([76_800, -9_000], 67_800)
    assert made.lines[1].quantity == 100_000


def test_w11_mk_41_x_23_a_downgrade_is_paid_now_and_everything_goes_along() -> None:
    made = upgraded("make", "pro-40k", "core-10k", plan=12_000, purchased=3_000)
    assert (amounts(made), made.total_minor, made.allowed) == ([900], 900, True)
    assert made.credits + kept("make", "pro-40k", "core-10k", plan=12_000, purchased=3_000) == 25_000
    assert made.move is not None
    assert (made.move.kind, made.move.plan_credits, made.move.purchased_credits) == ("downgrade", "carry", "carry")
    assert made.expires_at == instant("2027-05-15T12:00:00Z")


def test_w11_x_22_x_23_a_downgrade_from_a_year_carries_the_months_to_come() -> None:
    made = ordered("make", "pro-40k-annual", "core-10k", "2027-02-01T00:00:00Z", plan=12_000)
    assert made.move is not None
    assert (made.total_minor, made.move.carried_to_come(instant(NOW))) == (900, 9 * 40_000)


def test_w12_from_month_to_year_of_the_same_plan() -> None:
    made = upgraded("make", "pro-40k", "pro-40k-annual", plan=12_000)
    assert (amounts(made), made.total_minor) == ([76_800, -1_920], 74_880)


def test_w13_x_21_the_free_plans_credits_are_worth_nothing() -> None:
    made = upgraded("make", "free", "core-10k", plan=1_000)
    assert (amounts(made), made.total_minor, made.credits) == ([900], 900, 10_000)
    assert kept("make", "free", "core-10k", plan=1_000) == 0
    assert made.move is not None
    assert (made.move.kind, made.move.plan_credits, made.move.converted) == ("first", "forfeit", ())


def test_w14_the_published_rule_pays_a_teams_plan_with_credits_bought_on_core() -> None:
    made = upgraded("make", "core-10k", "teams-40k", purchased=60_000)
    assert (amounts(made), made.total_minor) == ([9_600, -5_400], 4_200)


@pytest.mark.parametrize(
    ("region", "extra", "total"), [("IN", None, 1_180_000), ("IN", 1_000, 1_357_000), ("US", 1_000, 22_000)]
)
def test_w15_np_50_np_53_np_54_pro_of_9pic_is_a_term_with_one_tax(region: str, extra: int | None, total: int) -> None:
    at = instant("2027-03-01T10:00:00Z")
    account = account_on("9pic", "payg", region=region)
    made = quote(Present(published("9pic").policy, account, (), at), PlanItem("pro", extra), OWNER)
    assert (made.total_minor, made.move) == (total, None)
    assert made.plan is not None
    assert at + made.plan.term_days * instants.DAY == instant("2028-02-29T10:00:00Z")


@pytest.mark.parametrize(
    ("plan_id", "charge", "cap"),
    [
        ("core-10k", 1_170, 1),
        ("pro-40k", 2_080, 4),
        ("pro-80k", 1_950, 8),
        ("teams-40k", 3_120, 4),
        ("teams-80k", 2_990, 8),
        ("core-10k-annual", 1_170, 1),
    ],
)
def test_w16_mk_17_mk_19_mk_23_automatic_purchases_and_how_many_a_month(plan_id: str, charge: int, cap: int) -> None:
    policy = published("make").policy
    plan, rule = policy.plan(plan_id), policy.auto_top_up
    assert rule is not None
    assert sum(line.amount_minor for line in automatic_lines(policy, plan, "usd")) == charge
    assert rule.cap(plan) == cap


def test_x_19_the_first_credits_of_a_plan_that_renews_end_by_the_gateways_months_in_utc() -> None:
    """21:00 UTC on 28 February is 1 March in Kolkata; the gateway's month ends on 28 March."""
    account: Account = account_on("insurestack", "payg", zone="Asia/Kolkata")
    made = quote(
        Present(published("insurestack").policy, account, (), instant("2027-02-28T21:00:00Z")), PlanItem("plus"), OWNER
    )
    assert made.expires_at == instant("2027-03-28T21:00:00Z")
    free = credit_period(published("insurestack").policy.plan("payg"), account, instant("2027-02-28T21:00:00Z"))
    assert free != (instant("2027-02-28T21:00:00Z"), made.expires_at)
