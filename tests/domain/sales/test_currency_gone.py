"""An account whose currency its policy does not sell in any more: nothing is offered as if it could be bought, and quotes say why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.plans.moving import Present
from lotbook.domain.sales.items import CustomPaymentItem, Item, PackItem, PlanItem, TopUpItem
from lotbook.domain.sales.offers import Offers, offers
from lotbook.domain.sales.quotes import Quote, quote
from tests.fakes.samples import OWNER, account_on, instant, published

NOW = instant("2026-01-20T10:00:00Z")
GONE = "nok"
PLANS = {"insurestack": "payg", "make": "core-10k", "9pic": "payg", "gocontent": "starter", "diaflow": "starter"}


def stranded(name: str) -> Account:
    return replace(account_on(name, PLANS[name]), currency=GONE)


def offered(name: str, account: Account) -> Offers:
    return offers(published(name), account, OWNER, NOW)


def quoted(name: str, item: Item) -> Quote:
    return quote(Present(published(name).policy, stranded(name), (), NOW), item, OWNER)


@pytest.mark.parametrize("name", PLANS)
def test_b3_a_currency_that_is_gone_leaves_no_offer_without_a_price(name: str) -> None:
    """The finding: `amount_minor: null` beside `change: upgrade`."""
    found = offered(name, stranded(name))
    for plan in found.plans:
        assert plan.amount_minor is not None or plan.change in ("current", "contact"), plan
        assert not plan.allowed
    assert (found.top_up.allowed, found.top_up.unit_price, found.top_up.packs) == (False, None, ())
    assert not found.custom_payment
    kept = {plan.plan_id for plan in offered(name, account_on(name, PLANS[name])).plans}
    assert {plan.plan_id for plan in found.plans} <= kept


@pytest.mark.parametrize("name", PLANS)
def test_b3_a_plan_of_which_the_currency_is_gone_is_quoted_with_the_reason(name: str) -> None:
    policy = published(name).policy
    wanted = [
        plan.plan_id
        for plan in policy.plans
        if any(plan.prices_minor.values()) and plan.offered and plan.plan_id != PLANS[name]
    ]
    assert wanted
    for plan_id in wanted:
        made = quoted(name, PlanItem(plan_id))
        assert (made.allowed, made.reason, made.total_minor, made.lines) == (False, "currency_not_sold", 0, ())


@pytest.mark.parametrize(
    ("name", "item"),
    [
        ("insurestack", TopUpItem(10)),
        ("make", TopUpItem(1_000)),
        ("9pic", TopUpItem(1_000)),
        ("gocontent", TopUpItem(1_000)),
        ("diaflow", TopUpItem(1_000)),
        ("diaflow", PackItem("p1")),
        ("9pic", CustomPaymentItem(2_500, "x")),
    ],
)
def test_b3_credits_and_payments_in_a_currency_that_is_gone_are_quoted_with_the_reason(name: str, item: Item) -> None:
    made = quoted(name, item)
    assert (made.allowed, made.reason) == (False, "currency_not_sold")
    assert offered(name, stranded(name)).top_up.reason == "currency_not_sold"


def test_b3_mk_07_what_a_plan_never_sold_is_a_matter_of_the_plan() -> None:
    free = replace(account_on("make", "free"), currency=GONE)
    assert offered("make", free).top_up.reason == "plan_not_eligible"
