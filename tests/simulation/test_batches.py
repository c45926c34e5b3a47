"""Every interleaving of batches with single burns, holds, turns and crashes: each key is decided once, whoever asks how."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest

from lotbook.domain.audit.replay import total
from lotbook.domain.credits.batches import lines_of, lines_of_request
from lotbook.domain.credits.ledger import Entry
from lotbook.domain.credits.requests import Balance, BatchItem, BurnRequest
from lotbook.usecases.credits.consume_batch import consume_batch
from lotbook.usecases.credits.consume_lines import consume_lines
from tests.fakes.credit_desk import credit_desk
from tests.simulation.explorer import Explorer
from tests.simulation.operations import burn, grant, place_hold, turn_book
from tests.simulation.worlds import ACCOUNT, Env, Operation, Scope, Violation


def batch(*items: tuple[str, int]) -> Operation:
    """A batch of (key, credits)."""
    asked = [BatchItem(key, BurnRequest(credits)) for key, credits in items]

    def run(env: Env) -> Any:
        answer = consume_batch(ACCOUNT, asked, desk=credit_desk(env.books, env.clock, env.renew, prunes=env.prunes))
        return tuple(result.status for result in answer.results)

    return run


def lines(key: str, *credits: int) -> Operation:
    """A batch under one key."""
    asked = lines_of_request([BurnRequest(each, reference=f"r{at}") for at, each in enumerate(credits)])

    def run(env: Env) -> Any:
        done = consume_lines(ACCOUNT, key, asked, desk=credit_desk(env.books, env.clock, env.renew, prunes=env.prunes))
        assert [line.credits for line in done.lines] == list(credits)
        return done.burned.replayed, done.burned.entry_id

    return run


def parts_are_the_whole(_: Balance, entries: Sequence[Entry]) -> list[str]:
    """Whoever wrote the entry, its lines are in it: they sum to what was burned, and each drew what follows the one before."""
    of_batches = [entry for entry in entries if entry.has_lines]
    wrong = [entry for entry in of_batches if sum(line.credits for line in lines_of(entry)) != entry.requested]
    wrong += [entry for entry in of_batches if sum(total(line.draws) for line in lines_of(entry)) != entry.requested]
    return [f"{entry.name}: {entry.lines}" for entry in [*wrong, *(each for each in of_batches if not each.lines)]]


LATE = Scope(
    ((batch(("k", 1), ("j", 1)),), (burn("i"),)),
    before=(grant("A", 4), batch(("k", 1), ("j", 1)), turn_book()),
    max_receipts=3,
    crashes=1,
)
SHARED = Scope(
    ((batch(("k", 1), ("j", 1)),), (batch(("j", 1), ("i", 1)),)),
    before=(grant("A", 4),),
    max_receipts=4,
)
SCOPES: dict[str, Scope] = {
    "the_same_batch_twice": Scope(
        ((batch(("k", 1), ("j", 1)),), (batch(("k", 1), ("j", 1)),)), before=(grant("A", 4),), max_receipts=3, crashes=1
    ),
    "a_key_of_a_batch_burned_alone": Scope(
        ((batch(("k", 1), ("j", 1)),), (burn("k"),), (turn_book(),)), before=(grant("A", 3),), max_receipts=3
    ),
    "two_batches_that_share_a_key": SHARED,
    "a_late_batch_hides_no_credits": replace(LATE, crashes=0),
    "a_late_batch_of_one_dies": Scope(
        ((batch(("k", 1)),), (burn("i"),)),
        before=(grant("A", 4), batch(("k", 1)), turn_book()),
        max_receipts=3,
        crashes=1,
    ),
    "prunes_of_a_batch": Scope(
        ((batch(("k", 1), ("j", 1)), burn("m")), (burn("k"),), (turn_book(),)), before=(grant("A", 4),), max_receipts=3
    ),
    "a_batch_prunes": Scope(
        ((burn("k"), batch(("m", 1), ("n", 1))), (burn("k"),), (turn_book(),)), before=(grant("A", 5),), max_receipts=3
    ),
    "a_batch_that_falls_short": Scope(
        ((batch(("k", 2), ("j", 2)),), (burn("i"),)), before=(grant("A", 3),), max_receipts=3
    ),
    "a_batch_at_an_expiry": Scope(
        ((batch(("k", 1), ("j", 1)),), (burn("i", 2),)),
        before=(grant("A", 2, expires=1), grant("B", 3)),
        max_receipts=3,
        ticks=1,
    ),
    "a_batch_and_a_grant": Scope(
        ((batch(("k", 1), ("j", 2)),), (grant("B", 2),)), before=(grant("A", 2),), max_receipts=3
    ),
    "a_batch_and_a_hold_of_its_key": Scope(
        ((batch(("k", 1), ("j", 1)),), (place_hold("k"),)), before=(grant("A", 3),), max_receipts=3
    ),
    "one_key_sent_twice": Scope(
        ((lines("k", 1, 2),), (lines("k", 1, 2),), (turn_book(),)),
        before=(grant("A", 4),),
        max_receipts=3,
        crashes=1,
        promise=parts_are_the_whole,
    ),
    "one_key_and_a_single_burn_of_it": Scope(
        ((lines("k", 1, 1),), (burn("k"),), (turn_book(),)),
        before=(grant("A", 3),),
        max_receipts=3,
        promise=parts_are_the_whole,
    ),
    "one_key_and_a_batch_that_has_it": Scope(
        ((lines("k", 1, 1),), (batch(("k", 1), ("j", 1)),)),
        before=(grant("A", 4),),
        max_receipts=3,
        crashes=1,
        promise=parts_are_the_whole,
    ),
    "one_key_too_late": Scope(
        ((lines("k", 1, 1),), (burn("i"),)),
        before=(grant("A", 4), lines("k", 1, 1), turn_book()),
        max_receipts=3,
        crashes=1,
        promise=parts_are_the_whole,
    ),
    "one_key_over_an_expiry": Scope(
        ((lines("k", 1, 2),), (burn("i", 2),)),
        before=(grant("A", 2, expires=1), grant("B", 4)),
        max_receipts=3,
        ticks=1,
        promise=parts_are_the_whole,
    ),
    "one_key_that_falls_short_beside_a_grant": Scope(
        ((lines("k", 2, 2),), (grant("B", 2),)),
        before=(grant("A", 3),),
        max_receipts=3,
        promise=parts_are_the_whole,
    ),
    "one_key_late_and_doubled": Scope(
        ((lines("k", 1, 1), burn("j")), (burn("k"),)),
        before=(grant("A", 4),),
        max_receipts=3,
        lates=1,
        doubles=1,
        promise=parts_are_the_whole,
    ),
    "late_and_doubled_writes": Scope(
        ((batch(("k", 1), ("j", 1)),), (burn("k"),)), before=(grant("A", 4),), max_receipts=3, lates=1, doubles=1
    ),
}


@pytest.mark.parametrize("name", SCOPES)
def test_d_15_no_interleaving_of_a_batch_breaks_an_invariant(
    name: str, record_property: Callable[[str, object], None]
) -> None:
    """D15, D18, D20: credits add up by lot at every moment, and no key burns twice."""
    explored = Explorer(SCOPES[name]).run()
    record_property("states", explored.states)
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


# Of two keys a late batch has tens of thousands of states, with one key, in the suite, hundreds. What a turn compares with is
# noticed by the world of a key that is burned alone.
LARGE = {
    "a_late_batch_dies": LATE,
    "two_batches_and_a_turn": replace(SHARED, programs=(*SHARED.programs, (turn_book(),))),
}


@pytest.mark.soak
@pytest.mark.parametrize("name", LARGE)
def test_d_15_no_interleaving_of_a_larger_world_of_batches_breaks_an_invariant(name: str) -> None:
    explored = Explorer(LARGE[name]).run()
    print(f"{name}: {explored.states} states, {explored.transitions} transitions, {explored.ends} ends")
    assert explored.ends > 0


@pytest.mark.parametrize(
    ("guard", "scope"),
    [
        ("prune", "prunes_of_a_batch"),
        ("put_if_absent", "a_key_of_a_batch_burned_alone"),
        ("swap_burns", "a_key_of_a_batch_burned_alone"),
    ],
)
def test_t26_a_guard_taken_out_of_the_batch_is_noticed(guard: str, scope: str) -> None:
    """The explorer sees what each is for; with the guard in, the same worlds are clean."""
    with pytest.raises(Violation):
        Explorer(replace(SCOPES[scope], without=(guard,))).run()
