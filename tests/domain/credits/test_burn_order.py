"""The order in which lots burn, and the instant at which they die."""

from __future__ import annotations

import random
from itertools import permutations

import pytest

from lotbook.domain.credits.book import Aside
from lotbook.domain.credits.lots import Lot, Rest, burn_order, is_dead
from tests.domain.credits.drawings import instant, lots_of, rows

# The first three kinds differ by rank, the rest by one thing each.
ORDER = """
lot  rank  effective  expires  made   why it burns after the lot above it
b    0     0          30       9
a    0     0          31       1      sooner expiry first, whenever they were made
d    0     0          never    0      what never expires comes last of its rank
c    0     0          never    5      made later
e    1     0          1        0      rank comes before expiry
f    2     0          never    0      rank
g    2     0          never    0      the same in everything: by its id
"""
EXPECTED = [row[0] for row in rows(ORDER)]
LOTS = {row[0]: row for row in rows(ORDER)}


def key(name: str) -> tuple[int, bool, int, int, str]:
    _, rank, _, expires, made, *_ = LOTS[name]
    return burn_order(int(rank), instant(expires), int(made), name)


def test_lots_burn_in_the_order_of_the_table_however_they_lie() -> None:
    shuffled = list(EXPECTED)
    for seed in range(20):
        random.Random(seed).shuffle(shuffled)
        assert sorted(shuffled, key=key) == EXPECTED


def test_an_aside_has_the_same_place() -> None:
    for name in EXPECTED:
        _, rank, _, expires, made, *_ = LOTS[name]
        assert Aside(1, name, int(rank), 0, instant(expires), int(made)).order == key(name)


def test_the_order_is_total_so_two_workers_lay_the_same_tape() -> None:
    for one, other in permutations(EXPECTED, 2):
        assert (key(one) < key(other)) is not (key(other) < key(one))


DEATH = """
expires  at     dead
10       9      no
10       10     yes
10       11     yes
never    10     no
0        0      yes
"""


@pytest.mark.parametrize(("expires", "at", "dead"), rows(DEATH))
def test_x_01_a_lot_is_dead_from_the_very_instant_that_it_shows(expires: str, at: str, dead: str) -> None:
    assert is_dead(instant(expires), int(at)) is (dead == "yes")
    lot = Lot("a", "credits", "plan", 1, 0, 0, instant(expires), 0)
    assert lot.is_dead(int(at)) is (dead == "yes")


RESTS = """
effective  frozen  only waits for room
0          no      yes
0          yes     no
1          no      no
"""


@pytest.mark.parametrize(("effective", "frozen", "spendable"), rows(RESTS))
def test_a_rest_on_the_shelf_can_be_spent_unless_it_waits_or_is_frozen(
    effective: str, frozen: str, spendable: str
) -> None:
    rest = Rest("a", 1, 0, int(effective), None, 0, frozen == "yes")
    assert rest.is_spendable is (spendable == "yes")


def test_a_rest_is_not_frozen_unless_it_says_so() -> None:
    """Pages that were written before anything could be frozen say nothing about it."""
    assert Rest("a", 1, 0, 0, None, 0).is_spendable


def test_the_table_of_lots_reads_as_it_is_written() -> None:
    """The tables of this folder are only as good as their reader."""
    (lot,) = lots_of("lot rank effective expires made\na  1  2  3  4").values()
    assert not lot.provisional
    assert (lot.rank, lot.effective_at, lot.expires_at, lot.created_at) == (1, 2, 3, 4)
