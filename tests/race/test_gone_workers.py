"""Workers that are gone left receipts in a busy account's book (design: performance, round two, 6 a)."""

from __future__ import annotations

import pytest

from bench.counts import behind_the_gone
from tests import engine

pytestmark = pytest.mark.engine
GONE, CALLERS, EACH = 15, 8, 20  # `make bench` counts twice as many of the gone, and of the burns of each caller


def test_burns_of_a_busy_account_do_not_pay_for_workers_that_are_gone(dynamo_engine: str) -> None:
    """A turn that clears the book loses to every other burn: 4.0 calls and 9.0 units a burn, for as long as burns come."""
    calls, write_units = behind_the_gone(engine.client(dynamo_engine), CALLERS, GONE, EACH)
    assert calls <= 2.2
    assert write_units <= 2.3
