"""An account as its holder sees it."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.parts import Currencies, TaxRule
from lotbook.domain.policy.plans import Plan
from lotbook.domain.policy.top_ups import AutoTopUp, TopUp
from lotbook.domain.values import instants
from lotbook.domain.values.errors import AccountNotFound, BrokenInvariant
from lotbook.usecases.accounts.load_account import load_account
from lotbook.usecases.accounts.read_account import AccountView, read_account
from tests.fakes.accounts import FREE, FakeAccounts, FakePolicies, ManualClock, a_policy, an_account
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk

BIG = Plan(
    plan_id="big",
    title="80,000",
    level=1,
    interval="month",
    prices_minor={"usd": 7_200, "inr": 720_000},
    credits=80_000,
    auto_top_up_allowed=True,
)
AUTOMATIC = AutoTopUp(credits=10_000, surcharge_rate=Decimal("0.30"))


def view(account: Account, policy: Policy, now: str = "2026-05-20T00:00:00") -> AccountView:
    return read_account(
        "acme",
        accounts=FakeAccounts(account),
        policies=FakePolicies(policy),
        desk=credit_desk(FakeBooks(), ManualClock(now)),
    )


def period_of(found: AccountView) -> tuple[str, str] | None:
    return found.period and (instants.to_text(found.period[0]), instants.to_text(found.period[1]))


@pytest.mark.parametrize(
    ("plan_id", "period", "resets_at"),
    [
        ("monthly", ("2026-05-15T10:00:00Z", "2026-06-15T10:00:00Z"), "2026-06-15T10:00:00Z"),
        ("annual", ("2026-01-15T10:00:00Z", "2027-01-15T10:00:00Z"), "2026-06-15T10:00:00Z"),
        ("term", ("2026-01-15T10:00:00Z", "2027-01-15T10:00:00Z"), None),
        ("free", None, None),
    ],
)
def test_x_03_mk_47_the_period_is_the_billing_period_and_credits_reset_with_their_own(
    plan_id: str, period: tuple[str, str] | None, resets_at: str | None
) -> None:
    found = view(an_account(plan_id=plan_id), a_policy())
    assert (period_of(found), instants.to_optional_text(found.credits_reset_at)) == (period, resets_at)


def test_is_42_on_a_plan_without_billing_the_period_is_that_of_the_free_credits() -> None:
    found = view(an_account(plan_id="free"), a_policy(free_credits=10))
    assert period_of(found) == ("2026-05-15T10:00:00Z", "2026-06-15T10:00:00Z")
    assert instants.to_optional_text(found.credits_reset_at) == "2026-06-15T10:00:00Z"


def test_np_53_x_14_an_account_whose_term_is_over_is_shown_on_the_starting_plan() -> None:
    account = an_account(plan_id="term", plan_billing="stripe")
    assert view(account, a_policy(), "2027-01-15T09:59:59").account.plan_id == "term"
    over = view(account, a_policy(), "2027-01-15T10:00:00")
    assert (over.account.plan_id, over.account.plan_billing, over.period) == ("free", "none", None)


def test_mk_20_mk_23_automatic_purchase_is_shown_with_its_cap_and_the_price_of_the_next() -> None:
    policy = a_policy(plans=(FREE, BIG), top_up=TopUp(mode="quantity", pricing="plan"), auto_top_up=AUTOMATIC)
    found = view(an_account(plan_id="big"), policy)
    shown = found.auto_top_up
    assert (shown.cap, shown.unit_price, shown.next_charge_minor) == (8, Decimal("0.0009"), 1_170)


def test_np_49_the_price_of_the_next_automatic_purchase_has_the_tax_in_it() -> None:
    policy = a_policy(
        plans=(FREE, BIG),
        currencies=Currencies(default="usd", by_region={"IN": "inr"}),
        top_up=TopUp(mode="quantity", pricing="plan"),
        auto_top_up=AUTOMATIC,
        taxes=(TaxRule(name="GST", rate=Decimal("0.18"), currency="inr"),),
    )
    found = view(an_account(plan_id="big", region="IN", currency="inr"), policy)
    assert found.auto_top_up.next_charge_minor == 138_060  # 90,000 + 30 % = 117,000; + 18 %


@pytest.mark.parametrize("plan", [FREE, replace(BIG, plan_id="small", credits=9_999)])
def test_x_05_mk_46_a_plan_without_automatic_purchase_shows_a_cap_of_none_and_no_price(plan: Plan) -> None:
    policy = a_policy(plans=(FREE, plan), top_up=TopUp(mode="quantity", pricing="plan"), auto_top_up=AUTOMATIC)
    found = view(an_account(plan_id=plan.plan_id), policy)
    assert (found.auto_top_up.cap, found.auto_top_up.next_charge_minor) == (0, None)


def test_a_new_version_of_the_policy_is_named_and_holds_at_once() -> None:
    policies = FakePolicies(a_policy(), a_policy(free_credits=10))
    account = an_account(plan_id="free")
    found = read_account(
        "acme", accounts=FakeAccounts(account), policies=policies, desk=credit_desk(FakeBooks(), ManualClock())
    )
    assert (found.policy_version, found.credits_reset_at is not None) == (2, True)


def test_an_account_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(AccountNotFound):
        load_account("acme", accounts=FakeAccounts(), policies=FakePolicies(), clock=ManualClock())


def test_an_account_under_a_policy_that_is_gone_is_a_defect_of_ours_not_a_refusal() -> None:
    with pytest.raises(BrokenInvariant):
        load_account("acme", accounts=FakeAccounts(an_account()), policies=FakePolicies(), clock=ManualClock())
