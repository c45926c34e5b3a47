"""Periods on the books: renewal by the clock, and changes of plan as it sees them."""

from __future__ import annotations

from dataclasses import replace

from lotbook.domain.accounts.account import Account
from lotbook.domain.values import instants
from lotbook.usecases.credits.expiry import bring_up_to_date
from tests.fakes.accounts import FREE, MONTHLY, TERM, a_policy, at
from tests.fakes.credit_desk import credit_desk
from tests.fakes.deployment import World

YEAR_AWAY = at("2027-01-01")


def test_is_45_mk_10_the_first_burn_of_a_new_period_draws_from_its_new_lots_with_no_schedule() -> None:
    """D21, D25, D26: at the very first instant."""
    world = World()
    world.open()
    assert world.burned_kinds(40) == [("free", 10), ("plan", 30)]
    world.clock.set("2026-02-15T09:59:59")
    assert world.lots() == [("plan", 70)]
    world.clock.set("2026-02-15T10:00:00")
    burned = world.burn(11)
    assert burned.available == 99
    assert world.entries() == [
        ("granted", 10),
        ("granted", 100),
        ("consumed", -40),
        ("expired", -70),
        ("granted", 10),
        ("granted", 100),
        ("consumed", -11),
    ]
    world.check_sum()


def test_is_42_is_47_gc_05_what_is_left_of_a_period_does_not_roll_over() -> None:
    """D25."""
    world = World()
    world.open()
    world.clock.set("2026-02-15T10:00:00")
    assert world.lots() == [("free", 10), ("plan", 100)]
    world.check_sum()


def test_is_03_is_08_a_purchased_lot_is_untouched_by_a_rollover_and_stacks_on_the_new_period() -> None:
    """D25: a reset touches its own kinds of lot only."""
    world = World()
    world.open()
    world.buy(50, expires_at=at("2027-01-15T10:00:00"))
    for month in ("2026-02", "2026-03", "2026-04"):
        world.clock.set(f"{month}-15T10:00:00")
        assert world.lots() == [("free", 10), ("plan", 100), ("purchased", 50)]
    assert world.burned_kinds(111) == [("free", 10), ("plan", 100), ("purchased", 1)]
    world.clock.set("2027-01-15T10:00:00")
    assert world.lots() == [("free", 10), ("plan", 100)]
    world.check_sum()


def test_mk_01_mk_02_extra_credits_that_end_with_the_cycle_end_in_the_same_instant_as_it_renews() -> None:
    """D26: grant, expiry, reset and consume at one instant."""
    world = World(a_policy(), start="2026-03-01T00:00:00")
    world.open()
    world.clock.set("2026-03-20T12:00:00")
    world.buy(50, expires_at=at("2026-04-01"))
    world.clock.set("2026-03-31T23:59:59")
    assert world.lots() == [("plan", 100), ("purchased", 50)]
    world.clock.set("2026-04-01T00:00:00")
    assert world.burned_kinds(1) == [("plan", 1)]
    assert world.lots() == [("plan", 99)]
    world.check_sum()


def test_mk_04_mk_47_x_03_an_annual_plan_gets_twelve_allowances_a_year() -> None:
    """D24: neither one a year nor two a month."""
    world = World(a_policy())
    world.open("annual")
    for day in range(0, 365, 5):
        world.clock.instant = at("2026-01-15T10:00:00") + day * instants.DAY
        world.balance()
    assert world.granted() == [("granted", 100)] * 12


def test_three_dormant_months_leave_no_entries_and_no_credits() -> None:
    world = World()
    world.open()
    world.burn(25)
    world.clock.set("2026-05-01T00:00:00")
    assert world.lots() == [("free", 10), ("plan", 100)]
    assert world.entries() == [
        ("granted", 10),
        ("granted", 100),
        ("consumed", -25),
        ("expired", -85),
        ("granted", 10),
        ("granted", 100),
    ]
    (lot, _) = world.balance().lots
    assert (lot.effective_at, lot.expires_at) == (at("2026-04-15T10:00:00"), at("2026-05-15T10:00:00"))


def test_d_23_an_account_anchored_on_the_31st_renews_24_times_in_24_months() -> None:
    """D23, D24: one allowance a month, on the last day where there is no 31st."""
    world = World(a_policy(), start="2024-01-31T00:00:00")
    world.open()
    seen: list[int] = []
    for day in range(732):
        world.clock.instant = at("2024-01-31") + day * instants.DAY
        (lot,) = world.balance().lots
        if not seen or seen[-1] != lot.effective_at:
            seen.append(lot.effective_at)
    assert [instants.to_text(start)[5:10] for start in seen[:5]] == ["01-31", "02-29", "03-31", "04-30", "05-31"]
    assert len(seen) == len(world.granted()) == 25


