"""A service that hangs must not outlast the function: its caller would get Lambda's error instead of 503 with Retry-After."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import parts
from local.cloud.template import load
from local.places import Places
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
    assert config.read_timeout == wiring.READ_SECONDS
    longest = wiring.TRIES * (config.connect_timeout + config.read_timeout) + PAUSES
    for folder, function in load(TEMPLATE, {"Stage": "test"}).functions.items():
        assert longest < function.timeout_seconds, folder


def test_d16_the_local_run_is_patient_with_its_emulated_table(
    environment: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """D16: 32 callers on a machine of two cores, and others at work on it: slow, but not one 503."""
    here = parts.Parts.read(Places(3000, tmp_path, None, None), 3001).environment()
    monkeypatch.setenv("READ_SECONDS", here["READ_SECONDS"])
    clear_wiring()
    assert wiring.table().client.meta.config.read_timeout == parts.PATIENCE_SECONDS > wiring.READ_SECONDS
