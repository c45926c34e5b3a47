"""An account that grows, and everything that is done with it, counted: calls, write units, read units. For the gate and the bench."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import astuple, dataclass, replace
from types import SimpleNamespace
from typing import Any

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.audits import DynamoAudits
from lotbook.adapters.dynamo.latches import DynamoLatches, DynamoNotices
from lotbook.adapters.dynamo.many_accounts import DynamoManyAccounts
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.statement import DynamoStatement
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.batches import lines_of_request
from lotbook.domain.credits.ledger import burn_name
from lotbook.domain.credits.lots import Lot
from lotbook.domain.credits.orders import Grant
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.credits.turn import Journaled, lay
from lotbook.domain.news.announcements import EntryWritten
from lotbook.domain.values import ids
from lotbook.domain.values.instants import DAY, SECOND
from lotbook.usecases.accounts.load_account import load_account
from lotbook.usecases.audit.audit_account import Auditing
from lotbook.usecases.audit.audit_new import audit_new
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.consume_lines import consume_lines
from lotbook.usecases.credits.desk import CreditDesk
from lotbook.usecases.credits.expiry import bring_up_to_date
from lotbook.usecases.credits.file_statement import file_statements
from lotbook.usecases.credits.order import open_book
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.credits.statement import export_entries, list_entries, pages
from lotbook.usecases.news.announce import Outlets
from lotbook.usecases.news.deliver_changes import deliver_changes
from lotbook.usecases.portal.overview import read_overview
from lotbook.usecases.portal.reading import read_once
from lotbook.usecases.portal.statement_pages import WantedEntries, read_as_of, read_page
from lotbook.usecases.sales.read_offers import read_offers
from tests.contracts.test_book_counts import NOW, A, U, World
from tests.fakes.accounts import an_account
from tests.fakes.credit_desk import credit_desk
from tests.fakes.outbox import RecordingBus
from tests.fakes.samples import published
from tests.functions.conftest import SERVICE

Counts = tuple[int, int, int]
Grown = Callable[[World, int], None]
PAGE, LINES = 50, 20
POLICY = "insurestack"
DIES_AT = NOW + DAY


def with_lots(world: World, number: int) -> None:
    """Granted in one turn: ninety turns of a growing book take moto ten seconds."""
    made = [Lot(ids.derived("lot", NOW + n, str(n)), U, "purchased", 1_000, 3, NOW, None, NOW) for n in range(number)]
    grant_at_once(world, made)


def with_dying(world: World, number: int) -> None:
    """The same of lots that die at one instant."""
    made = [Lot(ids.derived("lot", NOW - n, str(n)), U, "purchased", 9, 3, NOW, DIES_AT, NOW) for n in range(number)]
    grant_at_once(world, made)


def with_receipts(world: World, number: int) -> None:
    """Of workers that are gone."""
    world.grant()
    for each in range(number):
        desk = credit_desk(world.books, world, world.renew, prunes=Prunes())
        consume(A, f"gone-{each}", BurnRequest(1, actor="key_01jd0000000000"), desk=desk)
    world.at += 2 * SECOND


def with_history(world: World, number: int) -> None:
    """Filed by the stream."""
    world.grant()
    for each in range(number):
        world.burn(f"was-{each}")
    found = pages(A, U, None, number, desk=credit_desk(world.books, world))
    filed = [entry for page in found for entry in page.entries]
    assert not file_statements({(A, U): filed}, statement=DynamoStatement(_table(world)))


def with_neighbours(world: World, number: int) -> None:
    """Other accounts in the same table."""
    world.grant()
    for each in range(number):
        open_book(f"acc_{each}", U, desk=credit_desk(world.books, world))


@dataclass(frozen=True, slots=True)
class Costs:
    """What each costs on the same account, one after the other: reads first, then what writes.

    `balance`: cold, and warm. `page`, `offers`: of a process that has read a balance. `stream`: of one burn, to a process that knows
    nothing. `audit`: the first, which replays everything; `audit_step`: after one burn more.
    """

    balance: Counts
    balance_again: Counts
    page: Counts
    offers: Counts
    consume: Counts
    batch: Counts
    stream: Counts
    audit: Counts
    audit_step: Counts
    expire: Counts

    def rows(self) -> dict[str, Counts]:
        """By name, for a table."""
        return dict(zip(self.__slots__, astuple(self), strict=True))


def costs_of(world: World, grow: Callable[[World, int], None], number: int) -> Costs:
    """Of an account that has grown so."""
    open_account(world)
    grow(world, number)
    balance, again = (world.cost(lambda: reads_the_balance(world)) for _ in range(2))
    page, offers = world.cost(lambda: reads_a_page(world)), world.cost(lambda: reads_offers(world))
    burned, batch = world.cost(lambda: world.burn("k")), world.cost(lambda: burns_lines(world))
    stream = world.cost(lambda: follows_a_burn(world, "k"))
    audit = world.cost(lambda: audits(world))
    world.burn("j")
    step = world.cost(lambda: audits(world))
    return Costs(balance, again, page, offers, burned, batch, stream, audit, step, expires(world))


def of_dying(world: World, number: int) -> Counts:
    """The instant at which so many lots die."""
    with_dying(world, number)
    world.at = DIES_AT
    return world.cost(lambda: _turn(world))


def reads_the_balance(world: World) -> None:
    read_balance(A, U, desk=_desk(world))


def reads_a_page(world: World) -> None:
    list_entries(A, U, PAGE, None, desk=_desk(world))


def reads_offers(world: World) -> None:
    """As its route does, with the account and its policy."""
    table = _table(world)
    loaded = load_account(A, accounts=DynamoAccounts(table), policies=DynamoPolicies(table), clock=world)
    read_offers(loaded, SERVICE, None, desk=read_once(_desk(world)), purchases=DynamoPurchases(table))


def reads_the_overview(world: World) -> None:
    """The billing page's first page."""
    table = _table(world)
    loaded = load_account(A, accounts=DynamoAccounts(table), policies=DynamoPolicies(table), clock=world)
    read_overview(loaded, desk=_desk(world), purchases=DynamoPurchases(table))


