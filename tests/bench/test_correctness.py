"""The benchmark's correctness check must be able to fail: arms that burn twice, forget, or make credits."""

from __future__ import annotations

import random
from collections.abc import Callable
from threading import Lock

import pytest

from bench import correctness
from bench.correctness import DUPLICATES, Answered, Entry, findings, with_duplicates

GRANTED = 1_000


class InMemory:
    """An arm that is right."""

    def __init__(self) -> None:
        self.available = GRANTED
        self.ledger: list[Entry] = []
        self.lock = Lock()

    def burner(self) -> Callable[[str, int], str | None]:
        return self.burn

    def burn(self, key: str, credits: int) -> str | None:
        with self.lock:
            known = next((entry for entry in self.ledger if entry.key == key), None)
            return known.entry_id if known else self.write(key, credits)

    def write(self, key: str, credits: int) -> str:
        self.available -= credits
        self.ledger.append(Entry(f"entry-{len(self.ledger)}", key, credits))
        return self.ledger[-1].entry_id

    def left(self) -> int:
        return self.available

    def entries(self) -> list[Entry]:
        return self.ledger


class Doubling(InMemory):
    """It never looks whether the key was there."""

    def burn(self, key: str, credits: int) -> str | None:
        with self.lock:
            return self.write(key, credits)


class Leaking(InMemory):
    """It takes the credits of a duplicate again, without an entry."""

    def burn(self, key: str, credits: int) -> str | None:
        self.available -= credits if any(entry.key == key for entry in self.ledger) else 0
        return super().burn(key, credits)


class Forgetting(InMemory):
    """It answers, and writes no entry."""

    def burn(self, key: str, credits: int) -> str | None:
        return f"entry-{key}"


class Silent(InMemory):
    """It burns and then refuses."""

    def burn(self, key: str, credits: int) -> str | None:
        super().burn(key, credits)
        return None


@pytest.mark.parametrize("callers", correctness.CALLERS)
def test_an_arm_that_is_right_is_found_right(callers: int) -> None:
    assert correctness.run(InMemory(), callers=callers, keys=40, granted=GRANTED, seed=1) == []


@pytest.mark.parametrize(
    ("arm", "finding"),
    [(Doubling, "entries"), (Leaking, "granted"), (Forgetting, "the ledger has None"), (Silent, "nobody was told")],
)
@pytest.mark.parametrize("callers", correctness.CALLERS)
def test_d15_an_arm_that_is_wrong_is_found_out(arm: type[InMemory], finding: str, callers: int) -> None:
    """D15: a doubled burn above all."""
    wrong = correctness.run(arm(), callers=callers, keys=40, granted=GRANTED, seed=1)
    assert any(finding in problem for problem in wrong)


def test_one_doubled_burn_is_found_though_the_credits_add_up() -> None:
    """Conservation alone does not see it: both burns are in the ledger."""
    ledger = [Entry("e1", "k", 2), Entry("e2", "k", 2)]
    assert findings(10, 6, ledger, [Answered("k", 2, "e1"), Answered("k", 2, "e1")]) != []


def test_another_amount_than_was_asked_for_is_found() -> None:
    assert findings(10, 7, [Entry("e1", "k", 3)], [Answered("k", 2, "e1")]) == ["k asked for 2 and burned 3"]


def test_credits_below_nothing_are_found() -> None:
    """Oversold: the sums agree, the account is below zero."""
    assert findings(1, -1, [Entry("e1", "k", 2)], [Answered("k", 2, "e1")]) != []


def test_forty_percent_of_the_calls_are_duplicates() -> None:
    keys = [str(number) for number in range(60)]
    calls = with_duplicates(keys, random.Random(1))
    assert set(calls) == set(keys)
    assert 1 - len(keys) / len(calls) == pytest.approx(DUPLICATES)
