"""What consume loads before it can burn: the list is the cold start (performance.md: counted figures are gated)."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.functions.conftest import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
MOST_MODULES = 420  # of which the standard library and botocore are nine tenths
HEAVY = {
    "boto3",
    "s3transfer",
    "sqlite3",
    "requests",
    "pydantic",
    "pydantic_core",
    "stripe",
    "jwt",
    "cryptography",
    "yaml",
    "aws_lambda_powertools",
    "zoneinfo",
    "jsonschema",
}
PROBE = """
import json, sys
from functions.consume import app
from lotbook import wiring
wiring.credit_desk()
print(json.dumps(sorted(sys.modules)))
"""


# Rooms and modules that a burn does without; each costs milliseconds of every cold start.
NOT_FOR_A_BURN = (
    "lotbook.domain.policy",
    "lotbook.domain.sales",
    "lotbook.domain.money_back",
    "lotbook.domain.reconciliation",
    "lotbook.usecases.sales",
    "lotbook.usecases.money_back",
    "lotbook.usecases.inbox",
    "lotbook.api.requests.schemas",
    "lotbook.adapters.stripe",
)


def loaded_by_consume() -> set[str]:
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/lotbook/python'}"}
    answer = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, env=environment, timeout=120
    )
    return set(json.loads(answer.stdout))


def inside(name: str, room: str) -> bool:
    """Is this module the room, or in it?"""
    return name == room or name.startswith(f"{room}.")


@pytest.mark.process
def test_consume_loads_no_pydantic_no_stripe_no_policies() -> None:
    loaded = loaded_by_consume()
    assert "lotbook.usecases.credits.consume" in loaded
    assert not loaded & HEAVY
    assert len(loaded) <= MOST_MODULES
    assert [name for name in sorted(loaded) if any(inside(name, room) for room in NOT_FOR_A_BURN)] == []


@pytest.mark.parametrize("name", [*sorted(HEAVY), *NOT_FOR_A_BURN])
def test_what_a_burn_must_not_load_exists(name: str) -> None:
    """A name that is gone, moved or misspelled would be absent for ever and prove nothing."""
    assert importlib.util.find_spec(name) is not None
