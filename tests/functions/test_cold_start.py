"""What consume loads before it can burn: the list is the cold start (performance.md: counted figures are gated)."""

from __future__ import annotations

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
    "aws_xray_sdk",
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


@pytest.mark.process
def test_consume_loads_no_pydantic_no_stripe_no_policies() -> None:
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": f"{ROOT}:{ROOT / 'layers/lotbook/python'}"}
    answer = subprocess.run(
        [sys.executable, "-c", PROBE], capture_output=True, text=True, check=True, env=environment, timeout=120
    )
    loaded = set(json.loads(answer.stdout))
    assert "lotbook.usecases.credits.consume" in loaded
    assert not loaded & HEAVY
    assert len(loaded) <= MOST_MODULES
    unwanted = (
        "lotbook.domain.policy.document",
        "lotbook.domain.sales.purchase",
        "lotbook.api.requests.schemas",
        "lotbook.adapters.stripe.client",
    )
    assert not loaded & set(unwanted)
