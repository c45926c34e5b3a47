"""Purchases and their lots, from an account's mark on: what is new, what waited, whose lots moved, and the whole (D1, D10, D38)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from lotbook.domain.audit.marks import ROTATION
from lotbook.domain.credits.ledger import Draw, Entry, Pointer
from lotbook.domain.credits.lots import Lot
from lotbook.domain.sales.purchase import lots_of
from lotbook.domain.values.instants import DAY
from lotbook.usecases.audit.audit_new import audit_new
from tests.audit import FakeAudits, auditing
from tests.fakes.long_ledger import A, LongLedger, U
from tests.fakes.purchases import a_purchase
from tests.usecases.audit.test_audit import CORRUPTIONS, World
from tests.usecases.audit.test_audit_new import kinds, look, next_day

OF_PURCHASES = {name: case for name, case in CORRUPTIONS.items() if "purchase" in name or "refund" in name}


def audited_after(corrupt: Callable[[World], None], *, days: int) -> list[str]:
    """What is found of a purchase that was new after the first audit."""
    world = World()
    audits = FakeAudits(world.books)
    for _ in range(days):
        found = audited_with(world, audits)
        assert found == []
        world.clock.instant += DAY
    corrupt(world)
    return audited_with(world, audits)


def audited_with(world: World, audits: FakeAudits) -> list[str]:
    ports = replace(auditing(world.books, world.purchase, clock=world.clock), audits=audits)
    return kinds(audit_new(A, [U], auditing=ports, has_time=lambda: True).audited)


@pytest.mark.parametrize("name", OF_PURCHASES)
def test_d1_d10_whatever_differs_between_purchases_and_lots_is_found_by_the_whole(name: str) -> None:
    corrupt, kind = OF_PURCHASES[name]
    assert kind in audited_after(corrupt, days=0)
    assert kind in audited_after(lambda world: (corrupt(world), later(world))[0], days=1)  # type: ignore[func-returns-value]


def later(world: World) -> None:
    world.clock.instant += ROTATION


def test_d38_credits_taken_back_without_a_refund_are_found_the_next_day() -> None:
    """The claw-back is a new entry of a purchased lot: its purchase is asked, and the whole confirms it."""
    corrupt, kind = CORRUPTIONS["credits taken back without a refund"]
    assert audited_after(corrupt, days=1) == [kind]


def test_d6_a_purchase_that_waited_and_is_settled_without_its_lot_is_found_the_next_day() -> None:
    """Nothing of it is new in the ledger: the mark has kept that it waited."""
    ledger, settled = LongLedger(5), World().purchase
    settled = replace(settled, created_at=ledger.start - DAY)
    waiting = a_purchase(account_id=A, purchase_id=settled.purchase_id, created_at=settled.created_at)
    ports = replace(ledger.ports, purchases=auditing(ledger.books, waiting).purchases)
    assert kinds(audit_new(A, [U], auditing=ports, has_time=lambda: True).audited) == []
    next_day(ledger)
    ports = replace(ledger.ports, purchases=auditing(ledger.books, settled).purchases)
    assert kinds(audit_new(A, [U], auditing=ports, has_time=lambda: True).audited) == ["purchase_without_lot"]


def unjournaled(ledger: LongLedger, purchase_id: str) -> Entry:
    """A purchased lot that a turn has laid, and that is not in the ledger yet."""
    ledger.grant(Lot("lot_p", U, "purchased", 7, 3, ledger.start, None, ledger.start, purchase_id=purchase_id))
    entry = ledger.books.ledger.pop((A, U, "lot#lot_p"))
    ledger.books.books[A, U] = replace(ledger.book, outcomes={entry.name: entry})
    return entry


def test_d1_a_lot_that_lies_in_the_book_alone_is_there_for_its_purchase() -> None:
    """A worker died between its turn and the ledger: the lot is spendable, and its purchase is no difference."""
    settled = World().purchase
    settled = replace(settled, created_at=settled.created_at, credits=7)
    ledger = LongLedger(5)
    unjournaled(ledger, settled.purchase_id)
    lot = replace(lots_of(settled, rank=0)[0], effective_at=ledger.start, created_at=ledger.start)
    entry = next(iter(ledger.book.outcomes.values()))
    named = replace(entry, name=f"lot#{lot.lot_id}", lot=lot, draws=(Draw(lot.lot_id, 7),))
    head, tape = (
        Pointer(named.name, named.seq),
        (*ledger.book.tape[:-1], replace(ledger.book.tape[-1], lot_id=lot.lot_id)),
    )
    ledger.books.books[A, U] = replace(ledger.book, outcomes={named.name: named}, head=head, tape=tape)
    bought = replace(settled, settlement=replace(settled.settlement, at=ledger.start))  # type: ignore[type-var]
    ports = replace(ledger.ports, purchases=auditing(ledger.books, bought).purchases)
    assert kinds(audit_new(A, [U], auditing=ports, has_time=lambda: True).audited) == []


def test_d10_a_lot_that_is_journaled_late_is_held_against_its_purchase_then() -> None:
    """Its link was audited before its entry was there: the entry is new when it is read."""
    ledger = LongLedger(5)
    look(ledger)
    next_day(ledger)
    entry = unjournaled(ledger, "pur_none")
    assert look(ledger) == []
    next_day(ledger)
    ledger.books.ledger[A, U, entry.name] = entry
    ledger.books.books[A, U] = replace(ledger.book, outcomes={})
    assert look(ledger) == ["lot_without_purchase"]


def test_d10_a_lot_of_a_purchase_that_is_not_there_is_found_the_next_day() -> None:
    ledger = LongLedger(5)
    look(ledger)
    next_day(ledger)
    lot = Lot("lot_p", U, "purchased", 7, 1, ledger.start, None, ledger.start, purchase_id="pur_none")
    ledger.grant(lot)
    assert look(ledger) == ["lot_without_purchase"]
