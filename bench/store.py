"""The table on a local engine of this run's own, and clients of it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from local.cloud.cloud import credentials
from local.cloud.engine import Engine
from local.places import any_free_port
from lotbook.adapters.thin.client import of as client_of
from lotbook.adapters.thin.connection import Limits
from tests import table as tables
from tests.meter import WRITE_BYTES, Metered, item_bytes, units

TABLE = "lotbook"
TRANSACTION = 2  # a transaction doubles every write unit


@dataclass(slots=True)
class MeteredTransactions(Metered):
    """The tests' meter, with transactions: each item by the same rule, twice."""

    @property
    def meta(self) -> Any:
        """Powertools registers its user agent here."""
        return self.client.meta

    def transact_write_items(self, **request: Any) -> Any:
        """Count it, refused or not."""
        places = [_place(item) for item in request["TransactItems"]]
        before = [self._peek(*place) for place in places]
        self.calls["transact_write_items"] += 1
        try:
            return self.client.transact_write_items(**request)
        finally:
            for place, old in zip(places, before, strict=True):
                size = max(item_bytes(old), item_bytes(self._peek(*place)))
                self.write_units += TRANSACTION * units(size, WRITE_BYTES)


def _place(action: Mapping[str, Any]) -> tuple[str, Mapping[str, Any]]:
    (request,) = action.values()
    key = request.get("Key") or {name: request["Item"][name] for name in ("pk", "sk")}
    return request["TableName"], key


@contextmanager
def running() -> Iterator[str]:
    """The engine's address while it runs; it is also set for every client that this process makes from the environment."""
    with tempfile.TemporaryDirectory(prefix="lotbook-bench-") as folder:
        engine = Engine(Path(folder), any_free_port())
        engine.start()
        os.environ |= credentials(engine.address)
        try:
            yield engine.address.url
        finally:
            engine.stop()


def client() -> Any:
    """A client as the product makes it, from the environment."""
    config = Config(
        max_pool_connections=64, retries={"mode": "standard", "max_attempts": 3}, parameter_validation=False
    )
    return boto3.client("dynamodb", config=config)


def thin() -> Any:
    """The client that is deployed, from the environment."""
    return client_of(os.environ, Limits(connect=1, read=30), tries=3)


def new_table(of: Any) -> None:
    """An empty table; one of before is gone."""
    if TABLE in of.list_tables()["TableNames"]:
        of.delete_table(TableName=TABLE)
    tables.create(of, TABLE)
