"""The lots of a period, and the end of a term."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lotbook.domain.accounts.account import Account
from lotbook.domain.accounts.periods import account_at, lots_of_period
from lotbook.domain.policy.document import Policy
from lotbook.domain.values import instants
from tests.fakes.accounts import FREE, MONTHLY, TERM, a_policy, an_account, at


def shape(policy: Policy, account: Account, when: int) -> tuple[list[tuple[str, int, str, str | None]], str | None]:
    """`(kind, credits, from, to)` of the period's lots, and the next renewal, as text."""
    grant = lots_of_period(policy, account, when)
    return [
        (lot.kind, lot.credits, instants.to_text(lot.effective_at), instants.to_optional_text(lot.expires_at))
        for lot in grant.lots
    ], instants.to_optional_text(grant.renews_at)


def test_is_41_is_42_is_44_free_and_plan_credits_come_with_each_period_and_end_with_it() -> None:
    assert shape(a_policy(free_credits=10), an_account(), at("2026-01-20")) == (
        [
            ("free", 10, "2026-01-15T10:00:00Z", "2026-02-15T10:00:00Z"),
            ("plan", 100, "2026-01-15T10:00:00Z", "2026-02-15T10:00:00Z"),
        ],
        "2026-02-15T10:00:00Z",
    )


def test_is_41_a_plan_without_credits_gets_the_free_ones_too() -> None:
    lots, renews_at = shape(a_policy(free_credits=10), an_account(plan_id="free"), at("2026-01-20"))
    assert lots == [("free", 10, "2026-01-15T10:00:00Z", "2026-02-15T10:00:00Z")]
    assert renews_at == "2026-02-15T10:00:00Z"


def test_a_plan_without_credits_and_no_free_ones_has_nothing_to_grant_and_nothing_to_renew() -> None:
    assert shape(a_policy(), an_account(plan_id="free"), at("2026-01-20")) == ([], None)


def test_is_43_is_46_mk_09_free_ranks_before_plan_and_plan_before_purchased() -> None:
    policy = a_policy(free_credits=10)
    free, plan = lots_of_period(policy, an_account(), at("2026-01-20")).lots
    assert free.rank < plan.rank < policy.rank("purchased")


def test_x_01_the_end_of_a_period_belongs_to_the_next_one() -> None:
    """D26: everything at one instant."""
    before = lots_of_period(a_policy(), an_account(), at("2026-02-15T10:00:00") - 1)
    after = lots_of_period(a_policy(), an_account(), at("2026-02-15T10:00:00"))
    assert before.lots[0].expires_at == after.lots[0].effective_at == at("2026-02-15T10:00:00")
    assert before.lots[0].lot_id != after.lots[0].lot_id


def test_every_instant_of_a_period_gives_the_same_lots_with_the_same_ids() -> None:
    """D1, D2: whoever asks, and whenever, asks for the same lots."""
    policy, account = a_policy(free_credits=10), an_account()
    first = lots_of_period(policy, account, at("2026-01-15T10:00:00"))
    assert first == lots_of_period(policy, account, at("2026-02-15T09:59:59"))
    assert len({lot.lot_id for lot in first.lots}) == 2


def test_lots_of_different_accounts_plans_units_and_periods_have_different_ids() -> None:
    policy, account = a_policy(), an_account()
    grants = [
        lots_of_period(policy, account, at("2026-01-20")),
        lots_of_period(policy, account, at("2026-02-20")),
        lots_of_period(policy, replace(account, account_id="other"), at("2026-01-20")),
        lots_of_period(policy, replace(account, plan_id="annual"), at("2026-01-20")),
        lots_of_period(replace(policy, units=("minutes",)), account, at("2026-01-20")),
    ]
    assert len({grant.lots[0].lot_id for grant in grants}) == len(grants)


def test_d_28_free_credits_do_not_come_again_for_another_plan_in_the_same_period() -> None:
    """D28: cycling through plans at one instant gains nothing."""
    policy = a_policy(free_credits=10)
    on_free, on_monthly = (
        lots_of_period(policy, an_account(plan_id=plan), at("2026-01-20")).lots[0] for plan in ("free", "monthly")
    )
    assert on_free == on_monthly


@pytest.mark.parametrize(
    ("anchor", "ends"),
    [
        (
            "2024-01-31T00:00:00",
            (
                "02-29 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31 01-31 "
                "02-28 03-31 04-30 05-31 06-30 07-31 08-31 09-30 10-31 11-30 12-31 01-31"
            ),
        ),
        (
            "2024-01-30T00:00:00",
            (
                "02-29 03-30 04-30 05-30 06-30 07-30 08-30 09-30 10-30 11-30 12-30 01-30 "
                "02-28 03-30 04-30 05-30 06-30 07-30 08-30 09-30 10-30 11-30 12-30 01-30"
            ),
        ),
        (
            "2024-01-29T00:00:00",
            (
                "02-29 03-29 04-29 05-29 06-29 07-29 08-29 09-29 10-29 11-29 12-29 01-29 "
                "02-28 03-29 04-29 05-29 06-29 07-29 08-29 09-29 10-29 11-29 12-29 01-29"
            ),
        ),
    ],
)
def test_x_02_a_month_end_anchor_keeps_its_day_over_24_months(anchor: str, ends: str) -> None:
    """D23."""
    account, seen = an_account(anchor), []
    when: int | None = at(anchor)
    for _ in range(24):
        assert when is not None
        grant = lots_of_period(a_policy(), account, when)
        assert grant.lots[0].effective_at == when, "periods touch: no gap, no overlap"
        when = grant.renews_at
        seen.append(str(instants.to_optional_text(when))[5:10])
    assert seen == ends.split()


