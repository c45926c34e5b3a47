"""A foreign judge: the scenarios of `billing-e2e` (PyPI, MIT), written against Stripe's own test clocks, played on the stand-in.

Their files come from the installed package; nothing of them is copied here.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import pytest
import stripe

from local.stripe_stand_in import StandIn
from local.stripe_stand_in.client import InProcessClient
from tests.local.stand_in.shop import SECRET, plan

_REASON = "billing-e2e is not installed (dependency group `test`)"
runner: Any = pytest.importorskip("billing_e2e.runner", reason=_REASON)
scenario: Any = pytest.importorskip("billing_e2e.scenario", reason=_REASON)

KEY = "sk_test_0123456789abcdef"
APPLY = ("renewal", "failed-renewal", "cancel-at-period-end", "signup-card-problems")


class _RealClock:
    def now(self) -> int:
        return int(time.time() * 1000)


@pytest.fixture
def client(tmp_path: Path) -> Iterator[stripe.StripeClient]:
    stand_in = StandIn(tmp_path / "stripe", _RealClock(), None, SECRET, "http://stripe.test")
    yield stripe.StripeClient(KEY, http_client=InProcessClient(stand_in))
    stand_in.close()


def _play(client: stripe.StripeClient, name: str) -> Any:
    prices = {"monthly_price": plan(client, 900).id, "upgrade_price": plan(client, 2900).id}
    config = scenario.parse_config({"stripe": {"key": KEY}, "vars": prices}, env={})
    with as_file(files("billing_e2e") / "scenarios" / f"{name}.yml") as path:
        return runner.Runner(config, client).run(scenario.load_scenario(path))


@pytest.mark.parametrize("name", APPLY)
def test_a_scenario_that_was_written_for_stripe_passes(client: stripe.StripeClient, name: str) -> None:
    result = _play(client, name)
    assert [step.label for step in result.steps if not step.passed] == [], result.steps[-1].detail
    assert result.errors == []
    assert result.passed
    assert client.v1.test_helpers.test_clocks.list({}).data == [], "it has cleaned up"


def test_the_one_about_prorations_is_refused_where_they_begin(client: stripe.StripeClient) -> None:
    """Nothing of ours prorates (see decision 0062); the stand-in says so instead of inventing amounts."""
    result = _play(client, "plan-change")
    failed = result.steps[-1]
    assert (failed.passed, failed.label.split(" ")[0]) == (False, "change")
    assert "does not support prorations" in failed.detail
