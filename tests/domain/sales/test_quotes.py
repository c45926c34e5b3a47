"""The order summary: quantities at and around every bound, prices to the cent, tax, eligibility, by the five policies."""

from __future__ import annotations

from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotbook.domain.plans.moving import Present
from lotbook.domain.policy.document import PublishedPolicy
from lotbook.domain.sales.items import PackItem, TopUpItem
from lotbook.domain.sales.quotes import quote
from lotbook.domain.values.access import Caller
from lotbook.domain.values.errors import AmountNotChargeable, QuantityNotAllowed, UnknownPack
from lotbook.domain.values.money import ChargeLimits, line_minor
from tests.fakes.samples import OWNER, account_on, instant, member, published, quoted

STRANGE_QUANTITIES: list[Any] = [0, -1, -1_000, 1.5, 1_000.0, True, "1000", None]
LARGEST_CHARGE = 99_999_999


# --- one price per credit --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("credits", "total"), [(1, 100), (2, 200), (30, 3_000), (999_999, 99_999_900)])
def test_is_01_n_credits_cost_n_dollars(credits: int, total: int) -> None:
    made = quoted("insurestack", "payg", TopUpItem(credits))
    assert (made.total_minor, made.subtotal_minor, made.currency, made.tax) == (total, total, "usd", None)
    assert (made.credits, made.allowed, made.reason) == (credits, True, None)
    assert [(line.quantity, line.unit_price) for line in made.lines] == [(credits, Decimal(1))]


@given(st.integers(1, 999_999))
def test_is_01_no_quantity_earns_a_discount(credits: int) -> None:
    assert quoted("insurestack", "payg", TopUpItem(credits)).total_minor == credits * 100


@pytest.mark.parametrize("plan_id", ["payg", "plus", "pro", "team", "enterprise"])
def test_is_04_credits_are_sold_on_every_plan(plan_id: str) -> None:
    assert quoted("insurestack", plan_id, TopUpItem(1)).allowed


def test_is_07_buying_credits_leads_to_no_plan() -> None:
    assert quoted("insurestack", "payg", TopUpItem(5)).plan is None


@pytest.mark.parametrize("credits", STRANGE_QUANTITIES)
def test_is_28_x_15_only_whole_numbers_from_one_up_are_sold(credits: Any) -> None:
    with pytest.raises(QuantityNotAllowed) as refused:
        quoted("insurestack", "payg", TopUpItem(credits))
    assert refused.value.data == {"min": 1, "max": None, "step": 1}


def test_is_29_is_54_x_16_no_maximum_but_what_the_gateway_can_charge() -> None:
    """D33: refused with the limits, neither truncated nor overflowed."""
    for credits in (1_000_000, 10**12, 10**30):
        with pytest.raises(AmountNotChargeable) as refused:
            quoted("insurestack", "payg", TopUpItem(credits))
        assert refused.value.data == {"min_minor": 50, "max_minor": LARGEST_CHARGE}
    assert quoted("insurestack", "payg", TopUpItem(999_999)).allowed


@pytest.mark.parametrize(("credits", "allowed"), [(99, True), (100, True), (101, False)])
def test_x_15_a_maximum_is_included_where_a_policy_has_one(credits: int, allowed: bool) -> None:
    shown = published("insurestack")
    bounded = replace(shown.policy, top_up=replace(shown.policy.top_up, max=100))
    policy = PublishedPolicy("insurestack", 2, bounded, {})
    account, now = account_on("insurestack", "payg"), instant("2026-01-20T10:00:00Z")
    if allowed:
        assert quote(Present(policy.policy, account, (), now), TopUpItem(credits), OWNER).credits == credits
        return
    with pytest.raises(QuantityNotAllowed) as refused:
        quote(Present(policy.policy, account, (), now), TopUpItem(credits), OWNER)
    assert refused.value.data == {"min": 1, "max": 100, "step": 1}


