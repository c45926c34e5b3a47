"""What a plan that renews costs beside its renewal: a first plan, a change, a settlement, a cancellation. Gated at equality.

Calls, write units and read units of the table by our own meter, and the gateway's calls. A burn in between costs what it did.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.billing import DynamoBilling
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.sales.items import PlanItem
from lotbook.usecases.accounts.open_account import OpenAccount, open_account
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.plans.cancel import cancel
from lotbook.usecases.plans.change import change_plan
from lotbook.usecases.plans.changed import Changed
from lotbook.usecases.sales.desk import SalesDesk
from lotbook.usecases.sales.freeze_order import PurchaseRequest
from lotbook.usecases.sales.settle_purchase import settle_purchase
from tests import table
from tests.fakes.accounts import ManualClock
from tests.fakes.automatic import FakeAutoHistory
from tests.fakes.closing_store import FakeClosings
from tests.fakes.desk import CountingEntropy
from tests.fakes.purchases import FakeGateway
from tests.fakes.reconciliation import FakeStrays
from tests.fakes.samples import member, published
from tests.meter import Metered

OWNER = member("owner")
Costs = tuple[tuple[int, int, int], int]
COSTS: dict[str, Costs] = {  # ((calls, write units, read units) of the table, calls of the gateway)
    "first": ((50, 17, 54), 10),
    "upgrade": ((75, 27, 77), 8),  # what is left of a lot is carried, too
    "the same key again": ((5, 0, 5), 0),
    "burn": ((2, 2, 0), 0),
    "settled": ((30, 9, 31), 1),  # a renewal's row and lot, once its invoice is paid
    "downgrade": ((24, 7, 26), 2),  # a wish, until the period's end, its key, and the mark on the period's row
    "cancel": ((19, 2, 27), 1),
    "burn after": ((2, 2, 0), 0),
}


class Shop:
    """GoContent on a metered table, an account with a card on file, and a gateway in memory that counts."""

    def __init__(self, client: Any) -> None:
        made = table.create(client)
        self.meter = Metered(client)
        metered = Table(self.meter, made.name)
        self.clock = ManualClock("2026-01-15T10:00:00")
        self.gateway = FakeGateway(self.clock)
        DynamoPolicies(Table(client, made.name)).publish("gocontent", published("gocontent").document)
        self.policies = DynamoPolicies(metered)
        self.desk = SalesDesk(
            purchases=DynamoPurchases(metered),
            accounts=DynamoAccounts(metered),
            policies=self.policies,
            books=DynamoBooks(metered),
            billing=DynamoBilling(metered),
            gateway=self.gateway,
            clock=self.clock,
            entropy=CountingEntropy(),
            return_url="https://shop.example/",
            strays=FakeStrays(),
            history=FakeAutoHistory(),
            closings=FakeClosings(),
        )
        order = OpenAccount("acme", "gocontent", "US", "a@example.com", "none")
        account = open_account(
            order, accounts=self.desk.accounts, policies=self.policies, desk=self.desk.credits
        ).account
        customer = self.gateway.open_customer(account)
        self.desk.accounts.save(replace(account, gateway_customer=customer))
        self.gateway.put_on_file(customer, self.clock.now())

    def change(self, plan_id: str, key: str) -> Changed:
        return change_plan(PurchaseRequest("acme", PlanItem(plan_id)), key, OWNER, desk=self.desk)

    def burn(self, key: str) -> None:
        consume("acme", key, BurnRequest(1), desk=self.desk.credits)

    def on(self, when: str) -> None:
        self.clock.set(when)
        self.gateway.tick()

    def costs(self, work: Any) -> Costs:
        self.meter.reset()
        before = len(self.gateway.calls)
        work()
        return self.meter.counts(), len(self.gateway.calls) - before


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Shop(boto3.client("dynamodb", region_name="us-east-1"))


def test_a_life_of_a_plan_costs_so_many_calls_and_units(shop: Shop) -> None:
    found = {"first": shop.costs(lambda: shop.change("starter", "c-1"))}
    shop.burn("k-1")
    shop.on("2026-01-20T10:00:00")
    found["upgrade"] = shop.costs(lambda: shop.change("growth", "c-2"))
    found["the same key again"] = shop.costs(lambda: shop.change("growth", "c-2"))
    shop.burn("k-2")
    found["burn"] = shop.costs(lambda: shop.burn("k-3"))
    shop.on("2026-02-20T10:00:00")
    shop.burn("k-4")
    shop.on("2026-02-20T11:30:00")
    (newest, *_), _ = shop.desk.purchases.page("acme", 1, None)
    found["settled"] = shop.costs(lambda: settle_purchase("acme", newest.purchase_id, desk=shop.desk))
    assert shop.desk.purchase("acme", newest.purchase_id).state == "completed"
    found["downgrade"] = shop.costs(lambda: shop.change("starter", "c-3"))
    found["cancel"] = shop.costs(lambda: cancel("acme", OWNER, desk=shop.desk))
    found["burn after"] = shop.costs(lambda: shop.burn("k-5"))
    assert found == COSTS