def reads_the_statement_page(world: World) -> None:
    """The billing page's, with the balance as of now and the lots that its lines name."""
    desk = read_once(_desk(world))
    read_page(A, U, WantedEntries(), None, desk=desk)
    read_as_of(A, U, world.at, desk=desk)


def reads_the_file(world: World) -> None:
    """The statement as a file."""
    export_entries(A, U, None, desk=read_once(_desk(world)))


def burns_lines(world: World) -> None:
    """A batch under one key."""
    lines = tuple(BurnRequest(1, reference=f"job-{n}", actor="key_01jd0000000000") for n in range(LINES))
    consume_lines(A, "batch", lines_of_request(lines), desk=replace(_desk(world), prunes=world.prunes))


def follows_a_burn(world: World, key: str) -> None:
    """What the stream's function does with one burn; the bus is not the table's."""
    table, books = _table(world), world.books
    entry = books.entry(A, U, burn_name(key))
    assert entry
    world.meter.reset()
    queue: Any = SimpleNamespace(ask=lambda *_: None)
    outlets = Outlets(
        bus=RecordingBus(),
        latches=DynamoLatches(table),
        notices=DynamoNotices(table),
        accounts=DynamoAccounts(table),
        policies=DynamoPolicies(table),
        books=books,
        many=DynamoManyAccounts(table),
        clock=world,
        queue=queue,
    )
    assert deliver_changes({"1": EntryWritten(A, entry)}, statement=DynamoStatement(table), outlets=outlets) == {}


def audits(world: World) -> None:
    """From the mark on."""
    table = _table(world)
    audits, statement = DynamoAudits(table), DynamoStatement(table)
    auditing = Auditing(audits, world.books, DynamoPurchases(table), world, statement)
    found = audit_new(A, (U,), auditing=auditing, has_time=lambda: True).audited
    assert (found.differences, found.finished) == ((), True)


def expires(world: World) -> Counts:
    """One more lot, which dies."""
    lot = Lot(ids.derived("lot", NOW, "dies"), U, "promotional", 5, 9, NOW, DIES_AT, NOW)
    grant_at_once(world, [lot])
    world.at = DIES_AT
    return world.cost(lambda: _turn(world))


