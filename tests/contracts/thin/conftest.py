"""Both clients of one scripted server, without pauses: what each would have waited is written down."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.config import Config
from botocore.retries import standard
from botocore.session import Session

from lotbook import wiring
from lotbook.adapters.thin import client, retries
from lotbook.adapters.thin.connection import Limits
from tests.scripted import Scripted, environment, serving

PATIENT = Limits(connect=30, read=30)


@dataclass
class Pauses:
    """Seconds, as each client would have paused when chance is at its most."""

    botocores: list[float] = field(default_factory=list)
    thins: list[float] = field(default_factory=list)


@dataclass
class Pair:
    """The two clients, each with a server of its own that plays the same acts."""

    oracle: Any
    thin: Any
    oracles: Scripted
    thins: Scripted
    pauses: Pauses


def botocores(address: str) -> Any:
    """Its client as `wiring` makes it."""
    config = Config(
        connect_timeout=30,
        read_timeout=30,
        retries={"mode": "standard", "total_max_attempts": wiring.TRIES},
        parameter_validation=False,
    )
    return Session().create_client(
        "dynamodb",
        "us-east-1",
        endpoint_url=address,
        config=config,
        aws_access_key_id="test",
        aws_secret_access_key="secret",
    )


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> Pauses:
    found = Pauses()
    reckoned = standard.ExponentialBackoff.delay_amount

    def delay(self: Any, context: Any) -> float:
        self._random = lambda: 1.0
        found.botocores.append(reckoned(self, context))
        return 0.0

    monkeypatch.setattr(standard.ExponentialBackoff, "delay_amount", delay)
    monkeypatch.setattr(retries, "jitter", lambda: 1.0)
    monkeypatch.setattr(client, "pause", lambda seconds: found.thins.append(seconds) if seconds else None)
    return found


@pytest.fixture(scope="module")
def servers() -> Iterator[tuple[Scripted, Scripted]]:
    with serving() as oracles, serving() as thins:
        yield oracles, thins


@pytest.fixture(scope="module")
def oracle(servers: tuple[Scripted, Scripted]) -> Any:
    """It takes half a second to make."""
    return botocores(servers[0].address)


@pytest.fixture
def pair(oracle: Any, servers: tuple[Scripted, Scripted], pauses: Pauses) -> Pair:
    thin = client.of(environment(servers[1].address), PATIENT, tries=wiring.TRIES)
    return Pair(oracle, thin, *servers, pauses)
