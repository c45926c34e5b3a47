"""What an account owes is paid by the credits of its periods, whether or not anybody looked into them (decisions/0090)."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress
from itertools import count

import pytest

from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack, Freeze
from lotbook.domain.credits.requests import HoldRequest
from lotbook.domain.values import instants
from lotbook.domain.values.errors import InsufficientCredits, Unavailable
from lotbook.ports.shop import DueItem
from lotbook.usecases.accounts import renew_account as module
from lotbook.usecases.credits.expiry import books_due, bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import claw_back, freeze_lot, grant_lot
from lotbook.usecases.credits.resolve_hold import lapse
from tests.fakes.accounts import a_policy, at
from tests.fakes.credit_desk import credit_desk
from tests.fakes.deployment import Crash, World
from tests.fakes.sweeps import FakeDue


class Debtor(World):
    """An account with ten free credits a month, that buys, burns, and gets its money back."""

    def __init__(self, free: int = 10) -> None:
        super().__init__(a_policy(free_credits=free))
        self.open("free")
        self.made = 0

    @property
    def desk(self):  # type: ignore[no-untyped-def]
        return credit_desk(self.books, self.clock, self.renew)

    def bring(self, credits: int, ends_in_days: int | None = None) -> str:
        self.made += 1
        now = instants.cut_to_second(self.clock.now())
        ends = None if ends_in_days is None else now + ends_in_days * instants.DAY
        lot = Lot(f"lot_{self.made:03}", "credits", "purchased", credits, 3, now, ends, now)
        grant_lot("acme", lot, desk=self.desk)
        return lot.lot_id

    def take(self, lot_id: str, credits: int) -> None:
        self.made += 1
        claw_back("acme", "credits", ClawBack(lot_id, f"claw-{self.made}", credits), desk=self.desk)

    def owing(self, credits: int) -> None:
        """So many were bought and burned, and their money is back."""
        lot_id = self.bring(credits)
        self.burn(credits + self.free_left())
        self.take(lot_id, credits)
        assert self.books.books["acme", "credits"].debt == credits

    def free_left(self) -> int:
        return sum(lot.remaining for lot in self.balance().lots if lot.kind == "free")

    def standing(self) -> tuple[int, int, list[tuple[str, int]]]:
        found = self.balance()
        self.check_sum()
        return found.available, found.shortfall, [(lot.lot_id, lot.remaining) for lot in found.lots]

    def look_again_and_again_until(self, instant: int) -> None:
        while self.clock.now() < instant:
            self.clock.instant = min(self.clock.instant + 3 * instants.DAY, instant)
            self.schedule()

    def schedule(self) -> None:
        """What `functions/expire` does for this account."""
        self.renew()
        bring_up_to_date("acme", "credits", desk=self.desk)


def test_x_10_free_credits_of_a_year_that_nobody_looked_into_pay_a_debt_month_by_month() -> None:
    """The finding: a debt of 20 was paid by ten, once. In two months it is gone, and the third brings ten whole credits."""
    world = Debtor()
    world.owing(20)
    world.clock.set("2027-01-20T00:00:00")
    assert world.standing()[:2] == (10, 0)
    paid = [entry for entry in world.books.ledger.values() if entry.kind == "granted" and entry.paid]
    assert [(entry.at, entry.paid) for entry in paid] == [
        (at("2026-02-15T10:00:00"), 10),
        (at("2026-03-15T10:00:00"), 10),
    ]


def test_x_10_a_debt_larger_than_all_the_free_credits_shrinks_by_every_month() -> None:
    world = Debtor()
    world.owing(1_000)
    world.clock.set("2027-01-20T00:00:00")
    assert world.standing()[:2] == (0, 1_000 - 12 * 10)


def test_x_10_without_a_debt_the_months_are_skipped_as_before() -> None:
    world = Debtor()
    world.clock.set("2027-01-20T00:00:00")
    assert world.granted() == [("granted", 10)] * 2


def test_x_10_a_debt_that_is_made_now_is_not_paid_by_months_that_ended_before_it() -> None:
    world = Debtor()
    lot_id = world.bring(20)
    world.burn(30)
    world.clock.set("2027-01-20T00:00:00")
    world.take(lot_id, 20)
    assert world.standing()[:2] == (10, 20)


def test_x_10_credits_that_come_now_pay_only_what_the_months_before_have_left() -> None:
    world = Debtor()
    world.owing(25)
    world.clock.set("2026-03-20T00:00:00")
    lot_id = world.bring(50)
    assert world.standing() == (45, 0, [(lot_id, 45)])


def test_x_10_a_plan_that_changes_takes_no_month_of_the_old_one_away() -> None:
    """The months before were those of the plan before: they have paid before the account is on another."""
    from lotbook.domain.sales.items import TopUpItem
    from lotbook.usecases.money_back.follow_money_back import follow_money_back
    from tests.fakes.plans import PlanDesk, termed

    ends = []
    for looks in (True, False):
        desk = PlanDesk(termed(free=10))
        desk.renew()
        bought = desk.buy(TopUpItem(1_000), key="top-up").purchase
        desk.pay(bought)
        desk.settle(bought)
        desk.burn(desk.available())
        desk.gateway.send_back(f"pi_{bought.gateway_refs.checkout_session}")
        follow_money_back("acme", bought.purchase_id, desk=desk.sales)
        for month in ("2026-02", "2026-03", "2026-04", "2026-05"):
            desk.clock.set(f"{month}-20T00:00:00")
            if looks:
                desk.renew()
        desk.bought("pro")
        desk.check()
        ends.append((desk.shortfall(), desk.lots()))
    assert ends[0] == ends[1]
    assert ends[0][0] < 1_000 - 100 - 10


def _by_the_schedule_of_books(world: Debtor) -> None:
    work = books_due(due=FakeDue(lambda _: [DueItem("acme", "credits", 0)]), desk=world.desk)
    for item in work.items:
        work.settle(item)


def _by_the_schedule_of_holds(world: Debtor) -> None:
    (held,) = [entry.name for entry in world.books.ledger.values() if entry.kind == "held"]
    lapse("acme", held, desk=world.desk)


@pytest.mark.parametrize("day", ["2026-02-20", "2026-03-20"])
@pytest.mark.parametrize("look", [_by_the_schedule_of_books, _by_the_schedule_of_holds, Debtor.standing])
def test_x_10_a_hold_that_lapsed_after_a_period_began_pays_after_it(look: Callable[[Debtor], object], day: str) -> None:
    """Owed 10; on 15 February ten free credits come and pay it; on the 18th ten held ones come back, and are whole."""
    world = Debtor()
    world.burn(10)
    world.clock.set("2026-02-12T00:00:00")
    world.bring(10)
    hold("acme", "h", HoldRequest(credits=10, ttl_seconds=6 * 86_400), desk=world.desk)
    lot_id = world.bring(10)
    world.burn(10)
    world.take(lot_id, 10)
    world.clock.set(f"{day}T00:00:00")
    look(world)
    assert world.lots() == ([("free", 10)] if day == "2026-03-20" else []) + [("purchased", 10)]
    assert world.standing()[1] == 0


def test_x_10_what_was_asked_before_the_months_is_done_before_them() -> None:
    """The worker that wanted credits back died after it had asked the book; then nobody looked for a year."""
    world = Debtor()
    lot_id = world.bring(20)
    world.burn(30)
    asked = ClawBack(lot_id, "claw", 20, granted=20)
    assert world.books.ask("acme", "credits", asked, world.clock.now()).done
    world.clock.set("2027-01-20T00:00:00")
    assert world.standing()[:2] == (10, 0)


def test_x_10_one_call_makes_up_for_so_many_months_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_PERIODS_PAID", 5)
    world = Debtor()
    world.owing(1_000)
    world.clock.set("2027-01-20T00:00:00")
    for _ in range(2):
        with pytest.raises(Unavailable):
            world.renew()
    assert world.standing()[:2] == (0, 1_000 - 12 * 10)


@pytest.mark.slow
def test_d_05_a_renewal_of_many_months_that_crashes_before_any_call_is_finished_by_the_next() -> None:
    for fatal_call in range(1, 500):
        world = Debtor()
        world.owing(25)
        world.clock.set("2026-06-20T00:00:00")
        world.books.before = _dies_at(fatal_call)
        crashed = False
        try:
            world.renew()
        except Crash:
            crashed = True
        world.books.before = None
        assert world.standing()[:2] == (10, 0), f"before call {fatal_call}"
        if not crashed:
            assert fatal_call > 20
            return
    raise AssertionError("the renewal does not end")


def _dies_at(fatal_call: int) -> Callable[[str, str], None]:
    calls = count(1)

    def dies(_operation: str, _about: str) -> None:
        if next(calls) == fatal_call:
            raise Crash

    return dies


def _history(seed: int, *, looks: bool) -> tuple[object, ...]:
    """One random history of some months; with `looks`, a schedule runs every three days, else nobody comes between the steps.

    Without holds: when the credits of one that lapsed are back, before the next refusal or look, is no promise.
    """
    chance = random.Random(seed)
    world = Debtor(chance.choice([0, 3, 10, 40]))
    lots = [world.bring(chance.randint(1, 60))]
    for step in range(12):
        instant = world.clock.now() + chance.randint(0, 70) * instants.DAY + chance.randint(0, 80_000) * instants.SECOND
        if looks:
            world.look_again_and_again_until(instant)
        world.clock.instant = instant
        credits = chance.randint(1, 60)
        match chance.choice(["bring", "burn", "burn", "take", "take", "freeze"]):
            case "bring":
                lots.append(world.bring(credits, chance.choice([None, 20, 100])))
            case "burn":
                _try(lambda credits=credits: world.burn(credits))  # type: ignore[misc]
            case "take":
                world.take(chance.choice(lots), credits)
            case "freeze":
                freeze_lot("acme", "credits", Freeze(chance.choice(lots), f"d{step}"), desk=world.desk)
    return world.standing()


def _try(burn: Callable[[], object]) -> None:
    with suppress(InsufficientCredits):
        burn()


@pytest.mark.slow
@pytest.mark.parametrize("seeds", [range(30), pytest.param(range(30, 600), marks=pytest.mark.soak)], ids=str)
def test_x_10_a_balance_does_not_depend_on_whether_a_schedule_ran(seeds: range) -> None:
    """Random histories, each with a schedule that runs every three days and with none."""
    for seed in seeds:
        assert _history(seed, looks=True) == _history(seed, looks=False), seed
