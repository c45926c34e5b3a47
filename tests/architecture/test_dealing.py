"""How a parallel run deals the tests to its workers."""

from __future__ import annotations

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.dealing import unit_of


def test_a_file_stays_together_and_what_shares_a_local_run_or_an_engine_too() -> None:
    assert unit_of("tests/scenarios/test_cards.py") == unit_of("tests/scenarios/test_zz_clock.py") == "stack"
    assert unit_of("tests/race/test_batch_races.py") == unit_of("tests/local/cloud/test_streams.py") == "dynamo_engine"
    assert unit_of("tests/browser/test_buying.py") == unit_of("tests/browser/test_zz_clock.py") == "tests/browser/"
    for alone in ("tests/scenarios/test_demo.py", "tests/scenarios/plans/test_found.py", "tests/api/test_contract.py"):
        assert unit_of(alone) == alone


def test_xdist_still_asks_us(request: pytest.FixtureRequest) -> None:
    """A hook that nobody calls any more is silent: the tests would be dealt one by one again."""
    assert request.config.hook.pytest_xdist_make_scheduler.spec is not None
    assert callable(vars(LoadScopeScheduling)["_split_scope"])