def grant_at_once(world: World, made: list[Lot]) -> None:
    """All of them in one turn, with their entries."""
    bring_up_to_date(A, U, desk=_desk(world))
    book = world.books.get(A, U)
    assert book
    laid = lay(U, replace(book, orders={order.order_id: order for order in map(Grant, made)}), Journaled(), world.at)
    for outcome in laid.outcomes.values():
        world.books.put_entry(A, outcome)
    assert world.books.swap(A, U, book, replace(laid, outcomes={})).done


def open_account(world: World) -> None:
    """An account around the book, on a policy whose advice looks at what was used."""
    table = Table(world.meter.client, "lotbook")
    DynamoPolicies(table).publish(POLICY, published(POLICY).document)
    DynamoAccounts(table).create(an_account("2025-11-20T10:00:00", account_id=A, policy_id=POLICY, plan_id="payg"))


def _turn(world: World) -> None:
    bring_up_to_date(A, U, desk=_desk(world))


def _table(world: World) -> Table:
    return Table(world.meter, "lotbook")


def _desk(world: World) -> CreditDesk:
    statement = DynamoStatement(_table(world))
    return credit_desk(world.books, world, world.renew, statement=statement, prunes=Prunes())


NOTHING_GROWS = Costs(
    balance=(2, 0, 2),
    balance_again=(1, 0, 1),  # the book alone: lots as they were made are kept
    page=(3, 0, 3),
    offers=(6, 0, 6),
    consume=(2, 2, 0),
    batch=(2, 2, 0),
    stream=(8, 2, 6),
    audit=(15, 3, 12),
    audit_step=(9, 1, 8),
    expire=(4, 3, 1),
)
GROWTH: dict[tuple[Grown, int], Costs] = {
    (with_lots, 1): NOTHING_GROWS,
    # What no stream has filed yet is read many at a time where it is about lots.
    (with_lots, 10): replace(NOTHING_GROWS, page=(5, 0, 5), offers=(8, 0, 8), audit=(24, 3, 21)),
    (with_lots, 90): replace(
        NOTHING_GROWS,
        balance=(2, 0, 9),
        page=(6, 0, 12),
        offers=(9, 0, 15),
        consume=(2, 5, 0),  # a burn pays for the book's bytes
        batch=(2, 5, 0),
        audit=(104, 5, 115),
        audit_step=(9, 2, 8),
        expire=(4, 9, 1),
    ),
    (with_receipts, 1): replace(
        NOTHING_GROWS,
        balance=(3, 0, 3),
        balance_again=(2, 0, 2),
        page=(4, 0, 4),
        offers=(7, 0, 7),
        audit=(16, 3, 13),
    ),
    # The first who reads takes the receipts out, once. Their burns are not filed: each names the one before, and nothing else does.
    (with_receipts, 10): replace(
        NOTHING_GROWS, balance=(4, 2, 12), page=(13, 0, 13), offers=(16, 0, 16), audit=(25, 3, 22)
    ),
    (with_receipts, 90): replace(
        NOTHING_GROWS, balance=(7, 20, 93), page=(53, 0, 53), offers=(96, 0, 96), audit=(105, 3, 102)
    ),
    # The reader's second look finds the last burner's receipt: its next burn takes it out.
    (with_history, 1): replace(NOTHING_GROWS, balance=(3, 0, 3), balance_again=(2, 0, 2), audit=(13, 3, 12)),
    (with_history, 10): replace(NOTHING_GROWS, balance=(3, 0, 3), balance_again=(2, 0, 2), audit=(13, 3, 21)),
    (with_history, 100): replace(
        NOTHING_GROWS,
        balance=(3, 0, 3),
        balance_again=(2, 0, 2),
        page=(3, 0, 5),
        offers=(7, 0, 10),
        audit=(15, 3, 115),
    ),
    (with_neighbours, 1): NOTHING_GROWS,
    (with_neighbours, 10): NOTHING_GROWS,
    (with_neighbours, 100): NOTHING_GROWS,
}
# An instant at which so many lots die. One unit an entry, and the book by its bytes: of fifty lots it is three.
DYING: dict[int, Counts] = {1: (4, 3, 1), 2: (5, 4, 1), 3: (3, 2, 1), 10: (3, 2, 1), 50: (3, 4, 1), 90: (4, 6, 1)}
