"""Fixtures of all tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import engine


@pytest.fixture(scope="session")
def dynamo_engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a local AWS engine that this session started; skips where it is not installed."""
    with engine.running(tmp_path_factory.mktemp("engine")) as address:
        yield address


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Soaks run only when they are asked for by name: `-m soak`."""
    if "soak" in str(config.getoption("-m")):
        return
    soaks = [item for item in items if item.get_closest_marker("soak")]
    if soaks:
        config.hook.pytest_deselected(items=soaks)
        items[:] = [item for item in items if item not in soaks]
