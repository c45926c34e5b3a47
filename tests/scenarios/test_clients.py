"""Both client libraries against the running product: the same stories, with the same outcomes, also over networks that fail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import lotbook_client as lotbook
from tests.clients import node, proxy
from tests.clients.stage import Client, Stage
from tests.clients.stories import EXPECTED, STORIES
from tests.loops import in_a_loop
from tests.scenarios.conftest import Stack

# The async client's calls are the sync one's from the same text; it plays what it does with words of its own.
ASYNC = (
    "buy_and_burn",
    "a_hold_ends_with_its_block",
    "a_list_is_read_to_its_end",
    "a_busy_api_is_asked_again_when_it_said",
)
PLAYED: list[tuple[type[Client], str]] = [
    *((lotbook.Lotbook, name) for name in STORIES),
    *((lotbook.AsyncLotbook, name) for name in ASYNC),
]


@pytest.fixture(scope="module")
def network(stack: Stack) -> Iterator[str]:
    with proxy.network(stack.base) as address:
        yield address


@pytest.fixture(scope="module")
def typescript(stack: Stack, network: str) -> dict[str, Any]:
    """What became of all stories in one process of Node."""
    script = node.TYPESCRIPT / "stories.ts"
    found: dict[str, Any] = node.run(script, stack.base, network, stack.dev["service_key"], stack.fresh("ts"))
    return found


@pytest.mark.parametrize(("kind", "name"), PLAYED)
def test_python_plays_the_story(stack: Stack, network: str, kind: type[Client], name: str) -> None:
    async def played() -> dict[str, Any]:
        stage = Stage(kind, stack.base, network, stack.dev["service_key"], stack.fresh("py"))
        try:
            return await STORIES[name](stage)
        finally:
            await stage.close()

    assert in_a_loop(played()) == EXPECTED[name]


@pytest.mark.parametrize("name", STORIES)
def test_typescript_plays_the_story(typescript: dict[str, Any], name: str) -> None:
    assert typescript[name] == EXPECTED[name]


def test_the_three_clients_play_the_same_stories(typescript: dict[str, Any]) -> None:
    assert list(typescript) == list(STORIES) == list(EXPECTED)
