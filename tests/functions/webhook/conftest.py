"""The webhook function with two active secrets, a gateway in memory, and a purchase that was paid."""

from __future__ import annotations

from typing import Any

import pytest

from lotbook import wiring
from lotbook.adapters.secrets import SsmSecrets
from tests.fakes.purchases import FakeGateway
from tests.functions.conftest import ACCOUNT, Api, member, open_account
from tests.functions.webhooks import ACME, Ssm


@pytest.fixture
def ssm(api: Api, monkeypatch: pytest.MonkeyPatch) -> Ssm:
    store = Ssm()
    secrets = SsmSecrets(store, api.clock)
    monkeypatch.setattr(wiring, "secrets", lambda: secrets)
    return store


@pytest.fixture
def gateway(api: Api, ssm: Ssm, monkeypatch: pytest.MonkeyPatch) -> FakeGateway:
    """The gateway in memory."""
    fake = FakeGateway(api.clock)
    monkeypatch.setattr(wiring, "gateway", lambda: fake)
    return fake


@pytest.fixture
def paid(api: Api, gateway: FakeGateway) -> dict[str, Any]:
    """A purchase of 30 credits whose page was paid and whose webhook has not come."""
    open_account(api, "acme")
    row = api.call(
        f"POST {ACCOUNT}/purchases", {"item": {"kind": "top_up", "credits": 30}}, member("acme"), "k", ACME
    ).ok(201)
    gateway.pay(next(iter(gateway.sessions)))
    found: dict[str, Any] = row
    return found
