"""What automatic purchase costs a burn: nothing while it fits, three calls more when it claims. Counted by our own meter.

The gateway is not in the burn's path: the calls are all of the table's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import boto3
import pytest

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.auto import DynamoAutoHistory, DynamoClaims
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.table import Table
from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.errors import InsufficientCredits
from lotbook.usecases.accounts.open_account import OpenAccount, open_account
from lotbook.usecases.accounts.pauses import follow_pauses
from lotbook.usecases.accounts.renew_account import renew_account
from lotbook.usecases.automatic.claim import advance_for
from lotbook.usecases.automatic.desk import ClaimDesk
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.desk import CreditDesk
from lotbook.usecases.credits.prunes import Prunes
from tests import table
from tests.fakes.accounts import ManualClock
from tests.fakes.desk import CountingEntropy
from tests.fakes.samples import published
from tests.meter import Metered
from tests.quick_moto import mock_aws

FITS = (2, 2, 0)
TRIGGERS = (5, 11, 2)
REFUSED = (3, 1, 3)


class Shop:
    """Make on a metered table, and an account on Pro 80k that buys automatically."""

    def __init__(self, client: Any) -> None:
        made = table.create(client)
        self.meter = Metered(client)
        metered = Table(self.meter, made.name)
        self.clock = ManualClock("2027-03-20T12:00:00")
        DynamoPolicies(Table(client, made.name)).publish("make", published("make").document)
        self.policies, self.accounts = DynamoPolicies(metered), DynamoAccounts(metered)
        self.books, self.purchases = DynamoBooks(metered), DynamoPurchases(metered)
        claiming = ClaimDesk(
            accounts=self.accounts,
            policies=self.policies,
            purchases=self.purchases,
            claims=DynamoClaims(metered),
            history=DynamoAutoHistory(metered),
            clock=self.clock,
            entropy=CountingEntropy(),
        )
        self.desk = CreditDesk(
            self.books, self.clock, self._renew, prunes=Prunes(), top_up=lambda lack: advance_for(lack, desk=claiming)
        )
        order = OpenAccount("acme", "make", "US", "a@example.com", "pro-80k")
        account = open_account(order, accounts=self.accounts, policies=self.policies, desk=self.desk).account
        self.accounts.save(replace(account, gateway_customer="cus_1", auto=AutoRecord(enabled=True)))
        follow_pauses("acme", accounts=self.accounts, policies=self.policies, desk=self.desk)
        self.burns = 0

    def _renew(self, account_id: str) -> None:
        desk = replace(self.desk, rows=self.purchases)
        renew_account(account_id, accounts=self.accounts, policies=self.policies, desk=desk)

    def refusal(self, credits: int) -> tuple[int, int, int]:
        """The same of one that is refused."""
        before = self.meter.counts()
        with pytest.raises(InsufficientCredits):
            self.burn(credits)
        calls, writes, reads = self.meter.counts()
        return calls - before[0], writes - before[1], reads - before[2]

    def burn(self, credits: int) -> tuple[int, int, int]:
        """Calls, write units and read units of one burn."""
        self.burns += 1
        self.clock.instant += 1_000
        before = self.meter.counts()
        consume("acme", f"burn-{self.burns}", BurnRequest(credits), desk=self.desk)
        calls, writes, reads = self.meter.counts()
        return calls - before[0], writes - before[1], reads - before[2]


@pytest.fixture
def shop(monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    with mock_aws():
        yield Shop(boto3.client("dynamodb", region_name="eu-central-1"))


def test_t23_a_burn_that_fits_costs_what_it_did_also_on_a_book_that_tops_up(shop: Shop) -> None:
    shop.burn(1)
    assert shop.burn(10) == FITS
    assert shop.burn(79_989) == FITS, "also the one that empties the book: the stream sees that"


def test_x_08_a_burn_that_claims_costs_three_calls_more(shop: Shop) -> None:
    """Account and policy in one read, the claim's transaction, and one swap: the burn that was refused, then the burn's own entry.

    The swap lays the lot and the burn together; the grant's entry stays in the book for the next turn, as after a crash.
    """
    shop.burn(79_990)
    assert shop.burn(20) == TRIGGERS
    assert shop.burn(1) == FITS, "and the next one what it did"
    assert read_balance("acme", "credits", desk=shop.desk).available == 10_000 - 11


def test_d31_a_refusal_at_the_cap_reads_three_times_and_writes_its_reason_once(shop: Shop) -> None:
    shop.burn(80_000)
    account = shop.accounts.get("acme")
    assert account is not None
    at_cap = AutoRecord(enabled=True, period_start=2**50, used=8, used_credits=80_000)
    shop.accounts.save(replace(account, auto=at_cap))
    costs = [shop.refusal(1) for _ in range(3)]
    assert costs[1] == costs[2] == REFUSED
    assert costs[0][1] > REFUSED[1], "the first one writes its reason"
