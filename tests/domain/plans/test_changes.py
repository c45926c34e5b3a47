"""Which kind of change a wanted plan is, when it counts, and what it does to credits: by the policies of the five vendors."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.plans.changes import ChangeOfPlan, change_of
from tests.fakes.samples import published


def change(name: str, present: str, wanted: str) -> ChangeOfPlan:
    """The change from one plan of a sample policy to another, in dollars."""
    policy = published(name).policy
    return change_of(policy, policy.plan(present), policy.plan(wanted), "usd")


@pytest.mark.parametrize(
    ("present", "wanted", "kind", "when"),
    [
        ("free", "core-10k", "first", "now"),
        ("core-10k", "pro-40k", "upgrade", "now"),
        ("pro-80k", "teams-40k", "upgrade", "now"),
        ("pro-40k", "pro-80k", "upgrade", "now"),
        ("pro-40k", "pro-40k-annual", "upgrade", "now"),
        ("core-10k-annual", "pro-40k", "upgrade", "now"),
        ("pro-40k-annual", "pro-40k", "downgrade", "now"),
        ("pro-40k", "core-10k-annual", "downgrade", "now"),
        ("teams-40k", "pro-80k", "downgrade", "now"),
        ("pro-40k", "free", "downgrade", "period_end"),
    ],
)
def test_mk_40_mk_41_mk_43_plan_then_tier_then_interval_decide(present: str, wanted: str, kind: str, when: str) -> None:
    found = change("make", present, wanted)
    assert (found.kind, found.when) == (kind, when)


@pytest.mark.parametrize(
    ("name", "present", "wanted", "kind", "when"),
    [
        ("insurestack", "payg", "plus", "first", "now"),
        ("insurestack", "plus", "pro", "upgrade", "now"),
        ("insurestack", "pro", "plus", "downgrade", "period_end"),
        ("insurestack", "plus", "payg", "downgrade", "period_end"),
        ("9pic", "payg", "pro", "first", "now"),
        ("9pic", "pro", "payg", "downgrade", "never"),
        ("gocontent", "growth", "starter", "downgrade", "period_end"),
        ("diaflow", "growth", "starter", "downgrade", "period_end"),
        ("diaflow", "business", "free", "downgrade", "period_end"),
    ],
)
def test_is_18_is_58_df_20_np_53_up_at_once_and_down_as_the_policy_says(
    name: str, present: str, wanted: str, kind: str, when: str
) -> None:
    found = change(name, present, wanted)
    assert (found.kind, found.when) == (kind, when)


@pytest.mark.parametrize(
    ("name", "present", "wanted", "plan", "purchased"),
    [
        ("insurestack", "plus", "pro", "forfeit", "keep"),
        ("gocontent", "starter", "growth", "carry", "keep"),
        ("diaflow", "starter", "growth", "carry", "keep"),
        ("make", "core-10k", "pro-40k", "convert", "convert"),
        ("make", "pro-40k", "core-10k", "carry", "carry"),
        ("make", "pro-40k", "free", "forfeit", "keep"),
        ("gocontent", "growth", "starter", "forfeit", "keep"),
    ],
)
def test_is_56_gc_07_mk_40_mk_41_what_becomes_of_credits(
    name: str, present: str, wanted: str, plan: str, purchased: str
) -> None:
    found = change(name, present, wanted)
    assert (found.plan_credits, found.purchased_credits) == (plan, purchased)


@pytest.mark.parametrize(
    ("name", "present", "wanted"),
    [("make", "free", "core-10k"), ("diaflow", "free", "starter"), ("gocontent", "none", "starter")],
)
def test_x_21_a_plan_without_a_price_converts_and_carries_nothing(name: str, present: str, wanted: str) -> None:
    """And takes nothing that was bought, for nothing would be given for it."""
    found = change(name, present, wanted)
    assert (found.plan_credits, found.purchased_credits, found.converts) == ("forfeit", "keep", False)


def test_x_21_a_priced_plan_without_credits_has_no_price_per_credit_to_convert_at() -> None:
    policy = published("make").policy
    bare = replace(policy.plan("core-10k"), credits=0)
    found = change_of(policy, bare, policy.plan("pro-40k"), "usd")
    assert (found.plan_credits, found.purchased_credits) == ("forfeit", "keep")


def test_x_22_x_23_x_24_the_terms_of_a_change_are_those_of_its_direction() -> None:
    down, up = change("make", "pro-40k-annual", "core-10k"), change("gocontent", "starter", "growth")
    assert (down.unused_of, down.carried_until, down.companions) == ("billing_period", "billing_period_end", "follow")
    assert (up.unused_of, up.carried_until, up.companions) == ("credit_period", "credit_period_end", "follow")


def test_mk_43_plans_that_another_version_made_equal_count_as_a_move_down() -> None:
    """Nobody is charged at once for a move that leads nowhere."""
    policy = published("insurestack").policy
    twin = replace(policy.plan("plus"), plan_id="plus-2", level=policy.plan("pro").level)
    assert change_of(policy, policy.plan("pro"), twin, "usd").when == "period_end"