@pytest.mark.parametrize(("credits", "total"), [(1, 125), (2, 250), (3, 375), (40, 5_000), (799_999, 99_999_875)])
def test_gc_02_gc_03_any_number_at_one_dollar_and_a_quarter(credits: int, total: int) -> None:
    assert quoted("gocontent", "starter", TopUpItem(credits)).total_minor == total


@pytest.mark.parametrize("credits", STRANGE_QUANTITIES)
def test_gc_02_x_15_any_number_is_a_whole_one(credits: Any) -> None:
    with pytest.raises(QuantityNotAllowed):
        quoted("gocontent", "starter", TopUpItem(credits))


def test_gc_20_another_product_is_another_policy_at_its_own_price() -> None:
    assert quoted("gocontent-article", "starter", TopUpItem(4)).total_minor == 1_300


# --- at the plan's own price -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("credits", "total"), [(1_000, 90), (2_000, 180), (10_000, 900), (1_000_000, 90_000)])
def test_mk_13_nine_dollars_for_ten_thousand_is_a_fraction_of_a_cent_each(credits: int, total: int) -> None:
    made = quoted("make", "core-10k", TopUpItem(credits))
    assert made.total_minor == total
    assert made.lines[0].unit_price == Decimal("0.0009")


@pytest.mark.parametrize(
    ("plan_id", "price"),
    [
        ("core-10k", "0.0009"),
        ("core-10k-annual", "0.0009"),
        ("pro-40k", "0.0016"),
        ("pro-80k", "0.0015"),
        ("teams-40k", "0.0024"),
        ("teams-80k", "0.0023"),
    ],
)
def test_mk_12_the_price_is_that_of_the_plan_and_tier(plan_id: str, price: str) -> None:
    made = quoted("make", plan_id, TopUpItem(1_000))
    assert made.lines[0].unit_price == Decimal(price)
    assert made.total_minor == Decimal(price) * 1_000 * 100


@pytest.mark.parametrize("credits", [*STRANGE_QUANTITIES, 1, 999, 1_001, 1_500, 10_500])
def test_mk_11_quantities_are_thousands(credits: Any) -> None:
    with pytest.raises(QuantityNotAllowed) as refused:
        quoted("make", "core-10k", TopUpItem(credits))
    assert refused.value.data == {"min": 1_000, "max": None, "step": 1_000}


def test_mk_05_x_04_extra_credits_bring_data_transfer_and_mk_06_nothing_else() -> None:
    made = quoted("make", "core-10k", TopUpItem(3_000))
    assert made.companions == (("data_transfer_mb", 1_500),)
    assert made.credits == 3_000


def test_mk_07_the_free_plan_is_shown_what_it_may_not_buy() -> None:
    made = quoted("make", "free", TopUpItem(1_000))
    assert (made.allowed, made.reason, made.lines, made.total_minor) == (False, "plan_not_eligible", (), 0)


def test_mk_08_every_paid_plan_may_buy_by_hand() -> None:
    policy = published("make").policy
    paid = [plan.plan_id for plan in policy.plans if plan.prices_minor]
    assert len(paid) >= 5
    assert all(quoted("make", plan_id, TopUpItem(1_000)).allowed for plan_id in paid)


# --- regions, tax, consent -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("credits", [1_000, 1_001, 2_500])
def test_np_02_a_thousand_or_more_and_any_step(credits: int) -> None:
    assert quoted("9pic", "payg", TopUpItem(credits)).credits == credits


@pytest.mark.parametrize("credits", [*STRANGE_QUANTITIES, 1, 999])
def test_np_02_less_than_a_thousand_is_refused(credits: Any) -> None:
    with pytest.raises(QuantityNotAllowed) as refused:
        quoted("9pic", "payg", TopUpItem(credits))
    assert refused.value.data == {"min": 1_000, "max": None, "step": 1}


@pytest.mark.parametrize("plan_id", ["payg", "pro"])
@pytest.mark.parametrize("credits", [1_000, 1_001, 10_000, 1_000_000])
def test_np_05_np_50_the_unit_price_is_constant_on_every_plan(plan_id: str, credits: int) -> None:
    assert quoted("9pic", plan_id, TopUpItem(credits)).subtotal_minor == credits * 2


