"""Lots that die at one instant: what that costs, who reads it, and who takes it out of the book (decision 188)."""

from __future__ import annotations

from lotbook.adapters.dynamo import keys
from lotbook.adapters.dynamo.table import Table, from_item, to_item
from lotbook.domain.credits.ledger import expired_name, together_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import ClawBack
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.domain.values import ids
from lotbook.domain.values.instants import DAY, SECOND
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.lots import claw_back
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.statement import list_entries
from tests.audit import assert_explained
from tests.contracts.growing import grant_at_once
from tests.contracts.test_book_counts import NOW, A, U, World, world
from tests.fakes.credit_desk import credit_desk

__all__ = ["world"]
END = NOW + DAY


def lot_id(number: int) -> str:
    return ids.derived("lot", NOW - number * DAY, str(number))


def with_dying(world: World, number: int) -> None:
    """So many lots that die at END, beside one that does not; they were granted in one turn, on as many days."""
    made = [Lot(lot_id(each), U, "purchased", 1_000 + each, 3, NOW, END, NOW) for each in range(number)]
    grant_at_once(world, [*made, Lot(ids.derived("lot", NOW, "stays"), U, "purchased", 1_000, 3, NOW, None, NOW)])


def turn(world: World) -> None:
    bring_up_to_date(A, U, desk=credit_desk(world.books, world, prunes=world.prunes))


def explained(world: World) -> None:
    assert_explained(Table(world.meter.client, "lotbook"), A)


def died(world: World, number: int = 5) -> None:
    with_dying(world, number)
    world.at = END
    turn(world)


def test_the_next_burn_of_the_worker_takes_it_out_of_the_book_for_nothing(world: World) -> None:
    died(world)
    world.at += 2 * SECOND
    assert world.cost(lambda: world.burn("k")) == (2, 2, 0)
    assert world.cost(lambda: world.burn("j")) == (2, 2, 0)
    book = world.books.get(A, U)
    assert book
    assert (book.outcomes, len(book.receipts)) == ({}, 1)
    explained(world)


def test_a_burn_of_another_worker_takes_it_out_once_and_burns_as_ever_then(world: World) -> None:
    died(world)
    world.at += 2 * SECOND
    world.prunes = Prunes()
    assert world.cost(lambda: world.burn("k")) == (4, 3, 1)
    assert world.cost(lambda: world.burn("j")) == (2, 2, 0)
    book = world.books.get(A, U)
    assert book
    assert not book.outcomes


def test_a_reader_takes_it_out_once(world: World) -> None:
    died(world)
    world.at += 2 * SECOND

    def reads() -> None:
        read_balance(A, U, desk=credit_desk(world.books, world, world.renew))

    reads()  # and reads the lot that stays
    assert world.cost(reads) == (1, 0, 1)


def test_a_worker_that_dies_before_it_journals_is_made_up_for_by_whoever_comes(world: World) -> None:
    """Seen failing where a burn took the outcome out without a look at the ledger."""
    with_dying(world, 5)
    world.at = END
    book = world.books.get(A, U)
    assert book
    laid = lay(U, book, Journaled(), END)
    assert world.books.swap(A, U, book, laid).done
    world.at += 2 * SECOND
    world.burn("k")
    found = world.books.get(A, U)
    assert found
    assert not found.outcomes
    assert set(world.books.entries(A, U, laid.outcomes)) == set(laid.outcomes)
    explained(world)


def test_what_is_journaled_about_a_lot_has_its_share_alone(world: World) -> None:
    died(world)
    entries = world.books.entries_of_lots(A, U, [lot_id(3), lot_id(1)])
    said = {lot: [(each.kind, each.credits) for each in found] for lot, found in entries.items()}
    assert said == {lot_id(n): [("granted", 1_000 + n), ("expired", -1_000 - n)] for n in (1, 3)}


def test_a_claw_back_of_a_lot_that_died_with_others_makes_no_shortfall(world: World) -> None:
    """Or credits that died unused are owed, as if they had been burned."""
    died(world)
    claw_back(A, U, ClawBack(lot_id(2), "refund", 1_002), desk=credit_desk(world.books, world))
    book = world.books.get(A, U)
    assert book
    assert book.debt == 0
    explained(world)


def test_the_statement_has_one_line_and_adds_up(world: World) -> None:
    died(world)
    page = list_entries(A, U, 50, None, desk=credit_desk(world.books, world, world.renew))
    first = page.entries[0]
    assert (first.kind, first.credits, len(first.draws), first.available_after) == ("expired", -5_010, 5, 1_000)
    assert sum(entry.credits for entry in page.entries) == 1_000


def test_such_a_book_and_such_an_entry_have_a_number_of_their_own_and_others_the_first(world: World) -> None:
    """An older release refuses both: it would owe what died, and tell all of it of the first lot."""

    def number(key: dict[str, str]) -> str:
        item = world.meter.client.get_item(TableName="lotbook", Key=to_item(key))["Item"]
        return str(from_item(item)["f"])

    died(world)
    page = list_entries(A, U, 50, None, desk=credit_desk(world.books, world, world.renew))
    assert number(keys.book(A, U)) == "2"
    assert page.entries[0].name == together_name(END, page.entries[0].seq)
    assert number(keys.lot_ledger(A, U, page.entries[0].name)) == "2"
    assert number(keys.lot_ledger(A, U, page.entries[1].name)) == "1"
    world.burn("k")
    world.grant("b")
    assert number(keys.book(A, U)) == "2", "no burn and no turn takes it back"


def test_a_burn_that_is_refused_writes_no_second_time_into_such_a_book(world: World) -> None:
    """A part of a book goes into every format that this release reads: what refuses it once refuses it again."""
    died(world)
    for _ in range(2):  # the first one turns the book: it may hide credits
        cost = world.cost(lambda: world.burn("too much", credits=10_000))
    assert cost == (2, 1, 1)


def test_a_book_whose_lots_die_one_by_one_keeps_the_first_number(world: World) -> None:
    died(world, 2)
    item = world.meter.client.get_item(TableName="lotbook", Key=to_item(keys.book(A, U)))["Item"]
    assert from_item(item)["f"] == 1
    names = [expired_name(lot_id(n), seq) for n in range(2) for seq in range(9)]
    assert len(world.books.entries(A, U, names)) == 2