def test_x_01_periods_follow_the_local_clock_through_both_time_changes() -> None:
    """D22: anchored at 00:30 local time in Berlin; 23 and 25 hour days do not move it."""
    account = an_account("2026-02-28T23:30:00", time_zone="Europe/Berlin")  # 1 March, 00:30 local
    starts = [
        instants.to_text(lots_of_period(a_policy(), account, at(f"2026-{month:02d}-10")).lots[0].effective_at)
        for month in range(3, 13)
    ]
    assert starts == [
        "2026-02-28T23:30:00Z",  # winter
        "2026-03-31T22:30:00Z",  # summer
        "2026-04-30T22:30:00Z",
        "2026-05-31T22:30:00Z",
        "2026-06-30T22:30:00Z",
        "2026-07-31T22:30:00Z",
        "2026-08-31T22:30:00Z",
        "2026-09-30T22:30:00Z",
        "2026-10-31T23:30:00Z",  # winter again
        "2026-11-30T23:30:00Z",
    ]


def test_x_01_a_period_that_starts_in_the_skipped_hour_starts_once() -> None:
    """D22: 29 March 2026, 02:30 does not exist in Berlin; the period starts at 03:30 local, and the last ends there."""
    account = an_account("2026-01-29T01:30:00", time_zone="Europe/Berlin")
    before = lots_of_period(a_policy(), account, at("2026-03-20"))
    after = lots_of_period(a_policy(), account, at("2026-04-01"))
    assert instants.to_optional_text(before.renews_at) == "2026-03-29T01:30:00Z"
    assert after.lots[0].effective_at == before.renews_at


def test_mk_04_mk_47_x_03_an_annual_plan_renews_its_credits_every_month() -> None:
    lots, renews_at = shape(a_policy(), an_account(plan_id="annual"), at("2026-05-20"))
    assert lots == [("plan", 100, "2026-05-15T10:00:00Z", "2026-06-15T10:00:00Z")]
    assert renews_at == "2026-06-15T10:00:00Z"


def test_d_24_subscribing_on_the_20th_gives_one_allowance_not_another_on_the_1st() -> None:
    """D24: periods are counted from the anchor, not from the calendar month."""
    account = an_account("2026-01-20T12:00:00")
    ids = {
        lots_of_period(a_policy(), account, when).lots[0].lot_id
        for when in (at("2026-01-20T12:00:00"), at("2026-02-01"), at("2026-02-20T11:59:59"))
    }
    assert len(ids) == 1


def test_lots_are_dated_in_whole_seconds_whatever_the_anchor_is() -> None:
    account = replace(an_account(), anchor=at("2026-01-15T10:00:00") + 789)
    on_term = replace(account, plan_id="term")
    assert lots_of_period(a_policy(), on_term, at("2026-01-20")).renews_at == at("2027-01-15T10:00:00")
    (lot,) = lots_of_period(a_policy(), account, at("2026-01-20")).lots
    assert (lot.effective_at % 1_000, lot.expires_at % 1_000, lot.created_at % 1_000) == (0, 0, 0)


def test_np_53_x_14_a_term_leads_back_to_the_starting_plan_after_exactly_365_days() -> None:
    account = an_account("2027-12-01T09:00:00", plan_id="term", plan_billing="stripe")  # over a 29 February
    ends_at = at("2028-11-30T09:00:00")
    assert account_at(a_policy(), account, ends_at - 1) == account
    lapsed = account_at(a_policy(), account, ends_at)
    assert (lapsed.plan_id, lapsed.anchor, lapsed.plan_billing) == ("free", ends_at, "none")
    assert account_at(a_policy(), account, ends_at + 900 * instants.DAY) == lapsed


def test_x_14_a_term_without_credits_is_renewed_once_at_its_end() -> None:
    account = an_account("2026-01-15T10:00:00", plan_id="term")
    assert shape(a_policy(), account, at("2026-06-01")) == ([], "2027-01-15T10:00:00Z")
    assert shape(a_policy(), account, at("2027-01-15T10:00:00")) == ([], None)


def test_x_14_the_last_period_of_a_term_ends_with_the_term_and_free_credits_go_on_from_there() -> None:
    policy = a_policy(free_credits=10, plans=(FREE, MONTHLY, replace(TERM, credits=50)))
    account = an_account("2026-01-31T10:00:00", plan_id="term")
    assert shape(policy, account, at("2027-01-31T09:59:59"))[1] == "2027-01-31T10:00:00Z"
    assert shape(policy, account, at("2027-01-31T10:00:00")) == (
        [("free", 10, "2027-01-31T10:00:00Z", "2027-02-28T10:00:00Z")],
        "2027-02-28T10:00:00Z",
    )


def test_a_starting_plan_that_is_a_term_starts_over_instead_of_ending() -> None:
    policy = a_policy(starting_plan_id="term")
    account = an_account(plan_id="term")
    assert account_at(policy, account, at("2030-01-01")) == account
    assert lots_of_period(policy, account, at("2030-01-01")).renews_at is None
