"""What consume loads before it can burn: the list is the cold start (performance.md: counted figures are gated)."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests import patience
from tests.functions.conftest import ENVIRONMENT

ROOT = Path(__file__).resolve().parents[2]
MOST_MODULES = 170  # of which the standard library is one half (issue 14): a room that a burn does not need is loaded by who needs it
# What the table's own client does without (issue 14); botocore is another service's, and of TABLE_CLIENT=botocore.
NOT_FOR_THE_TABLE = ("botocore", "urllib3", "http", "email", "ssl", "logging", "random", "pathlib", "decimal", "base64")
DEPLOYED = {"TABLE_CLIENT": "thin", "AWS_REGION": "us-east-1"}
HEAVY = {
    "dataclasses",
    "inspect",
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
from functions.{function} import app
from lotbook import wiring
wiring.{made}()
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


def loaded_by(function: str, made: str) -> set[str]:
    environment = {**os.environ, **ENVIRONMENT, **DEPLOYED, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/lotbook/python'}"}
    answer = subprocess.run(
        [sys.executable, "-c", PROBE.format(function=function, made=made)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        timeout=patience.SECONDS,
    )
    return set(json.loads(answer.stdout))


def inside(name: str, room: str) -> bool:
    """Is this module the room, or in it?"""
    return name == room or name.startswith(f"{room}.")


@pytest.mark.process
def test_consume_loads_no_pydantic_no_stripe_no_policies() -> None:
    loaded = loaded_by("consume", "credit_desk")
    assert "lotbook.usecases.credits.consume" in loaded
    assert not loaded & HEAVY
    assert len(loaded) <= MOST_MODULES, sorted(loaded)
    assert [name for name in sorted(loaded) if any(inside(name, package) for package in NOT_FOR_THE_TABLE)] == []
    assert [name for name in sorted(loaded) if any(inside(name, room) for room in NOT_FOR_A_BURN)] == []


@pytest.mark.parametrize("name", [*sorted(HEAVY), *NOT_FOR_A_BURN, *NOT_FOR_THE_TABLE])
def test_what_a_burn_must_not_load_exists(name: str) -> None:
    """A name that is gone, moved or misspelled would be absent for ever and prove nothing."""
    assert importlib.util.find_spec(name) is not None


@pytest.mark.process
@pytest.mark.parametrize(
    ("function", "made"), [("authorizer", "service_keys"), ("outbox", "statement"), ("outbox", "notices")]
)
def test_the_table_of_the_authorizer_and_the_stream_loads_no_botocore(function: str, made: str) -> None:
    """The stream's bus and queue are botocore's, and made when something is published; Powertools loads its name and no more."""
    loaded = loaded_by(function, made)
    assert "lotbook.adapters.thin.client" in loaded
    assert [
        name for name in sorted(loaded) if any(inside(name, package) for package in ("botocore.session", "urllib3"))
    ] == []
