"""Every interleaving of small worlds, and the same worlds with one guard taken out: each guard is there for a reason.

Numbers in docstrings: bug classes D15, D17, D18, D20, D21, D26, D35, D37.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace

import pytest

from lotbook.domain.credits import turn as turning
from lotbook.domain.credits.book import Book, Receipt
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.credits.turn import Journaled
from lotbook.ports.books import Prune
from lotbook.usecases.credits import burn as burning
from lotbook.usecases.credits import stale_receipts
from lotbook.usecases.credits import turn as turns
from lotbook.usecases.credits.book_ledger import BookLedger
from lotbook.usecases.credits.desk import CreditDesk
from tests.simulation.explorer import Explorer
from tests.simulation.operations import burn, grant, place_hold, turn_book
from tests.simulation.scopes import CLEARING, LARGE, SMALL, TOGETHER
from tests.simulation.worlds import Scope, Violation


@pytest.mark.parametrize("name", SMALL)
def test_t26_no_interleaving_breaks_an_invariant(name: str, record_property: Callable[[str, object], None]) -> None:
    """D15, D17, D18, D20, D21, D26, D35, D37: the credits add up by lot at every moment, whoever stops where."""
    explored = Explorer(SMALL[name]).run()
    record_property("states", explored.states)
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


@pytest.mark.soak
@pytest.mark.parametrize("name", LARGE)
def test_t26_no_interleaving_of_a_larger_world_breaks_an_invariant(name: str) -> None:
    """The same, minutes long."""
    explored = Explorer(LARGE[name]).run()
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


@dataclass(frozen=True, slots=True)
class Mutation:
    """A guard taken out: in the store (`without`) or in the code (`patch`), and a world that shows why it is there."""

    scope: Scope
    without: tuple[str, ...] = ()
    patch: Callable[[pytest.MonkeyPatch], None] | None = None


def _no_positions(patch: pytest.MonkeyPatch) -> None:
    for module in (turns, burning):
        patch.setattr(module, "is_of", lambda entry, unit, receipt: entry.unit == unit)


def _no_look_up(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(turns, "_look_up_orders", lambda book, journaled, *_: journaled)


def _look_up_first(patch: pytest.MonkeyPatch) -> None:
    journal_it, look_up = turns.journal, turns._look_up_orders
    known: dict[int, Journaled] = {}

    def early(book: Book, of_book: BookLedger, **_: object) -> Journaled:
        before = look_up(book, Journaled(), of_book, None)
        journaled = journal_it(book, of_book)
        known[0] = replace(journaled, done=before.done, clawed=before.clawed)
        return known[0]

    patch.setattr(turns, "journal", early)
    patch.setattr(turns, "_look_up_orders", lambda book, journaled, *_: journaled)


def _no_journaling(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(turns, "journal", lambda *_, **__: Journaled())


def _no_turn_before_402(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(burning.Burn, "_is_plainly_short", lambda self, book: book.available < self.request.credits)


def _outcomes_dropped(patch: pytest.MonkeyPatch) -> None:
    journal_it = turns.journal

    def careless(book: Book, of_book: BookLedger, **_: object) -> Journaled:
        return journal_it(replace(book, outcomes={}), of_book)

    patch.setattr(turns, "journal", careless)


def _waiting_forgotten(patch: pytest.MonkeyPatch) -> None:
    lay = turning.lay

    def sleepy(unit: str, book: Book, journaled: Journaled, now: int) -> Book:
        laid = lay(unit, book, journaled, now)
        dead = [part.expires_at for part in laid.tape if part.expires_at is not None]
        return replace(laid, until=min([*dead, laid.renews_at]))

    patch.setattr(turns, "lay", sleepy)


def _void_kept(patch: pytest.MonkeyPatch) -> None:
    lay = turning.lay

    def greedy(unit: str, book: Book, journaled: Journaled, now: int) -> Book:
        return lay(unit, book, replace(journaled, void=frozenset()), now)

    patch.setattr(turns, "lay", greedy)


def _cleared_by_name_alone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(stale_receipts, "is_of", lambda entry, unit, receipt: True)


def _cleared_without_a_look(patch: pytest.MonkeyPatch) -> None:
    def careless(account_id: str, unit: str, book: Book, chosen: Mapping[str, Receipt], **_: object) -> list[Prune]:
        return [Prune(name, receipt) for name, receipt in chosen.items()]

    patch.setattr(stale_receipts, "_journaled", careless)


def _cleared_with_what_ends_holds(patch: pytest.MonkeyPatch) -> None:
    clear = stale_receipts.clear_stale

    def blind(account_id: str, unit: str, book: Book, mine: Collection[str], *, desk: CreditDesk) -> None:
        ends = [Prune(name, r) for name, r in book.receipts.items() if r.memo.kind == "resolve"]
        if ends:
            desk.books.prune(account_id, unit, ends)
        clear(account_id, unit, book, mine, desk=desk)

    patch.setattr(burning, "clear_stale", blind)


def _taken_out_before_it_is_journaled(patch: pytest.MonkeyPatch) -> None:
    def careless(account_id: str, unit: str, left: Mapping[str, Entry], **_: object) -> list[Prune]:
        return [Prune(name, entry) for name, entry in left.items()]

    patch.setattr(stale_receipts, "_put_missing", careless)


PRUNE_LIST = SMALL["aba_prune_list"]
MUTATIONS: dict[str, Mutation] = {
    "prune": Mutation(PRUNE_LIST, without=("prune",)),
    "ask_version": Mutation(SMALL["grant_while_burning"], without=("ask_version",)),
    "swap_burns": Mutation(SMALL["expiry_instant"], without=("swap_burns",)),
    "swap_version": Mutation(SMALL["ask_survives_a_turn_in_flight"], without=("swap_version",)),
    "put_if_absent": Mutation(SMALL["duplicates"], without=("put_if_absent",)),
    "receipt_absent": Mutation(
        Scope(((burn("k"),), (burn("k"),)), before=(grant("A", 3),)), without=("receipt_absent",)
    ),
    "since": Mutation(SMALL["future_lot_becomes_first"], without=("since",)),
    "not_held": Mutation(
        Scope(((burn("k"),), (place_hold("h", 2),)), before=(grant("A", 5), place_hold("h", 2), turn_book())),
        without=("not_held",),
    ),
    "compare_position": Mutation(PRUNE_LIST, patch=_no_positions),
    "order_look_up": Mutation(SMALL["grant_twice"], patch=_no_look_up),
    "journal_before_look_up": Mutation(replace(SMALL["grant_twice"], crashes=2), patch=_look_up_first),
    "journal_at_all": Mutation(PRUNE_LIST, patch=_no_journaling),
    "turn_before_402": Mutation(SMALL["no_402_while_a_void_burn_hides_credits"], patch=_no_turn_before_402),
    "journal_before_drop": Mutation(SMALL["grant_twice"], patch=_outcomes_dropped),
    "effective_at_in_the_horizon": Mutation(
        replace(
            SMALL["future_lot_becomes_first"],
            programs=((burn("k", 3),), (burn("j", 2),)),
        ),
        patch=_waiting_forgotten,
    ),
    "give_back_void": Mutation(PRUNE_LIST, patch=_void_kept),
    "clear_compare_position": Mutation(CLEARING["a_void_burn"], patch=_cleared_by_name_alone),
    "clear_what_is_journaled": Mutation(CLEARING["the_gone_come_back"], patch=_cleared_without_a_look),
    "clear_burns_alone": Mutation(CLEARING["with_holds"], patch=_cleared_with_what_ends_holds),
    "journal_what_died_together": Mutation(
        TOGETHER["die_together_and_a_crash"], patch=_taken_out_before_it_is_journaled
    ),
    "clear_the_same_receipt": Mutation(CLEARING["against_a_turn"], without=("prune",)),
}


@pytest.mark.parametrize("name", MUTATIONS)
def test_t26_taking_one_guard_out_is_noticed(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The explorer sees what each guard is for; with the guard in, the same world is clean."""
    mutation = MUTATIONS[name]
    if mutation.patch:
        mutation.patch(monkeypatch)
    with pytest.raises(Violation) as found:
        Explorer(replace(mutation.scope, without=mutation.without)).run()
    print(f"{name}: {len(found.value.trace)} steps: {found.value.text[:200]}")


def test_t01_without_its_guard_pruning_takes_out_another_burns_receipt() -> None:
    """F1: a receipt removed by name alone is gone for a later burn of that name, and its credits with it."""
    with pytest.raises(Violation, match="lot lot_A"):
        Explorer(replace(PRUNE_LIST, without=("prune",))).run()
    assert Explorer(PRUNE_LIST).run().ends > 0
