"""The product's use cases against the simple model, in random histories with crashes after any call and retries.

D15, D18, D19, D21, D26, D27, D33, D35, D37, D41. A tiny book (room for three lots and four receipts) makes every rare path common.
The soak prints its seed; `SEED=... make soak` plays the same again.
"""

from __future__ import annotations

import os
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from lotbook.domain.credits import book as book_module
from lotbook.domain.credits import shelf
from tests.properties.account import ROOM_FOR_RECEIPTS, Account, done

SOAK_STEPS = 100_000
STEPS = 50


@pytest.fixture(autouse=True)
def _a_tiny_book(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book_module, "MAX_RECEIPTS", ROOM_FOR_RECEIPTS)
    monkeypatch.setattr(shelf, "MAX_LOTS", 3)
    monkeypatch.setattr(shelf, "PAGE_LOTS", 2)
    done.update(steps=0, crashes=0)


def _play(number: int, histories: int) -> None:
    machine: Any = seed(number)(type("Seeded", (Account,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=histories,
            stateful_step_count=STEPS,
            database=None,
            deadline=None,
            print_blob=True,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_d15_random_histories_agree_with_the_simple_model() -> None:
    """D15, D18, D19, D21, D26, D33, D35, D37: answers, draws, refusals, balances, statements; crashes and retries."""
    _play(20_260_131, 80)
    print(f"{done['steps']} steps, {done['crashes']} crashes")


@pytest.mark.soak
def test_d15_a_hundred_thousand_steps_agree_with_the_simple_model() -> None:
    """The same, with a seed that is printed."""
    first = int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
    number, total, crashes = first, 0, 0
    while total < SOAK_STEPS:
        _play(number, 500)
        total, crashes, number = total + done["steps"], crashes + done["crashes"], number + 1
        done.update(steps=0, crashes=0)
        print(f"SEED={first} (now {number}): {total} steps, {crashes} crashes", flush=True)