@pytest.mark.parametrize(("region", "currency"), [("IN", "inr"), ("US", "usd"), ("DE", "usd"), ("JP", "usd")])
def test_np_17_the_region_decides_the_currency(region: str, currency: str) -> None:
    assert quoted("9pic", "payg", TopUpItem(1_000), region=region).currency == currency


def test_np_18_np_49_rupees_pay_eighteen_percent_and_nothing_else_does() -> None:
    made = quoted("9pic", "payg", TopUpItem(1_000), region="IN")
    assert made.tax is not None
    assert (made.subtotal_minor, made.tax.amount_minor, made.total_minor) == (150_000, 27_000, 177_000)
    assert (made.tax.name, made.tax.rate) == ("GST", Decimal("0.18"))
    assert quoted("9pic", "payg", TopUpItem(1_000), region="US").tax is None


def test_x_16_tax_is_computed_on_the_rounded_subtotal() -> None:
    """D33: 1,001 x 1.5 rupees is 150,150 paise; 18 % of it 27,027."""
    made = quoted("9pic", "payg", TopUpItem(1_001), region="IN")
    assert made.tax is not None
    assert (made.subtotal_minor, made.tax.amount_minor) == (150_150, 27_027)


@given(st.integers(1_000, 500_000), st.sampled_from(["IN", "US"]))
def test_np_19_grand_total_is_quantity_times_unit_plus_tax(credits: int, region: str) -> None:
    """D33."""
    made = quoted("9pic", "payg", TopUpItem(credits), region=region)
    (line,) = made.lines
    assert line.amount_minor == line_minor(line.quantity, line.unit_price, made.currency)
    assert made.subtotal_minor == line.amount_minor
    assert made.total_minor == made.subtotal_minor + (made.tax.amount_minor if made.tax else 0)


@given(st.integers(1_000, 500_000))
def test_x_17_credits_never_depend_on_the_tax(credits: int) -> None:
    """D38."""
    with_tax = quoted("9pic", "payg", TopUpItem(credits), region="IN")
    without = quoted("9pic", "payg", TopUpItem(credits), region="US")
    assert with_tax.credits == without.credits == credits


def test_np_16_the_summary_has_plan_quantity_currency_tax_and_total() -> None:
    names = {field.name for field in fields(quoted("9pic", "payg", TopUpItem(1_000)))}
    assert {"plan", "lines", "currency", "tax", "total_minor", "subtotal_minor", "expires_at", "credits"} <= names


def test_np_14_the_summary_follows_the_quantity() -> None:
    totals = [quoted("9pic", "payg", TopUpItem(credits)).total_minor for credits in (1_000, 1_001, 2_000)]
    assert totals == [2_000, 2_002, 4_000]


def test_np_20_np_21_every_quote_asks_for_consent_anew() -> None:
    assert [quoted("9pic", "payg", TopUpItem(1_000)).consent_required for _ in range(2)] == [True, True]
    assert not quoted("insurestack", "payg", TopUpItem(1)).consent_required


def test_np_22_x_13_the_button_depends_on_currency_and_region() -> None:
    labels = {region: quoted("9pic", "payg", TopUpItem(1_000), region=region).payment_label for region in ("IN", "US")}
    assert labels == {"IN": "Pay with Razorpay", "US": "Pay with PayGlocal"}


# --- packs -----------------------------------------------------------------------------------------------------------

SIZES = [2_000, 4_000, 6_000, 11_000, 22_000, 44_000, 66_000, 115_000, 230_000, 480_000, 1_200_000]


def test_df_03_exactly_these_packages_exist() -> None:
    assert [pack.credits for pack in published("diaflow").policy.top_up.packs] == SIZES


