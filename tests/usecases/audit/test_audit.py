"""The auditor finds what is wrong, and says what it is: each corruption that is seeded here is named as data (D37)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.credits import ledger
from lotbook.domain.credits.book import Book
from lotbook.domain.credits.hold_ids import hold_id_of
from lotbook.domain.credits.ledger import Draw, Entry, OpenHold
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack
from lotbook.domain.credits.requests import BurnRequest, HoldRequest, ResolveHold
from lotbook.domain.sales.purchase import Purchase, Settlement, lot_id_of, lots_of
from lotbook.domain.values.instants import DAY, FAR_FUTURE, HOUR
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.hold import hold
from lotbook.usecases.credits.lots import claw_back, grant_lot
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.resolve_hold import resolve_hold
from tests.audit import assert_explained, audited, auditing
from tests.fakes.accounts import ManualClock
from tests.fakes.books import FakeBooks
from tests.fakes.credit_desk import credit_desk
from tests.fakes.purchases import a_purchase

A, U = "acc", "credits"


class World:
    """An account that has had a little of everything."""

    def __init__(self) -> None:
        self.books, self.clock, self.prunes = FakeBooks(), ManualClock(), Prunes()
        self.start = self.clock.instant
        self.grant("a", 50, self.start + DAY)
        self.grant("b", 100)
        self.burn("k1", 10)
        self.burn("k2", 45)
        self.hold("h1", 20)
        self.hold("h2", 5)
        resolve_hold(
            A, ResolveHold(hold_id_of(A, ledger.burn_name("h1")), "c", 8, "x"), desk=credit_desk(self.books, self.clock)
        )
        claw_back(
            A,
            U,
            ClawBack("lot_b", "refund", 95),
            desk=credit_desk(self.books, self.clock),
        )
        self.burn_nothing_left("k3")
        self.purchase = replace(
            a_purchase(account_id=A, state="completed", credits=1_000),
            settlement=Settlement(self.start, None, None),
        )
        settlement = Settlement(self.start, lot_id_of(self.purchase, self.start), None)
        self.purchase = replace(self.purchase, settlement=settlement)
        for lot in lots_of(self.purchase, rank=3):
            grant_lot(A, lot, desk=credit_desk(self.books, self.clock))
        bring_up_to_date(A, U, desk=credit_desk(self.books, self.clock))
        self.burn("k4", 7)

    def burn_nothing_left(self, key: str) -> None:
        with pytest.raises(Exception, match="credits"):
            self.burn(key, 10_000)

    def grant(self, name: str, credits: int, expires_at: int | None = None) -> None:
        lot = Lot(f"lot_{name}", U, "plan", credits, 1, self.start, expires_at, self.start)
        grant_lot(A, lot, desk=credit_desk(self.books, self.clock))

    def burn(self, key: str, credits: int) -> None:
        consume(A, key, BurnRequest(credits), desk=credit_desk(self.books, self.clock, _none, prunes=self.prunes))

    def hold(self, key: str, credits: int) -> None:
        hold(A, key, HoldRequest(credits), desk=credit_desk(self.books, self.clock, _none, prunes=self.prunes))

    @property
    def book(self) -> Book:
        return self.books.books[A, U]

    @book.setter
    def book(self, book: Book) -> None:
        self.books.books[A, U] = book

    def entry(self, name: str) -> tuple[tuple[str, ...], Entry]:
        ((key, entry),) = ((key, entry) for key, entry in self.books.ledger.items() if key[-1] == name)
        return key, entry

    def change(self, name: str, **fields: Any) -> None:
        key, entry = self.entry(name)
        self.books.ledger[key] = replace(entry, **fields)

    def drop(self, name: str) -> None:
        del self.books.ledger[self.entry(name)[0]]

    def kinds(self) -> list[str]:
        found = audited(self.books, A, U, self.purchase, clock=self.clock)
        return [difference.kind for _, difference in found.differences]


def _none(account_id: str) -> None:
    """Nothing renews here."""


BURN = ledger.burn_name


def _lot_too_large(world: World) -> None:
    parts = [replace(part, end=part.end + 3) for part in world.book.tape]
    world.book = replace(world.book, tape=tuple(parts), available=world.book.available + 3)


def _a_second_entry_of_a_burn(world: World) -> None:
    key, entry = world.entry(BURN("k1"))
    world.books.ledger[*key[:-1], BURN("again")] = replace(entry, name=BURN("again"))


def _a_used_entry_from_elsewhere(world: World) -> None:
    _, entry = world.entry(BURN("k4"))
    stray = replace(entry, name=BURN("stray"), before=entry.before)
    world.books.ledger[A, U, "lot#lot_a#stray"] = replace(stray, name="lot#lot_a#stray", kind="expired", credits=-7)


def _hold_forgotten(world: World) -> None:
    world.book = replace(world.book, holds={})


def _hold_open_again(world: World) -> None:
    world.book = replace(world.book, holds=dict(world.book.holds) | {BURN("h1"): OpenHold(FAR_FUTURE, 20)})


def _hold_that_never_was(world: World) -> None:
    world.book = replace(world.book, holds=dict(world.book.holds) | {BURN("h9"): OpenHold(FAR_FUTURE, 1)})


def _burn_after_death(world: World) -> None:
    _, granted = world.entry("lot#lot_a")
    assert granted.lot
    world.change("lot#lot_a", lot=replace(granted.lot, expires_at=world.start))


def _purchase_of_another_size(world: World) -> None:
    world.purchase = replace(world.purchase, credits=999)


def _purchase_forgotten(world: World) -> None:
    world.purchase = a_purchase(account_id=A, purchase_id="pur_0000000000bbbbbbbbbbbbbbbb")


def _purchase_never_granted(world: World) -> None:
    settlement = world.purchase.settlement
    assert settlement
    world.purchase = replace(world.purchase, settlement=replace(settlement, lot_id="lot_other"))


def _taken_without_refund(world: World) -> None:
    lot_id = world.purchase.lot_id or ""
    claw_back(
        A,
        U,
        ClawBack(lot_id, "who knows", 10),
        desk=credit_desk(world.books, world.clock),
    )
    world.clock.instant += 2 * HOUR


CORRUPTIONS: dict[str, tuple[Callable[[World], None], str]] = {
    "a lost entry": (lambda world: world.drop(BURN("k2")), "entry_missing"),
    "a lost grant": (lambda world: world.drop("lot#lot_b"), "entry_missing"),
    "a lost return of a hold": (lambda world: world.drop(f"ret#{BURN('h1')}"), "entry_missing"),
    "a doubled draw": (
        lambda world: world.change(BURN("k1"), draws=(Draw("lot_a", 10), Draw("lot_a", 10))),
        "entry_draws",
    ),
    "a burn that drew another lot": (
        lambda world: world.change(BURN("k1"), draws=(Draw("lot_b", 10),)),
        "lot",
    ),
    "a burn that says other credits": (lambda world: world.change(BURN("k1"), credits=-9), "entry_credits"),
    "lines of a batch that are not what it burned": (
        lambda world: world.change(BURN("k1"), digest=f"{'d' * 12}line", lines="[[4,5]]"),
        "entry_lines",
    ),
    "lines that stand nowhere": (
        lambda world: world.change(BURN("k1"), digest=f"{'d' * 12}line", lines="#nowhere"),
        "entry_lines",
    ),
    "a lot larger than it was granted": (_lot_too_large, "lot"),
    "a grant larger than its lot": (lambda world: world.change("lot#lot_b", credits=200), "entry_credits"),
    "an entry twice": (_a_second_entry_of_a_burn, "none: it is nobody's link"),
    "an expiry that nobody linked": (_a_used_entry_from_elsewhere, "entry_not_in_chain"),
    "available that is not the tape": (
        lambda world: setattr(world, "book", replace(world.book, available=world.book.available + 1)),
        "available",
    ),
    "a shortfall forgotten": (lambda world: setattr(world, "book", replace(world.book, debt=5)), "shortfall"),
    "a shortfall paid twice": (
        lambda world: world.change(f"lot#{world.purchase.lot_id}", paid=100),
        "shortfall",
    ),
    "a hold that vanished": (_hold_forgotten, "hold_lost"),
    "a hold open after its capture": (_hold_open_again, "hold_open"),
    "a hold that never was": (_hold_that_never_was, "hold_without_entry"),
    "a capture of more than was held": (
        lambda world: world.change(f"res#{BURN('h1')}", requested=9, credits=-9, draws=(Draw("lot_b", 9),)),
        "hold_split",
    ),
    "credits drawn from a dead lot": (_burn_after_death, "drawn_outside_its_time"),
    "a completed purchase without its lot": (_purchase_never_granted, "purchase_without_lot"),
    "a lot of a purchase that is not there": (_purchase_forgotten, "lot_without_purchase"),
    "a purchase of other credits than its lot": (_purchase_of_another_size, "purchase_and_lot"),
    "a completed purchase without a settlement": (
        lambda world: setattr(world, "purchase", replace(world.purchase, settlement=None)),
        "completed_without_settlement",
    ),
    "credits taken back without a refund": (_taken_without_refund, "taken_back_without_refund"),
}


def test_d37_an_account_that_had_a_little_of_everything_is_explained() -> None:
    """D37: grants, burns, holds, a shortfall, a purchase, a receipt still pending: all of it adds up."""
    world = World()
    assert world.book.receipts, "something is to be pending"
    assert world.kinds() == []
    assert_explained_with_purchase(world)


def test_d37_a_void_of_bought_credits_is_an_operators_word_and_no_disagreement_and_a_changed_one_is_found() -> None:
    world = World()
    claim = ClawBack(world.purchase.lot_id or "", "voided.k", 10, unused_only=True)
    assert claw_back(A, U, claim, desk=credit_desk(world.books, world.clock)).removed == 10
    world.clock.instant += 2 * HOUR
    assert world.kinds() == []
    world.change(claim.order_id, requested=10)
    assert "entry_draws" in world.kinds()


def assert_explained_with_purchase(world: World) -> None:
    found = audited(world.books, A, U, world.purchase, clock=world.clock)
    assert (found.books, found.purchases, found.finished) == (1, 1, True)
    assert found.entries >= 11


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_d37_the_auditor_names_every_corruption(name: str) -> None:
    """D37, D33: drift between stored figures and the ledger is found, and the finding says what it is about."""
    corrupt, kind = CORRUPTIONS[name]
    world = World()
    corrupt(world)
    kinds = world.kinds()
    if kind.startswith("none"):
        assert kinds == [], "an entry that no chain and no lot names is dead data: it is in no figure"
    else:
        assert kind in kinds


def test_d37_the_first_difference_is_the_earliest() -> None:
    """D37: of two corrupted entries the older one is named first, with its place in the ledger."""
    world = World()
    world.change(BURN("k4"), credits=-1)
    world.change(BURN("k1"), credits=-1)
    found = audited(world.books, A, U, world.purchase, clock=world.clock)
    assert found.first is not None
    unit, first = found.first
    assert (unit, first.kind, first.subject) == (U, "entry_credits", BURN("k1"))
    assert first.seq == world.entry(BURN("k1"))[1].seq
    assert (first.expected, first.found) == (-10, -1)


def test_d37_a_pending_receipt_whose_entry_is_lost_is_settled_again_not_reported() -> None:
    """A crash before the put: the receipt explains the position, whoever comes next writes the entry."""
    world = World()
    world.drop(BURN("k4"))
    assert world.kinds() == []
    bring_up_to_date(A, U, desk=credit_desk(world.books, world.clock))
    assert world.entry(BURN("k4"))[1].requested == 7
    assert world.kinds() == []


def test_d37_a_change_under_way_is_no_difference() -> None:
    """A burn between two of the auditor's own reads: another look explains it."""
    world = World()
    ports = auditing(world.books, world.purchase, clock=world.clock)
    real = world.books.get
    burned: list[str] = []

    def late(account_id: str, unit: str) -> Book | None:
        book = real(account_id, unit)
        if not burned:
            burned.append("once")
            world.burn("between", 3)
            bring_up_to_date(A, U, desk=credit_desk(world.books, world.clock))
        return book

    world.books.get = late  # type: ignore[method-assign]
    from lotbook.usecases.audit.audit_account import audit_account

    assert audit_account(A, [U], auditing=ports).first is None
    assert burned


def test_the_helper_of_other_tests_fails_when_it_should() -> None:
    """`assert_explained` is the last line of races and simulations: it must be able to fail."""
    books = World().books
    books.books[A, U] = replace(books.books[A, U], debt=1)
    with pytest.raises(AssertionError, match="shortfall"):
        assert_explained(books)


def test_d37_purchases_of_other_states_need_no_lot() -> None:
    """A pending purchase has no lot yet, and a settled payment may be granted before it is completed."""
    world = World()
    pending: Purchase = a_purchase(account_id=A, purchase_id="pur_0000000000cccccccccccccccc")
    found = audited(world.books, A, U, world.purchase, pending, clock=world.clock)
    assert found.first is None
    early = replace(world.purchase, state="processing")
    assert audited(world.books, A, U, early, clock=world.clock).first is None
