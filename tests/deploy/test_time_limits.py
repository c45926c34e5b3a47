"""A service that hangs must not outlast the function: its caller would get Lambda's error instead of 503 with Retry-After."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local.template import load
from lotbook import wiring
from tests.functions.conftest import ENVIRONMENT, clear_wiring

TEMPLATE = Path(__file__).resolve().parents[2] / "template.yaml"
PAUSES = sum(2**attempt for attempt in range(wiring.TRIES - 1))  # the SDK's longest: one second, then twice as long


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    clear_wiring()
    yield
    clear_wiring()


def test_d20_a_hanging_table_is_told_before_any_function_is_stopped(environment: None) -> None:
    """D20: tries are counted with the first one; botocore's own `max_attempts` would count only those after it."""
    config = wiring.table().client.meta.config
    assert config.retries["total_max_attempts"] == wiring.TRIES
    longest = wiring.TRIES * (config.connect_timeout + config.read_timeout) + PAUSES
    for folder, function in load(TEMPLATE, {"Stage": "test"}).functions.items():
        assert longest < function.timeout_seconds, folder
