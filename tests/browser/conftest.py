"""The billing page in a real Chromium: one local run and one browser for all of these tests, in one worker."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from local.clock import LocalClock
from tests import browsers, ports
from tests.browser.people import People, Person
from tests.pictures import accounts
from tests.scenarios.conftest import ROOT, Stack, start, stop

NEEDING = "shop"


@pytest.hookimpl(tryfirst=True)  # before `-m` selects
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs the run starts processes. `tests/dealing.py` keeps it in one worker: a second run would cost more than it saves."""
    for item in items:
        if NEEDING in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.process)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """pytest-playwright starts the machine's own browser with these."""
    return {"executable_path": browsers.needed(), "args": list(browsers.FLAGS)}


@pytest.fixture(scope="session")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A fresh local run whose clock has been set."""
    browsers.needed()
    if not (ROOT / ".venv-engine" / "bin" / "ministack").exists():
        pytest.skip("the local engine is not installed: make run")
    folder: Path = tmp_path_factory.mktemp("browser_run")
    LocalClock(folder / "clock.json").change({"now": accounts.BEGAN})
    running, stack = start(folder, ports.free())
    yield stack
    stop(running)


@pytest.fixture(scope="session")
def everybody(shop: Stack, browser: Browser) -> People:
    """Their browsers are handed on from test to test."""
    return People(shop, browser)


@pytest.fixture
def people(everybody: People) -> Iterator[People]:
    """Whoever comes to the page in one test."""
    yield everybody
    everybody.leave()


@pytest.fixture
def ann(people: People) -> Person:
    """Somebody who has not been let in yet."""
    return people.somebody()
