"""What a renewal costs, counted by our own meter and gated at equality: calls, write units, read units (issue 9)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest
from moto import mock_aws

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.accounts.standings import with_standing
from lotbook.domain.accounts.subscriptions import BillingPeriod, Subscription
from lotbook.domain.accounts.terms import PlanStanding
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values import instants
from lotbook.usecases.accounts.open_account import OpenAccount, open_account
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.desk import CreditDesk
from tests import table
from tests.fakes.accounts import ManualClock
from tests.fakes.samples import published
from tests.meter import Metered

OPENED, RENEWS = "2026-01-15T10:00:00", "2026-02-15T10:00:00"


class Deployed:
    """An account of a sample policy on a metered table, its first period open and a burn made in it."""

    def __init__(self, client: Any, policy: str, plan: str) -> None:
        made = table.create(client)
        self.meter = Metered(client)
        metered = Table(self.meter, made.name)
        self.books, self.accounts, self.clock = DynamoBooks(metered), DynamoAccounts(metered), ManualClock(OPENED)
        self.purchases = DynamoPurchases(metered)
        self.policies = DynamoPolicies(Table(client, made.name))
        self.policies.publish(policy, published(policy).document)
        self.policies = DynamoPolicies(metered)
        order = OpenAccount("acme", policy, "US", "a@example.com", plan)
        open_account(order, accounts=self.accounts, policies=self.policies, desk=self.desk)
        if published(policy).policy.plan(plan).credits:
            consume("acme", "k-1", BurnRequest(1), desk=self.desk)

    @property
    def desk(self) -> CreditDesk:
        return CreditDesk(self.books, self.clock, self.renew, rows=self.purchases)

    def renew(self, account_id: str) -> None:
        renew_account(account_id, accounts=self.accounts, policies=self.policies, desk=self.desk)

    def renew_at_once(self) -> None:
        renew_account("acme", accounts=self.accounts, policies=self.policies, desk=self.desk, at_once=True)


@pytest.fixture
def client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield boto3.client("dynamodb", region_name="us-east-1")


@pytest.mark.parametrize(
    ("policy", "plan", "units", "costs"),
    [
        ("gocontent", "starter", 1, (7, 4, 7)),  # one lot dies, one comes
        ("insurestack", "plus", 1, (9, 8, 8)),  # free and plan lot
        ("make", "core-10k", 2, (8, 4, 8)),  # a second book, which has no periods, is looked at
    ],
)
def test_a_renewal_costs_so_many_calls_write_units_and_read_units(
    client: Any, policy: str, plan: str, units: int, costs: tuple[int, int, int]
) -> None:
    """21 calls before; the burn's receipt is settled in the ledger already."""
    deployed = Deployed(client, policy, plan)
    read_balance("acme", "credits", desk=deployed.desk)
    deployed.clock.set(RENEWS)
    deployed.meter.reset()
    deployed.renew("acme")
    assert deployed.meter.counts() == costs, dict(deployed.meter.calls)
    assert len(deployed.policies.newest(policy).policy.units) == units
    (lot, *_) = read_balance("acme", "credits", desk=deployed.desk).lots
    assert lot.effective_at == instants.from_text(f"{RENEWS}Z")


@pytest.mark.parametrize(
    ("policy", "before", "plan", "price_minor", "costs"),
    [
        ("gocontent", "none", "starter", 4_000, (8, 5, 7)),
        ("insurestack", "payg", "plus", 2_900, (10, 9, 8)),
        ("make", "core-10k", "core-10k", 900, (9, 6, 8)),
    ],
)
def test_a_renewal_of_a_plan_that_the_gateway_bills_costs_one_row_more(
    client: Any, policy: str, before: str, plan: str, price_minor: int, costs: tuple[int, int, int]
) -> None:
    """The period's purchase row: one call. A burn costs what it did. Why some are past eight calls: decision 64."""
    deployed = Deployed(client, policy, before)
    start, end = instants.from_text(f"{OPENED}Z"), instants.from_text(f"{RENEWS}Z")
    first = BillingPeriod(start, end, plan, "paid", "pur_1", anchor=start, policy_version=1)
    sub = Subscription("sub_1", "si_1", plan, 1, "price_1", price_minor, start, "pur_1", (first,))
    account = deployed.accounts.get("acme")
    assert account is not None
    standing = PlanStanding(plan, start, "stripe", None, "pur_1", renews=True, policy_version=1)
    deployed.accounts.save(replace(with_standing(account, standing), subscription=sub))
    deployed.renew_at_once()
    consume("acme", "k-2", BurnRequest(1), desk=deployed.desk)
    read_balance("acme", "credits", desk=deployed.desk)
    deployed.clock.set(RENEWS)
    deployed.meter.reset()
    deployed.renew("acme")
    assert deployed.meter.counts() == costs, dict(deployed.meter.calls)
    deployed.meter.reset()
    consume("acme", "k-3", BurnRequest(1), desk=deployed.desk)
    assert deployed.meter.counts() == (2, 2, 0)
