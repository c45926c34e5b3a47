"""Bursts over the boundary, from processes and threads against the local engine: no refusal, one claim, and the cap exact (D30, D32).

The table is real, the gateway is in the memory of the process that charges. Never on moto: it is not safe under threads.
"""

from __future__ import annotations

import random
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import pytest

from lotbook.adapters.dynamo.accounts import DynamoAccounts
from lotbook.adapters.dynamo.auto import DynamoAutoHistory, DynamoClaims
from lotbook.adapters.dynamo.billing import DynamoBilling
from lotbook.adapters.dynamo.books import DynamoBooks
from lotbook.adapters.dynamo.closings import DynamoClosings
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.adapters.dynamo.purchases import DynamoPurchases
from lotbook.adapters.dynamo.table import Table
from lotbook.adapters.system import SystemClock, SystemEntropy
from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.sales.purchase import WAITING
from lotbook.domain.values.errors import InsufficientCredits, TopUpPending, Unavailable
from lotbook.usecases.accounts.open_account import OpenAccount, open_account
from lotbook.usecases.automatic.claim import advance_for
from lotbook.usecases.automatic.desk import AutoDesk, ClaimDesk
from lotbook.usecases.automatic.work import work
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.credits.desk import CreditDesk
from lotbook.usecases.credits.prunes import Prunes
from lotbook.usecases.sales.desk import SalesDesk
from tests import engine, table
from tests.fakes.purchases import FakeGateway
from tests.fakes.reconciliation import FakeStrays
from tests.fakes.samples import published

pytestmark = pytest.mark.engine

UNIT = 10_000
MAX_RETRIES = 2_400  # two minutes of them
PAUSE_SECONDS = 0.05  # as a client waits that was told to come again; here shorter


class Shop:
    """Make on the engine's table, as one process sees it."""

    def __init__(self, address: str, name: str, gateway: FakeGateway | None = None) -> None:
        made = Table(engine.product(address), name)
        self.clock, self.gateway = SystemClock(), gateway or FakeGateway(SystemClock())
        self.sales = SalesDesk(
            purchases=DynamoPurchases(made),
            accounts=DynamoAccounts(made),
            policies=DynamoPolicies(made),
            books=DynamoBooks(made),
            billing=DynamoBilling(made),
            gateway=self.gateway,
            clock=self.clock,
            entropy=SystemEntropy(),
            return_url="https://shop.example/",
            strays=FakeStrays(),
            history=DynamoAutoHistory(made),
            closings=DynamoClosings(made),
        )
        self.claiming = ClaimDesk(
            accounts=self.sales.accounts,
            policies=self.sales.policies,
            purchases=self.sales.purchases,
            claims=DynamoClaims(made),
            history=self.sales.history,
            clock=self.clock,
            entropy=self.sales.entropy,
        )
        self.burning: CreditDesk = replace(
            self.sales.credits, prunes=Prunes(), top_up=lambda lack: advance_for(lack, desk=self.claiming)
        )

    def open(self, account_id: str, plan: str) -> None:
        """An account with a card on file that buys automatically."""
        order = OpenAccount(account_id, "make", "US", "a@example.com", plan)
        ports = self.sales
        account = open_account(order, accounts=ports.accounts, policies=ports.policies, desk=ports.credits).account
        ports.accounts.save(replace(account, gateway_customer=account_id, auto=AutoRecord(enabled=True)))
        self.gateway.put_on_file(account_id, self.clock.now(), fingerprint="fp_1")
        ports.follow_pauses(account_id)

    def burn(self, account_id: str, key: str, credits: int) -> str:
        """As a client does it: what is pending or unavailable is sent again. The code of a refusal; empty where it burned."""
        for _ in range(MAX_RETRIES):
            try:
                consume(account_id, key, BurnRequest(credits), desk=self.burning)
            except InsufficientCredits as refusal:
                return refusal.code
            except (TopUpPending, Unavailable):
                time.sleep(PAUSE_SECONDS)
            else:
                return ""
        raise AssertionError("an account must not be busy for ever")

    def rows(self, account_id: str) -> list[Any]:
        return [row for row in self.sales.purchases.page(account_id, 100, None)[0] if row.auto is not None]


def burst(address: str, name: str, account_id: str, keys: list[str], credits: int) -> list[str]:
    """One process: its threads burn at once."""
    shop = Shop(address, name)
    random.Random(keys[0]).shuffle(keys)
    with ThreadPoolExecutor(len(keys)) as pool:
        return list(pool.map(lambda key: shop.burn(account_id, key, credits), keys))


@pytest.fixture(scope="module")
def shop(dynamo_engine: str) -> tuple[str, Shop]:
    made = table.create(engine.client(dynamo_engine), "auto")
    DynamoPolicies(made).publish("make", published("make").document)
    return dynamo_engine, Shop(dynamo_engine, made.name)


@pytest.mark.parametrize(
    "callers", [pytest.param(1, marks=pytest.mark.soak), 8, pytest.param(32, marks=pytest.mark.soak)]
)
def test_mk_30_d32_a_burst_over_the_boundary_is_not_refused_and_claims_once(
    shop: tuple[str, Shop], racers: ProcessPoolExecutor, callers: int
) -> None:
    """No refusal between 40,000 and 40,001, from two processes, while nobody has charged anything yet."""
    address, here = shop
    account_id, processes = f"acc-{callers}", 2 if callers > 1 else 1
    here.open(account_id, "pro-40k")
    here.burn(account_id, "before", 39_990)
    keys = [f"burst-{number}" for number in range(callers)]
    shares = [keys[number::processes] for number in range(processes)]
    asked = [racers.submit(burst, address, "auto", account_id, share, 300) for share in shares]
    answers = [answer for each in asked for answer in each.result()]
    assert answers == [""] * callers
    (row,) = here.rows(account_id)
    assert (row.state, row.total_minor) == ("pending", 2_080)
    work(account_id, row.purchase_id, desk=AutoDesk(here.sales, here.claiming))
    account = here.sales.accounts.get(account_id)
    assert account is not None
    assert account.auto is not None
    assert (account.auto.used, account.auto.charge) == (1, None)
    assert read_balance(account_id, "credits", desk=here.sales.credits).available == 10 + UNIT - 300 * callers
    assert len(here.gateway.tried) == len(set(here.gateway.tried))


@pytest.mark.soak
def test_mk_20_a4_32_callers_that_want_more_than_the_cap_get_exactly_the_cap(shop: tuple[str, Shop]) -> None:
    """Four units on 40,000, whoever is first; what does not fit any more is refused with its reason, and charged never."""
    address, here = shop
    here.open("capped", "pro-40k")
    here.burn("capped", "before", 40_000)
    tried = len(here.gateway.tried)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(burst, address, "auto", "capped", [f"cap-{number}" for number in range(32)], 2_000)
        while not asked.done():
            for row in here.rows("capped"):
                if row.state in WAITING:
                    work("capped", row.purchase_id, desk=AutoDesk(here.sales, here.claiming))
        answers = asked.result()
    rows = here.rows("capped")
    assert [row.state for row in rows] == ["completed"] * 4
    assert sorted(answers) == [""] * 20 + ["insufficient_credits"] * 12
    assert len(here.gateway.tried) - tried == 4
    assert read_balance("capped", "credits", desk=here.sales.credits).available == 0
    reasons = [event.reason for event in here.sales.history.page("capped", 50, None)[0]]
    assert sorted(reasons) == ["bought"] * 4 + ["cap_reached"]
