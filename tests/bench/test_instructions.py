"""How many instructions a fresh consume takes, through the handler and the client: counted, so a busy machine changes nothing.

In the soak, for cachegrind takes a minute; `make bench` prints the same figure.
"""

from __future__ import annotations

import pytest

from bench import instructions
from bench.ours import ENVIRONMENT, Ours
from tests import engine, table

MOST_MILLIONS = 2.3
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
