"""Whether an arm did its work right: conservation, ledger sum, one entry a key, whoever called how often at once."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

DUPLICATES = 0.40  # of all calls
CALLERS = (1, 8, 32)


@dataclass(frozen=True, slots=True)
class Answered:
    """What one call was told. `entry_id` None: refused, or given up."""

    key: str
    credits: int
    entry_id: str | None


@dataclass(frozen=True, slots=True)
class Entry:
    """A burn in the arm's ledger."""

    entry_id: str
    key: str
    credits: int


class Books(Protocol):
    """An arm with one account."""

    def burner(self) -> Callable[[str, int], str | None]:
        """A caller of its own: burns `credits` under a key, answers the entry's id."""
        ...

    def left(self) -> int:
        """Credits that can still be burned."""
        ...

    def entries(self) -> list[Entry]:
        """Every burn in the ledger."""
        ...


def credits_of(key: str) -> int:
    """The same for every call with the key."""
    return 1 + sum(key.encode()) % 3


def with_duplicates(keys: Sequence[str], rng: random.Random) -> list[str]:
    """The keys and so many of them again that they are DUPLICATES of all, in any order."""
    again = round(len(keys) * DUPLICATES / (1 - DUPLICATES))
    calls = [*keys, *rng.choices(keys, k=again)]
    rng.shuffle(calls)
    return calls


def run(books: Books, *, callers: int, keys: int, granted: int, seed: int) -> list[str]:
    """Burn with that many callers at once; answers what is wrong afterwards."""
    rng = random.Random(seed)
    calls = with_duplicates([f"key-{callers}-{number}" for number in range(keys)], rng)

    def caller(share: Sequence[str]) -> list[Answered]:
        burn = books.burner()
        return [Answered(key, credits_of(key), burn(key, credits_of(key))) for key in share]

    with ThreadPoolExecutor(callers) as pool:
        answers = [
            answer for found in pool.map(caller, [calls[n::callers] for n in range(callers)]) for answer in found
        ]
    return findings(granted, books.left(), books.entries(), answers)


def findings(granted: int, left: int, ledger: Sequence[Entry], answers: Sequence[Answered]) -> list[str]:
    """What does not add up; empty when all is right."""
    asked = {answer.key: answer.credits for answer in answers if answer.entry_id}
    told: dict[str, set[str]] = {}
    for answer in answers:
        if answer.entry_id:
            told.setdefault(answer.key, set()).add(answer.entry_id)
    return [
        *_conservation(granted, left, ledger),
        *_one_entry_a_key(ledger),
        *_answers(asked, told, ledger),
    ]


def _conservation(granted: int, left: int, ledger: Sequence[Entry]) -> Iterable[str]:
    burned = sum(entry.credits for entry in ledger)
    if left < 0 or granted != left + burned:
        yield f"{granted} granted, {left} left, and the ledger says {burned} burned"


def _one_entry_a_key(ledger: Sequence[Entry]) -> Iterable[str]:
    for key, times in Counter(entry.key for entry in ledger).items():
        if times > 1:
            yield f"{key} has {times} entries"


def _answers(asked: Mapping[str, int], told: Mapping[str, set[str]], ledger: Sequence[Entry]) -> Iterable[str]:
    kept = {entry.key: entry for entry in ledger}
    for key, ids in told.items():
        if key not in kept or ids != {kept[key].entry_id}:
            yield f"{key} was answered {sorted(ids)}, the ledger has {kept.get(key)}"
        elif kept[key].credits != asked[key]:
            yield f"{key} asked for {asked[key]} and burned {kept[key].credits}"
    for key in kept.keys() - told.keys():
        yield f"{key} burned and nobody was told"
