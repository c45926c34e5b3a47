"""A deployment in this process for the operator's commands: functions, a table with its stream in the local AWS engine, a gateway in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from itertools import count
from typing import Any

import boto3
import pytest

from functions.outbox import app as outbox
from functions.reconcile import app as reconcile
from lotbook import wiring, wiring_reconciliation
from lotbook.adapters.dynamo.made import DynamoPurchaseLists
from lotbook.adapters.dynamo.table import Table
from lotbook.usecases.audit.audit_account import audit_account
from lotbook.usecases.reconciliation.reconcile import Reconciliation
from operate.redrive import REMEDIES
from operate.stack import Stack
from tests import engine
from tests.fakes.accounts import ManualClock
from tests.fakes.outbox import RecordingBus
from tests.fakes.purchases import FakeGateway
from tests.fakes.reconciliation import FakeLists
from tests.functions.conftest import ACCOUNT, ENVIRONMENT, Api, clear_wiring, member
from tests.functions.test_recheck import Context
from tests.table import definition

STREAM = {"StreamEnabled": True, "StreamViewType": "NEW_AND_OLD_IMAGES"}
FUNCTION_ARN = "arn:aws:lambda:us-east-1:000000000000:function:{}"
_NUMBERS = count(1)


@dataclass
class Deployment:
    """What a story needs. `table` is the one in use; `queues` are addresses by logical ids."""

    address: str
    api: Api
    gateway: FakeGateway
    bus: RecordingBus
    table: Table
    queues: dict[str, str]
    invoked: list[tuple[str, Any]] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)  # functions that fail

    def stack(self) -> Stack:
        """As `operate.stack.find` finds it, with functions in this process."""
        functions = {"OutboxFunction": "fn-outbox", "ReconcileFunction": "fn-reconcile"}
        return _Stack({"Table": self.table.name, **self.queues, **functions}, self.client, self)

    def client(self, service: str) -> Any:
        make: Any = boto3.client
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        return make(service, region_name="us-east-1", endpoint_url=self.address, **keys)

    def use(self, table: Table) -> None:
        """A deployment whose parameter names another table."""
        self.table = table
        clear_wiring()

    def restore(self) -> Table:
        """A copy of the table as it is now, as DynamoDB makes it of an instant."""
        name = f"{self.table.name}-restored"
        made = self.table.client.restore_table_to_point_in_time(
            SourceTableName=self.table.name, TargetTableName=name, UseLatestRestorableTime=True
        )
        assert made["TableDescription"]["TableName"] == name
        return Table(self.table.client, name)

    def order(self, credits: int, account_id: str = "acme") -> dict[str, Any]:
        body, path = {"item": {"kind": "top_up", "credits": credits}}, {"account_id": account_id}
        row: dict[str, Any] = self.api.call(
            f"POST {ACCOUNT}/purchases", body, member(account_id), self.api.fresh(), path
        ).ok(201)
        return {**row, "account_id": account_id}

    def pay(self, row: Mapping[str, Any]) -> None:
        """At the gateway, which tells nobody yet."""
        self.gateway.pay(self.gateway.opened[row["purchase_id"]])

    def settle(self, row: Mapping[str, Any]) -> None:
        path = {"account_id": row["account_id"], "purchase_id": row["purchase_id"]}
        route = f"POST {ACCOUNT}/purchases/{{purchase_id}}/recheck"
        assert self.api.call(route, caller=member(row["account_id"]), path=path).ok()["state"] == "completed"

    def buy(self, credits: int, account_id: str = "acme") -> dict[str, Any]:
        row = self.order(credits, account_id)
        self.pay(row)
        self.settle(row)
        return row

    def burn(self, credits: int, account_id: str = "acme") -> None:
        path = {"account_id": account_id}
        self.api.call(f"POST {ACCOUNT}/consume", {"credits": credits}, key=self.api.fresh(), path=path).ok()

    def available(self, account_id: str = "acme") -> int:
        found: int = self.api.call(f"GET {ACCOUNT}/balance", path={"account_id": account_id}).ok()["available"]
        return found

    def states(self, account_id: str = "acme") -> dict[str, str]:
        rows = self.api.call(f"GET {ACCOUNT}/purchases", path={"account_id": account_id}).ok()["purchases"]
        return {row["purchase_id"]: row["state"] for row in rows}

    def reconcile(self) -> dict[str, Any]:
        found: dict[str, Any] = reconcile.handler({}, Context(900_000))
        return found

    def audit(self, account_id: str = "acme") -> Any:
        return audit_account(account_id, wiring.units_of()(account_id), auditing=wiring.auditing())


class _Stack(Stack):
    """Functions answer in this process."""

    def __init__(self, names: Mapping[str, str], client: Any, deployment: Deployment) -> None:
        super().__init__(names, client)
        object.__setattr__(self, "deployment", deployment)

    def invoke_named(self, function: str, event: Mapping[str, Any]) -> Any:
        deployment: Deployment = self.deployment  # type: ignore[attr-defined]
        name = function.rpartition(":function:")[2].partition(":")[0]
        deployment.invoked.append((name, event))
        if name in deployment.broken:
            from local.cloud.refusals import Refused

            raise Refused(f"{name} failed: broken")
        if name == "fn-outbox":
            return outbox.handler(event, None)
        return import_module("functions.reconcile.app").handler(event, Context(900_000))


@contextmanager
def deployed(address: str) -> Iterator[Deployment]:
    """A deployment of its own in the engine at that address."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        clear_wiring()
        dynamo, name = engine.client(address), f"drill-{next(_NUMBERS)}"
        dynamo.create_table(TableName=name, StreamSpecification=STREAM, **definition())
        clock, bus = ManualClock(), RecordingBus()
        made = Deployment(address, Api(clock), FakeGateway(clock), bus, Table(dynamo, name), {})
        sqs = made.client("sqs")
        for queue in (*REMEDIES, "AutoTopUps", "Mails", "News", "Deliveries"):
            made.queues[queue] = sqs.create_queue(QueueName=f"{name}-{queue}")["QueueUrl"]
        lists = FakeLists(made.gateway, 100)
        patch.setattr(wiring, "table", lambda: made.table)
        patch.setattr(wiring, "clock", lambda: clock)
        patch.setattr(wiring, "gateway", lambda: made.gateway)
        patch.setattr(wiring, "bus", lambda: bus)
        patch.setattr(
            wiring_reconciliation,
            "reconciliation",
            lambda: Reconciliation(
                wiring.sales_desk(), lists, DynamoPurchaseLists(wiring.table()), wiring.reconciliation_journal()
            ),
        )
        yield made
    clear_wiring()
