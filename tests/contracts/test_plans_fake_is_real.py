"""The gateway in memory and the adapter at the stand-in tell the same stories: what is true of one is true of the other.

Names differ and are told apart by the order in which they are met.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import stripe

from tests.contracts import auto_stories, plan_stories_changes, plan_stories_renewals, plan_stories_schedules
from tests.contracts.plan_telling import STORIES, Story
from tests.contracts.plan_worlds import AtTheStandIn, InMemory, differences, plain

TOLD = (auto_stories, plan_stories_changes, plan_stories_renewals, plan_stories_schedules)


@pytest.mark.parametrize("told", STORIES.values(), ids=STORIES)
def test_the_gateway_in_memory_says_what_the_adapter_says_at_the_stand_in(
    told: Story, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stripe.HTTPClient, "_sleep_time_seconds", lambda *_: 0)
    real = AtTheStandIn(tmp_path / "stripe")
    try:
        names: tuple[dict[str, str], dict[str, str]] = {}, {}
        found = [plain(each, names[0]) for each in told(real)]
        faked = [plain(each, names[1]) for each in told(InMemory())]
    finally:
        real.close()
    assert differences(faked, found) == []
    assert len(found) == len(faked)


def test_every_story_is_told() -> None:
    """The judge sees two worlds apart where they are."""
    assert {told.__module__ for told in STORIES.values()} == {module.__name__ for module in TOLD}
    assert differences({"a": [1, 2]}, {"a": [1, 3]}) == [".a[1]: 2 in memory, 3 at the stand-in"]
