"""How many instructions a fresh consume takes, through the handler and the client: counted, so a busy machine changes nothing.

In the soak, for cachegrind takes a minute; `make bench` prints the same figure.
"""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from bench import instructions
from bench.ours import ENVIRONMENT, Ours
from local import ROOT
from tests import engine, table

MOST_MILLIONS = 2.3
MOST_MILLIONS_A_RECORD = 1.9
TOLERANCE = 0.02  # of the count itself


@pytest.mark.soak
@pytest.mark.engine
@pytest.mark.skipif(not instructions.is_installed(), reason="no valgrind is installed")
def test_a_fresh_consume_takes_at_most_so_many_instructions(
    dynamo_engine: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Issue 14: 12.4 million with botocore's client, most of them in it."""
    client = engine.client(dynamo_engine)
    name = ENVIRONMENT["TABLE_NAME"]
    if name in client.list_tables()["TableNames"]:
        client.delete_table(TableName=name)
    table.create(client, name)
    Ours(client, instructions.ACCOUNT)
    keys = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1"}
    for variable, value in (keys | {"AWS_ENDPOINT_URL": dynamo_engine}).items():
        monkeypatch.setenv(variable, value)
    assert instructions.of_a_consume() <= MOST_MILLIONS * (1 + TOLERANCE)


@pytest.mark.soak
@pytest.mark.engine
@pytest.mark.skipif(not instructions.is_installed(), reason="no valgrind is installed")
def test_a_record_of_the_stream_takes_at_most_so_many_instructions() -> None:
    """Issue 14: of a hundred accounts in a batch. Half of it is botocore's, which ten calls of the bus go through."""
    done = subprocess.run([sys.executable, "-m", "bench.stream"], cwd=ROOT, capture_output=True, text=True, check=True)
    (millions,) = re.findall(r"a record, millions of instructions +([0-9.]+)", done.stdout)
    assert float(millions) <= MOST_MILLIONS_A_RECORD * (1 + TOLERANCE)
