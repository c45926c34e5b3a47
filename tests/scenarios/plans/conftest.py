"""A shop in this process for stories of plans; what is slow to make is made once."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local import ROOT
from local.cloud.functions import Functions
from local.cloud.permissions import BEFORE_A_CALL, checker
from local.cloud.template import load
from lotbook import wiring
from lotbook.adapters.dynamo import auto as dynamo_auto
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.secrets import SsmSecrets
from lotbook.adapters.stripe.client import StripeCalls
from lotbook.api.requests.policy_document import parse_policy
from lotbook.domain.policy.document import Publication, PublishedPolicy
from lotbook.domain.policy.uses import Use
from lotbook.domain.sales.purchase import WAITING
from tests import table as tables
from tests.fakes.accounts import FakeAccounts, FakePolicies
from tests.fakes.automatic import FakeAutoHistory, FakeClaims
from tests.fakes.billing import FakeBilling
from tests.fakes.books import FakeBooks
from tests.fakes.idempotency import FakeIdempotency
from tests.fakes.purchases import FakePurchases
from tests.fakes.reconciliation import FakeStrays
from tests.functions.conftest import ENVIRONMENT as OF_FUNCTIONS
from tests.functions.conftest import clear_wiring
from tests.quick_moto import mock_aws
from tests.scenarios.plans.customer import Customer
from tests.scenarios.plans.world import SECRET, Clock, Wired, World

ENVIRONMENT = OF_FUNCTIONS | {
    "POWERTOOLS_LOG_LEVEL": "WARNING",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_TRACE_DISABLED": "true",
}


class Parameters:
    """SSM's GetParameter."""

    def get_parameter(self, Name: str, WithDecryption: bool) -> dict[str, Any]:  # noqa: N803
        assert WithDecryption
        return {"Parameter": {"Value": "sk_test_x" if Name == ENVIRONMENT["GATEWAY_KEY_PARAMETER"] else SECRET}}


@pytest.fixture(scope="session")
def wired() -> Wired:
    return Wired(template := load(ROOT / "template.yaml", {}), Functions(ROOT / "functions", template.functions))


@pytest.fixture(scope="module")
def aws(wired: Wired) -> Iterator[Table]:
    """moto with one client, which is what takes time; every call is held against what the template allows."""
    with pytest.MonkeyPatch.context() as patch, mock_aws():
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        clear_wiring()
        table = wiring.table()
        table.client.meta.events.register(BEFORE_A_CALL, checker(wired.template.permissions))
        yield table
    clear_wiring()


@pytest.fixture
def world(
    wired: Wired, aws: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Iterator[World]:
    """An empty shop. Parametrized indirectly with how late the schedules run, which need a table, or with `TABLE` alone."""
    asked: timedelta | str | None = getattr(request, "param", None)
    in_memory, late = asked is None, asked if isinstance(asked, timedelta) else None
    if not in_memory:
        tables.create(aws.client, aws.name)
    clear_wiring()
    made = World(wired, tmp_path / "stripe", Clock(), late)
    secrets = SsmSecrets(Parameters(), made.clock)
    calls = StripeCalls(secrets, ENVIRONMENT["GATEWAY_KEY_PARAMETER"], wiring.deployment(), None, made.client)
    ports: dict[str, Any] = {"table": aws, "clock": made.clock, "secrets": secrets, "gateway_calls": calls}
    here = in_this_process() if in_memory else {}
    for name, port in (ports | here).items():
        monkeypatch.setattr(wiring, name, lambda kept=port: kept)
    if in_memory:
        claims = FakeClaims(*(here[name] for name in ("accounts", "policies", "purchases", "books")))
        monkeypatch.setattr(dynamo_auto, "DynamoClaims", lambda _table: claims)
        made.queue = Queue(here["accounts"], here["purchases"], wired.functions)
    yield made
    made.close()
    if not in_memory:
        aws.client.delete_table(TableName=aws.name)


class Policies(FakePolicies):
    """Those that are published through the API, too."""

    def publish(
        self,
        policy_id: str,
        document: Mapping[str, object],
        dropped: frozenset[Use] = frozenset(),
        publication: Publication | None = None,
    ) -> PublishedPolicy:
        versions = self._versions.setdefault(policy_id, [])
        versions.append(PublishedPolicy(policy_id, len(versions) + 1, parse_policy(document), dict(document)))
        return versions[-1]


def in_this_process() -> dict[str, Any]:
    """Stores that are as exact as the table, and twenty times as fast; the schedules' index is the table's alone."""
    return {
        "accounts": FakeAccounts(),
        "policies": Policies(),
        "books": FakeBooks(),
        "purchases": FakePurchases(),
        "billing": FakeBilling(),
        "idempotency": FakeIdempotency(),
        "auto_history": FakeAutoHistory(),
        "reconciliation_journal": FakeStrays(),
        "statement": None,
        "cursor_key": b"k" * 32,
    }


class Queue:
    """The queue of automatic purchase. The stream that fills it is tested elsewhere: here every account that buys by itself, and
    every row that waits, is asked for, which is what a stream that repeats itself would do.
    """

    def __init__(self, accounts: FakeAccounts, purchases: FakePurchases, functions: Functions) -> None:
        self._accounts, self._purchases, self._functions = accounts, purchases, functions
        self.failed = 0

    def work(self) -> None:
        """Hand over one message for each."""
        rows = [row for row in self._purchases.rows.values() if row.auto is not None and row.state in WAITING]
        asked: list[dict[str, str | None]] = [
            {"account_id": row.account_id, "purchase_id": row.purchase_id} for row in rows
        ]
        asked += [{"account_id": name, "purchase_id": None} for name in list(self._accounts._items) if self._buys(name)]
        for message in asked:
            record = {"messageId": "m", "body": json.dumps(message)}
            answer = self._functions.invoke("auto_top_up", {"Records": [record]})
            self.failed += len(answer["batchItemFailures"])

    def _buys(self, name: str) -> bool:
        account = self._accounts.get(name)
        return account is not None and account.auto is not None and account.auto.may_buy


@pytest.fixture
def shop(world: World) -> Any:
    """Opens an account: `shop("gocontent", "2027-01-31 12:00")`."""

    def opened(policy: str, at: str, changes: dict[str, Any] | None = None, **more: Any) -> Customer:
        return Customer.open(world, policy, at, changes, **more)

    return opened
