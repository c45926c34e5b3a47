"""An account's own usage, read for advice: exact, bounded, and only what the policy's advice asks for (IS-11..19, DF-06)."""

from __future__ import annotations

import pytest

from lotbook.domain.advice.usage import KnownUsage
from lotbook.domain.credits.lots import Lot
from lotbook.domain.sales.items import CustomPaymentItem, TopUpItem
from lotbook.domain.values import ids, instants
from lotbook.ports.books import BookStore
from lotbook.usecases.accounts.load_account import load_account
from lotbook.usecases.credits import statement
from lotbook.usecases.credits.lots import grant_lot
from lotbook.usecases.sales import read_usage as module
from lotbook.usecases.sales.read_offers import read_offers
from lotbook.usecases.sales.read_usage import read_usage
from tests.fakes.credit_desk import credit_desk
from tests.fakes.deployment import World
from tests.fakes.purchases import FakePurchases, a_purchase
from tests.fakes.samples import member, published


class Counting:
    """A store that counts its calls."""

    def __init__(self, port: object) -> None:
        self.port, self.calls = port, 0

    def __getattr__(self, name: str) -> object:
        found = getattr(self.port, name)

        def counted(*arguments: object, **named: object) -> object:
            self.calls += 1
            return found(*arguments, **named)

        return counted


def world_on(policy: str, plan: str) -> World:
    world = World(published(policy).policy, start="2026-01-01T00:00:00")
    world.open(plan, policy_id=policy)
    return world


def buy(world: World, credits: int) -> None:
    """Purchased credits that never expire."""
    now = world.clock.now()
    lot = Lot(f"lot_bought_{now}", "credits", "purchased", credits, 3, now, None, now)
    grant_lot("acme", lot, desk=credit_desk(world.books, world.clock, world.renew))


def usage(world: World, purchases: FakePurchases | None = None, books: BookStore | None = None) -> KnownUsage:
    loaded = load_account("acme", accounts=world.accounts, policies=world.policies, clock=world.clock)
    return read_usage(
        loaded,
        desk=credit_desk(books or world.books, world.clock, world.renew),
        purchases=purchases or FakePurchases(),
    )


def test_is_19_the_allowance_burned_in_each_complete_period_is_exact() -> None:
    """Bought credits do not count, a month that nobody touched is nothing used, and the present one is not complete."""
    world = world_on("insurestack", "plus")  # 10 free + 30 of the plan
    world.burn(33)
    world.clock.set("2026-02-10T00:00:00")
    buy(world, 50)
    world.burn(70)
    world.clock.set("2026-04-05T00:00:00")
    world.burn(4)
    found = usage(world)
    assert (found.allowance, found.past) == (40, (33, 40, 0))
    assert found.present is not None
    assert (found.present.used, found.present.available, found.present.allowance_left) == (4, 20 + 36, 36)


def test_is_19_periods_of_an_earlier_plan_say_nothing_about_this_one() -> None:
    world = world_on("insurestack", "plus")
    assert usage(world).past == ()
    world.clock.set("2026-02-01T00:00:00")
    assert usage(world).past == (0,)
    world.clock.set("2026-06-15T00:00:00")
    assert usage(world).past == (0, 0, 0)


def test_is_19_steady_use_shows_in_the_offers_with_its_reason() -> None:
    world = world_on("insurestack", "plus")
    for month in ("01", "02", "03"):
        world.clock.set(f"2026-{month}-20T00:00:00")
        world.burn(35)
    world.clock.set("2026-04-01T00:00:00")
    assert [told.code for told in offered(world)] == ["steady_use"]
    world.clock.set("2026-05-01T00:00:00")  # April was quiet
    assert offered(world) == ()


def test_is_11_is_14_the_present_period_counts_what_was_burned_from_any_lot() -> None:
    world = world_on("insurestack", "plus")
    buy(world, 30)
    world.burn(60)
    world.clock.set("2026-01-16T12:00:00")
    (told,) = offered(world)
    assert (told.code, told.advice.credits) == ("running_short", 50)  # as much again, 10 are left
    world.clock.set("2026-01-30T12:00:00")
    assert offered(world) == ()  # 4 will be needed, 10 are left
    world.burn(10)
    (told,) = offered(world)
    assert (told.code, told.advice.credits) == ("before_reset", 4)


def test_bounds_past_a_named_number_of_entries_the_present_use_is_a_lower_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = world_on("insurestack", "plus")
    for _ in range(12):
        world.burn(1)
    monkeypatch.setattr(statement, "PAGE_ENTRIES", 2)
    found = usage(world).present
    assert found is not None
    assert found.used == 2 * module.MAX_PAGES


def test_bounds_a_policy_without_such_advice_costs_no_read_at_all() -> None:
    world = world_on("make", "core-10k")
    books = Counting(world.books)
    assert usage(world, books=books) == KnownUsage(10_000)  # type: ignore[arg-type]
    assert books.calls == 0


def test_df_06_top_ups_of_the_present_period_are_counted_and_nothing_else() -> None:
    world = world_on("diaflow", published("diaflow").policy.starting_plan_id)
    world.clock.set("2026-02-10T00:00:00")
    start = world.clock.now()
    store = FakePurchases()

    def row(number: int, at: int, state: str = "completed", item: object = TopUpItem(2_000)) -> None:
        made = a_purchase(
            purchase_id=ids.at_time("pur", at, number.to_bytes(10, "big")), created_at=at, state=state, item=item
        )
        store.rows["acme", made.purchase_id] = made

    row(1, start - 40 * instants.DAY)
    row(2, start, "pending")
    row(3, start, item=CustomPaymentItem(1, "x"))
    row(4, start)
    row(5, start, "refunded")
    assert usage(world, store).top_ups == 2
    row(6, start)
    row(7, start)
    assert usage(world, store).top_ups == 3  # enough to know
    assert [told.code for told in offered(world, store)] == ["frequent_purchases"]


def offered(world: World, purchases: FakePurchases | None = None):  # type: ignore[no-untyped-def]
    desk = credit_desk(world.books, world.clock, world.renew)
    loaded = load_account("acme", accounts=world.accounts, policies=world.policies, clock=world.clock)
    return read_offers(loaded, member("owner"), None, desk=desk, purchases=purchases or FakePurchases()).advice
