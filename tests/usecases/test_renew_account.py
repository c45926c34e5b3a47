"""Periods on the books: opening, renewal by the clock, races, crashes. The store is the thread-safe fake."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import count
from threading import Barrier

import pytest

from lotbook.domain import instants
from lotbook.domain.account import Account
from lotbook.domain.burning import Balance, Burned
from lotbook.domain.errors import AccountExists, AccountNotFound, InsufficientCredits, InvalidRequest, UnknownPlan
from lotbook.domain.lots import Lot
from lotbook.domain.policy import Policy
from lotbook.usecases.consume import BurnRequest, consume
from lotbook.usecases.grant import grant_lot
from lotbook.usecases.open_account import OpenAccount, Opened, open_account
from lotbook.usecases.read_book import read_balance
from lotbook.usecases.renew_account import renew_account
from lotbook.usecases.settle_book import settle_book
from lotbook.usecases.statement import list_entries
from tests.fakes.accounts import FREE, MONTHLY, TERM, FakeAccounts, FakePolicies, ManualClock, a_policy, at
from tests.fakes.books import FakeBooks

YEAR_AWAY = at("2027-01-01")
FIRST_PERIOD = [("granted", 10), ("granted", 100)]


class Crash(Exception):
    """The worker is gone."""


class World:
    """One deployment in memory."""

    def __init__(
        self, policy: Policy | None = None, start: str = "2026-01-15T10:00:00", books: FakeBooks | None = None
    ):
        self.clock = ManualClock(start)
        self.accounts = FakeAccounts()
        self.policies = FakePolicies(policy or a_policy(free_credits=10))
        self.books = books or FakeBooks()
        self.keys = 0

    def open(self, plan_id: str | None = "monthly", **changes: str) -> Opened:
        command = OpenAccount(
            **{"account_id": "acme", "policy_id": "shop", "region": "US", "email": "a@b.example", "plan_id": plan_id}
            | changes
        )
        return self.send(command, self.renew)

    def send(self, command: OpenAccount, renew: Callable[[str], None]) -> Opened:
        return open_account(
            command,
            accounts=self.accounts,
            policies=self.policies,
            books=self.books,
            clock=self.clock,
            renew=renew,
        )

    def renew(self, account_id: str = "acme", *, at_once: bool = False) -> None:
        renew_account(
            account_id,
            accounts=self.accounts,
            policies=self.policies,
            books=self.books,
            clock=self.clock,
            at_once=at_once,
        )

    def balance(self, unit: str = "credits") -> Balance:
        return read_balance("acme", unit, books=self.books, clock=self.clock, renew=self.renew)

    def lots(self) -> list[tuple[str, int]]:
        return [(lot.kind, lot.remaining) for lot in self.balance().lots]

    def burn(self, credits: int) -> Burned:
        self.keys += 1
        request = BurnRequest(credits=credits)
        return consume("acme", f"key-{self.keys}", request, books=self.books, clock=self.clock, renew=self.renew)

    def burned_kinds(self, credits: int) -> list[tuple[str, int]]:
        drawn = self.burn(credits).draws
        self.balance()  # journals the grants that a crash left in the book
        kinds = {entry.lot.lot_id: entry.lot.kind for entry in self.books.ledger.values() if entry.lot}
        return [(kinds[draw.lot_id], draw.credits) for draw in drawn]

    def entries(self) -> list[tuple[str, int]]:
        page = list_entries("acme", "credits", 100, None, books=self.books, clock=self.clock, renew=self.renew)
        assert page.next_cursor is None
        return [(entry.kind, entry.credits) for entry in reversed(page.entries)]

    def granted(self) -> list[tuple[str, int]]:
        return [entry for entry in self.entries() if entry[0] == "granted"]

    def buy(self, credits: int = 50, expires_at: int | None = None) -> None:
        now = self.clock.now()
        rank = self.policies.newest("shop").policy.rank("purchased")  # type: ignore[union-attr]
        lot = Lot(f"lot_bought_{now}", "credits", "purchased", credits, rank, now, expires_at, now)
        grant_lot("acme", lot, books=self.books, clock=self.clock)

    def check_sum(self) -> None:
        found = self.balance()
        owned = found.available + found.held + found.frozen - found.shortfall
        assert sum(credits for _, credits in self.entries()) == owned


# --- opening ---------------------------------------------------------------------------------------------------------


def test_is_40_is_44_a_new_account_has_the_lots_of_its_first_period() -> None:
    world = World()
    world.clock.instant += 789  # milliseconds: accounts and lots are dated in whole seconds
    opened = world.open()
    assert opened.created
    assert world.lots() == [("free", 10), ("plan", 100)]
    assert opened.account.anchor == opened.account.created_at == at("2026-01-15T10:00:00")
    assert (opened.account.plan_billing, opened.account.currency) == ("external", "usd")


def test_an_account_without_a_plan_starts_on_the_policys_starting_plan_in_its_regions_currency() -> None:
    world = World()
    account = world.open(plan_id=None, region="IN").account
    assert (account.plan_id, account.plan_billing, account.currency) == ("free", "none", "inr")
    assert world.lots() == [("free", 10)]


def test_the_same_request_again_is_the_same_account_and_grants_nothing_more() -> None:
    world = World()
    first = world.open()
    world.clock.set("2026-01-15T10:00:59")
    again = world.open()
    assert (again.created, again.account) == (False, first.account)
    assert world.lots() == [("free", 10), ("plan", 100)]


@pytest.mark.parametrize(
    "changes", [{"plan_id": "annual"}, {"region": "DE"}, {"email": "c@d.example"}, {"time_zone": "Asia/Tokyo"}]
)
def test_another_request_for_a_taken_id_is_refused_and_changes_nothing(changes: dict[str, str]) -> None:
    world = World()
    account = world.open().account
    with pytest.raises(AccountExists):
        world.open(**changes)
    assert world.accounts.get("acme") == account


@pytest.mark.parametrize(
    ("changes", "refusal", "field"),
    [
        ({"policy_id": "nowhere"}, InvalidRequest, "policy_id"),
        ({"time_zone": "Mars/Olympus"}, InvalidRequest, "time_zone"),
        ({"time_zone": "localtime"}, InvalidRequest, "time_zone"),
        ({"plan_id": "gold"}, UnknownPlan, None),
    ],
)
def test_a_request_that_names_what_does_not_exist_opens_nothing(
    changes: dict[str, str], refusal: type[Exception], field: str | None
) -> None:
    world = World()
    with pytest.raises(refusal) as refused:
        world.open(**changes)
    if field:
        assert refused.value.data["errors"][0]["field"] == field  # type: ignore[attr-defined]
    assert world.accounts.get("acme") is None
    assert world.books.books == {}


def test_every_unit_of_the_policy_has_its_book_from_the_start() -> None:
    world = World(a_policy(units=("credits", "data_transfer_mb")))
    world.open()
    assert set(world.books.books) == {("acme", "credits"), ("acme", "data_transfer_mb")}
    assert world.balance("data_transfer_mb").available == 0
    assert world.books.books["acme", "data_transfer_mb"].renews_at == instants.FAR_FUTURE


REQUEST = OpenAccount("acme", "shop", "US", "a@b.example", "monthly")


def crash(_: str) -> None:
    raise Crash


def test_d_05_an_account_whose_opening_crashed_gets_its_period_with_the_first_burn() -> None:
    """D5: the account is there, its credits were never granted."""
    world = World()
    with pytest.raises(Crash):
        world.send(REQUEST, crash)
    assert world.burned_kinds(11) == [("free", 10), ("plan", 1)]


def test_d_05_an_account_whose_opening_crashed_gets_its_period_even_if_a_payment_comes_first() -> None:
    """D5: the first to come is a webhook, which knows nothing of periods."""
    world = World()
    with pytest.raises(Crash):
        world.send(REQUEST, crash)
    world.buy(50)
    assert world.lots() == [("free", 10), ("plan", 100), ("purchased", 50)]


def test_d_05_an_opening_that_crashed_before_the_account_was_written_left_no_account() -> None:
    """D5: only the book was made; the same request, or another one for that id, opens the account as if new."""
    world = World()

    def no_store(_: Account) -> None:
        raise Crash

    world.accounts.create = no_store  # type: ignore[method-assign, assignment]
    with pytest.raises(Crash):
        world.send(REQUEST, world.renew)
    del world.accounts.create
    with pytest.raises(AccountNotFound):
        world.burn(1)
    assert world.open(plan_id="free").created
    assert world.lots() == [("free", 10)]


def test_an_account_that_does_not_exist_is_not_renewed() -> None:
    with pytest.raises(AccountNotFound):
        World().renew("nobody")


# --- renewal by the clock ----------------------------------------------------------------------------------------------


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
    seen = []
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
    settle_book("acme", "credits", books=world.books, clock=world.clock)  # the fast clock journals, then is gone
    world.clock.instant -= 2 * instants.SECOND
    assert world.burned_kinds(11) == [("free", 10), ("plan", 1)]
    assert [entry for entry in world.entries() if entry == ("granted", 100)] == [("granted", 100)] * 2


# --- races and crashes ---------------------------------------------------------------------------------------------


def test_d_41_many_first_uses_open_one_book_and_grant_one_period() -> None:
    """D41: twelve workers meet an account that a crash left without books."""
    world = World()
    world.send(REQUEST, lambda _: None)
    world.books.books.clear()
    together(12, lambda number: burn_one(world, f"first-{number}"))
    assert world.granted() == [("granted", 10), ("granted", 100)]
    assert world.balance().available == 110 - 12
    world.check_sum()


def test_d_02_many_callers_renew_a_period_once() -> None:
    """D2, D26."""
    world = World()
    world.open()
    world.clock.set("2026-02-15T10:00:00")
    together(12, lambda _: world.renew())
    assert world.granted() == [("granted", 10), ("granted", 100)] * 2
    assert world.lots() == [("free", 10), ("plan", 100)]


def test_d_15_burns_that_race_with_a_renewal_never_draw_past_a_lot_that_comes_first() -> None:
    """D15, D26: free, then plan, then purchased, however burns and renewals mix; and nothing is lost."""
    world = World()
    world.open()
    world.buy(1_000)
    world.clock.set("2026-02-15T10:00:00")
    together(16, lambda number: burn_one(world, f"race-{number}", credits=5))
    assert world.lots() == [("plan", 30), ("purchased", 1_000)]
    world.check_sum()


def test_d_05_a_renewal_that_crashes_before_any_call_is_finished_by_the_next_burn() -> None:
    """D5, D20: the worker dies ahead of its first, second, ... last call to the store; the next comer finishes."""
    for fatal_call in range(1, 100):
        world = World()
        world.open()
        world.buy(1_000)
        world.clock.set("2026-02-15T10:00:00")
        calls = count(1)

        def dies(_operation: str, _about: str, calls: Iterator[int] = calls, fatal_call: int = fatal_call) -> None:
            if next(calls) == fatal_call:
                raise Crash

        world.books.before = dies
        crashed = False
        try:
            world.renew()
        except Crash:
            crashed = True
        world.books.before = None
        assert world.burned_kinds(111) == [("free", 10), ("plan", 100), ("purchased", 1)], f"before call {fatal_call}"
        assert world.granted() == [("granted", 10), ("granted", 100), ("granted", 1_000), *FIRST_PERIOD]
        world.check_sum()
        if not crashed:
            assert fatal_call > 10, "a renewal is more than ten calls"
            return
    raise AssertionError("the renewal does not end")


def test_a_book_is_never_open_with_only_half_of_a_periods_lots() -> None:
    """Looks at the book before every call of a renewal: free credits alone are never spendable."""
    seen: list[int] = []
    world = World()
    world.open()
    world.clock.set("2026-02-15T10:00:00")

    def look(_operation: str, _about: str) -> None:
        book = world.books.books["acme", "credits"]
        if book.until > world.clock.now():
            seen.append(book.available)

    world.books.before = look
    world.renew()
    assert set(seen) <= {110}


def test_a_burn_that_needs_more_than_the_new_period_has_is_refused_after_the_renewal() -> None:
    """IS-47 in a refusal: old credits do not help, new ones count in full."""
    world = World()
    world.open()
    world.clock.set("2026-02-15T10:00:00")
    with pytest.raises(InsufficientCredits) as refused:
        world.burn(111)
    assert refused.value.data == {"requested": 111, "available": 110}


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


def burn_one(world: World, key: str, credits: int = 1) -> Burned:
    return consume("acme", key, BurnRequest(credits=credits), books=world.books, clock=world.clock, renew=world.renew)


def together(workers: int, work) -> None:  # type: ignore[no-untyped-def]
    """All at once; whatever one of them raises is raised here."""
    barrier = Barrier(workers)

    def run(number: int) -> None:
        barrier.wait(10)
        work(number)

    with ThreadPoolExecutor(workers) as pool:
        for done in [pool.submit(run, number) for number in range(workers)]:
            done.result()
