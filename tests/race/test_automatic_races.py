"""Automatic purchase under real concurrency: processes on one engine and one stand-in, the boundary crossed by many at once.

MK-19, MK-20, MK-30, X-05, D4, D30, D32: nobody is refused at the boundary, one charge a unit, and never more than the cap, also
where answers of the gateway are lost after it has done what it was asked.
"""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from pathlib import Path
from typing import Any

import boto3
import pytest
import requests

from local.stripe_stand_in import StandIn, serve
from lotbook import wiring, wiring_automatic
from lotbook.adapters.system import SystemClock
from lotbook.domain.accounts.automatic import AutoRecord
from lotbook.domain.credits.requests import BurnRequest
from lotbook.domain.values.access import Caller
from lotbook.usecases.accounts.open_account import OpenAccount, open_account
from lotbook.usecases.automatic.switch import SwitchRequest, switch
from lotbook.usecases.automatic.work import work
from lotbook.usecases.credits.balance import read_balance
from lotbook.usecases.credits.consume import consume
from lotbook.usecases.sales.ensure_customer import ensure_customer
from tests import engine, patience, table
from tests.functions.conftest import clear_wiring, sample
from tests.race.automatic import ACME, KEY, burns, environment, works

pytestmark = pytest.mark.engine

PLAN, UNIT, CHARGE, CAP = 80_000, 10_000, 1_950, 8
OWNER = Caller("member", "owner", account_id=ACME, role="owner")
STEPS = ("invoices.create", "invoice_items.create", "invoices.finalize_invoice", "invoices.pay")


class Shop:
    """An account of Make on 80,000 credits a month, switched on, with a card that pays; everything as it is wired."""

    def __init__(self, engine_url: str, directory: Path) -> None:
        self.directory, self.numbers = directory.parent, count()
        self.stand_in = StandIn(directory, SystemClock(), None, "whsec_race", "http://placeholder")
        self.server = serve(self.stand_in, 0)
        self.stand_in.base_url = self.url = self.server.url
        self.environment = environment(engine_url, self.url)

    def open(self) -> None:
        policy = wiring.policies().publish("make", sample("make"))
        command = OpenAccount(ACME, policy.policy_id, "US", "a@b.example", "pro-80k")
        ports: dict[str, Any] = {"accounts": wiring.accounts(), "policies": wiring.policies()}
        open_account(command, **ports, desk=wiring.credit_desk())
        customer = ensure_customer(ACME, None, accounts=wiring.accounts(), gateway=wiring.gateway())
        params: Any = {"customer": customer}
        wiring.gateway_calls().call(lambda client: client.v1.payment_methods.attach("pm_card_visa", params))
        switch(SwitchRequest(ACME, True), OWNER, desk=wiring_automatic.auto_desk())

    def lose(self, operation: str, times: int) -> None:
        """The next calls of the operation are done, and their answers are lost."""
        body: Any = {"operation": operation, "kind": "timeout_after_commit", "times": times}
        requests.post(f"{self.url}/_stand_in/fail", json=body, timeout=patience.SECONDS).raise_for_status()

    def use(self, credits: int, key: str = "first") -> None:
        consume(ACME, key, BurnRequest(credits), desk=wiring_automatic.burning_desk())

    def record(self) -> AutoRecord:
        account = wiring.accounts().get(ACME)
        assert account is not None
        assert account.auto is not None
        return account.auto

    def available(self) -> int:
        return read_balance(ACME, "credits", desk=wiring.credit_desk()).available

    def settle(self) -> None:
        """What is left behind the queue."""
        until = time.monotonic() + patience.SECONDS
        while time.monotonic() < until:  # whoever was at it may be gone, and is given the seconds that a worker has
            if self.record().charge is None and work(ACME, None, desk=wiring_automatic.auto_desk()) is None:
                return
        raise AssertionError("the queue does not come to rest")

    def charges(self) -> Counter[tuple[str, int]]:
        """Every charge that the gateway has made."""
        listed = wiring.gateway_calls().call(lambda client: client.v1.charges.list({"limit": 100}))
        return Counter((each.status, each.amount) for each in listed.data)

    def reasons(self) -> Counter[str]:
        events, _ = wiring.auto_history().page(ACME, 100, None)
        return Counter(event.reason for event in events)

    def close(self) -> None:
        self.server.close()
        self.stand_in.close()


@pytest.fixture
def shop(dynamo_engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    client = engine.client(dynamo_engine)
    if "race" in client.list_tables()["TableNames"]:
        client.delete_table(TableName="race")
    table.create(client, "race")
    made = Shop(dynamo_engine, tmp_path / "stripe")
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    boto3.client("ssm").put_parameter(Name=KEY, Value="sk_test_race", Type="SecureString", Overwrite=True)
    clear_wiring()
    made.open()
    yield made
    clear_wiring()
    made.close()


def raced(shop: Shop, processes: int, keys: list[str], credits: int, *, waits: bool, workers: int = 1) -> Counter[str]:
    """The burns of all keys, dealt to the processes, while others work behind the queue."""
    stop = shop.directory / f"stop-{next(shop.numbers)}"
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes + workers, mp_context=context) as pool:
        working = [pool.submit(works, shop.environment, stop) for _ in range(workers)]
        shares = [keys[number::processes] for number in range(processes)]
        burning = [pool.submit(burns, shop.environment, share, credits, waits=waits) for share in shares]
        found = sum((each.result() for each in burning), Counter[str]())
        stop.touch()
        for each in working:
            each.result()
    return found


@pytest.mark.parametrize(
    ("callers", "processes"),
    [
        pytest.param(1, 1, marks=pytest.mark.soak),
        (8, 2),
        pytest.param(32, 4, marks=pytest.mark.soak),
    ],
)
def test_mk_30_d32_a_burst_over_the_boundary_is_not_refused_and_buys_one_unit(
    shop: Shop, callers: int, processes: int
) -> None:
    """Three credits are left; every caller wants one. The answer of each step is lost once (D4)."""
    shop.use(PLAN - 3)
    for step in STEPS:
        shop.lose(step, 1)
    keys = [f"key-{number}" for number in range(callers)]
    found = raced(shop, processes, keys, 1, waits=False)
    assert found == {"burned": callers}
    shop.settle()
    bought = 0 if callers < 3 else 1
    assert shop.charges() == ({("succeeded", CHARGE): bought} if bought else {})
    assert (shop.record().used, shop.record().spent_minor) == (bought, bought * CHARGE)
    assert shop.available() == 3 + bought * UNIT - callers


@pytest.mark.soak
def test_mk_20_x_05_the_cap_is_exact_however_many_burn_and_whatever_is_lost(shop: Shop) -> None:
    """Eight of 10,000 on 80,000; the ninth is refused, with its reason. 32 callers of four processes, two workers."""
    for step in STEPS:
        shop.lose(step, 2)
    keys = [f"key-{number}" for number in range(32)]
    found = raced(shop, 4, keys, 5_000, waits=True, workers=2)
    assert found == {"burned": 32}
    shop.settle()
    assert shop.charges() == {("succeeded", CHARGE): CAP}
    assert (shop.record().used, shop.record().spent_minor, shop.available()) == (CAP, CAP * CHARGE, 0)
    assert raced(shop, 2, ["more-1", "more-2"], 1, waits=False) == {"insufficient_credits": 2}
    shop.settle()
    assert shop.charges() == {("succeeded", CHARGE): CAP}
    assert (shop.reasons()["bought"], shop.reasons()["cap_reached"]) == (CAP, 1)