def test_x_14_np_53_after_its_term_an_account_gets_the_starting_plans_credits() -> None:
    world = World(a_policy(free_credits=10, plans=(FREE, MONTHLY, replace(TERM, credits=50))))
    world.open("term")
    world.clock.set("2027-01-15T09:59:59")
    assert world.lots() == [("free", 10), ("plan", 50)]
    world.clock.set("2027-01-15T10:00:00")
    assert world.lots() == [("free", 10)]


def test_a_policy_without_period_credits_that_gets_some_grants_them_to_old_accounts() -> None:
    world = World(a_policy())
    world.open("free")
    assert world.books.books["acme", "credits"].renews_at == instants.FAR_FUTURE
    world.policies.put(a_policy(free_credits=5))
    world.renew()
    assert world.lots() == [("free", 5)]


def test_a_plan_that_lost_its_credits_ends_with_its_last_period_and_the_book_goes_on() -> None:
    world = World(a_policy())
    world.open()
    world.buy(50)
    world.policies.put(a_policy(plans=(FREE, replace(MONTHLY, credits=0))))
    world.clock.set("2026-02-15T10:00:00")
    assert world.burned_kinds(1) == [("purchased", 1)]
    assert world.lots() == [("purchased", 49)]


def test_a_closed_account_gets_no_more_periods() -> None:
    world = World()
    account = world.open().account
    world.accounts.save(replace(account, state="closed"))
    world.clock.set("2026-02-15T10:00:00")
    assert world.lots() == []


def test_a_paused_account_gets_its_periods_and_a_book_opened_later_is_paused_too() -> None:
    world = World()
    account = world.open().account
    world.accounts.save(replace(account, state="paused", pause_reason="payment_failed"))
    world.policies.put(a_policy(free_credits=10, units=("credits", "data_transfer_mb")))
    world.clock.set("2026-02-15T10:00:00")
    world.renew()
    assert world.lots() == [("free", 10), ("plan", 100)]
    assert world.books.books["acme", "data_transfer_mb"].pause_reason == "payment_failed"


def test_a_worker_whose_clock_is_behind_renews_by_the_time_that_the_book_has_seen() -> None:
    """F6: the book says that the period is over, this worker's clock does not say so yet."""
    world = World()
    world.open()
    world.clock.set("2026-02-15T10:00:00")
    bring_up_to_date(
        "acme", "credits", desk=credit_desk(world.books, world.clock)
    )  # the fast clock journals, then is gone
    world.clock.instant -= 2 * instants.SECOND
    assert world.burned_kinds(11) == [("free", 10), ("plan", 1)]
    assert [entry for entry in world.entries() if entry == ("granted", 100)] == [("granted", 100)] * 2


# --- changes of plan, as the renewal sees them -----------------------------------------------------------------------


def changed_plan(world: World, **changes: object) -> Account:
    account = world.accounts.get("acme")
    assert account is not None
    return world.accounts.save(replace(account, **changes))  # type: ignore[arg-type]


def test_is_15_a_new_plans_lots_are_there_right_away() -> None:
    world = World()
    world.open("free")
    world.clock.set("2026-01-20T12:00:00")
    changed_plan(world, plan_id="monthly", anchor=at("2026-01-20T12:00:00"))
    world.renew(at_once=True)
    assert ("plan", 100) in world.lots()
    world.clock.set("2026-02-20T12:00:00")
    assert world.lots() == [("free", 10), ("plan", 100)]


def test_is_05_is_06_a_return_to_the_free_plan_keeps_what_was_bought() -> None:
    world = World()
    world.open()
    world.buy(50, expires_at=YEAR_AWAY)
    world.clock.set("2026-02-15T10:00:00")
    changed_plan(world, plan_id="free")
    assert world.lots() == [("free", 10), ("purchased", 50)]
    assert world.balance().lots[-1].expires_at == YEAR_AWAY


def test_a_plan_with_a_shorter_credit_period_brings_the_next_renewal_forward() -> None:
    yearly = replace(MONTHLY, plan_id="yearly", credit_period_months=12)
    world = World(a_policy(plans=(FREE, MONTHLY, yearly)))
    world.open("yearly")
    changed_plan(world, plan_id="monthly")
    world.renew(at_once=True)
    world.clock.set("2026-02-15T10:00:00")
    assert ("plan", 100) in world.lots()
    assert world.granted() == [("granted", 100)] * 3