@pytest.mark.parametrize("pack_place", range(len(SIZES)))
def test_df_03_each_package_is_sold_at_its_own_price(pack_place: int) -> None:
    pack = published("diaflow").policy.top_up.packs[pack_place]
    made = quoted("diaflow", "starter", PackItem(pack.pack_id))
    assert (made.credits, made.total_minor, made.expires_at) == (pack.credits, pack.prices_minor["usd"], None)
    assert [(line.quantity, line.amount_minor) for line in made.lines] == [(1, pack.prices_minor["usd"])]
    by_size = quoted("diaflow", "starter", TopUpItem(pack.credits))
    assert (by_size.total_minor, by_size.credits) == (made.total_minor, made.credits)


@pytest.mark.parametrize("credits", [*STRANGE_QUANTITIES, 1, 1_999, 2_001, 3_000, 8_000, 1_200_001])
def test_df_03_any_other_quantity_is_refused(credits: Any) -> None:
    with pytest.raises(QuantityNotAllowed) as refused:
        quoted("diaflow", "starter", TopUpItem(credits))
    assert [pack["credits"] for pack in refused.value.data["packs"]] == SIZES


def test_df_03_an_unknown_package_is_refused_with_those_that_exist() -> None:
    with pytest.raises(UnknownPack) as refused:
        quoted("diaflow", "starter", PackItem("credits-3000"))
    assert len(refused.value.data["packs"]) == len(SIZES)
    with pytest.raises(UnknownPack):
        quoted("insurestack", "payg", PackItem("credits-2000"))


def test_x_16_the_limits_of_another_gateway_can_be_passed() -> None:
    account = account_on("insurestack", "payg")
    strict = ChargeLimits(min_minor={"usd": 1_000}, max_minor=5_000)
    now = instant("2026-01-20T10:00:00Z")
    assert (
        quote(
            Present(published("insurestack").policy, account, (), now), TopUpItem(10), OWNER, limits=strict
        ).total_minor
        == 1_000
    )
    for credits in (9, 51):
        with pytest.raises(AmountNotChargeable) as refused:
            quote(Present(published("insurestack").policy, account, (), now), TopUpItem(credits), OWNER, limits=strict)
        assert refused.value.data == {"min_minor": 1_000, "max_minor": 5_000}


# --- who -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "plan_id", "allowed"),
    [
        ("insurestack", "payg", {"owner", "admin", "billing"}),  # IS-31
        ("9pic", "payg", {"owner", "admin"}),  # NP-01
    ],
)
def test_is_31_np_01_only_the_policys_buyers_may_buy(name: str, plan_id: str, allowed: set[str]) -> None:
    for role in ("owner", "admin", "billing", "operator", "member"):
        made = quoted(name, plan_id, TopUpItem(1_000), caller=member(role))
        assert made.allowed == (role in allowed)
        assert made.reason == (None if role in allowed else "forbidden")
        assert made.total_minor  # the summary is shown all the same


def test_is_30_a_member_of_another_account_may_not_buy() -> None:
    """D40."""
    stranger = replace(OWNER, account_id="other")
    assert quoted("insurestack", "payg", TopUpItem(1), caller=stranger).reason == "forbidden"


def test_a_service_key_needs_the_scope_to_buy() -> None:
    reader = Caller("service", "key-1", scopes=frozenset({"read", "credits:consume"}))
    buyer = Caller("service", "key-2", scopes=frozenset({"purchases:write"}))
    assert quoted("insurestack", "payg", TopUpItem(1), caller=reader).reason == "forbidden"
    assert quoted("insurestack", "payg", TopUpItem(1), caller=buyer).allowed


@pytest.mark.parametrize(("state", "reason"), [("active", None), ("paused", None), ("closed", "account_closed")])
def test_a_paused_account_may_buy_and_a_closed_one_may_not(state: Any, reason: str | None) -> None:
    account = replace(account_on("insurestack", "payg"), state=state)
    now = instant("2026-01-20T10:00:00Z")
    assert quote(Present(published("insurestack").policy, account, (), now), TopUpItem(1), OWNER).reason == reason


def test_the_role_is_told_before_the_plan() -> None:
    assert quoted("make", "free", TopUpItem(1_000), caller=member("operator")).reason == "forbidden"
