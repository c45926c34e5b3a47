"""Which tests a parallel run deals to one worker together, and which it begins with.

A worker has its own local run and its own engine; so what shares one stays in one worker, and so does a file, whose fixtures may be
slow to make. What takes long comes first: at the end both workers have something small left. (xdist's own `loadgroup` marks a test by a
field that pytest 9.2 does not read any more: its groups went to all workers.)
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parents[1]
SHARED = ("stack", "dynamo_engine")  # fixtures of the session; whoever asks for one names it
OF_A_UNIT = (*SHARED, "shop", "browser", "racers")  # of the session, and nobody asks for them when their unit is over
TOGETHER = {
    "tests/architecture/": "tests/architecture/",  # who parse the same files
    "tests/browser/": "tests/browser/",  # one local run and one browser, and a clock that the last file moves
    "tests/local/console/test_in_chromium.py": "tests/browser/",  # another local console in the same browser
}
FIRST = (  # what takes longest: all scenarios of one local run, then the browser's, then the races of one engine
    "tests/scenarios/test_",
    "tests/browser/",
    "tests/race/",
    "tests/scenarios/",
    "tests/local/",
    "tests/mutation/",
)


@cache
def unit_of(file: str) -> str:
    """What goes to one worker: a file, a folder, or all files that ask for the same thing."""
    for start, unit in TOGETHER.items():
        if file.startswith(start):
            return unit
    text = (ROOT / file).read_text()
    for fixture in SHARED:
        if re.search(rf'\b{fixture}: \w+[,)]|getfixturevalue\("{fixture}"\)', text):
            return fixture
    return file


def turn_of(nodeid: str) -> int:
    """The place in the order of a parallel run."""
    return next((place for place, start in enumerate(FIRST) if nodeid.startswith(start)), len(FIRST))


def end_what_was_shared(item: pytest.Item, following: pytest.Item | None) -> None:
    """When a worker goes on to another unit: a local run, an engine or a browser would go on beside it to the end of the session."""
    units = [unit_of(each.nodeid.split("::")[0]) for each in (item, following) if each is not None]
    if len(set(units)) < 2:
        return
    for name in OF_A_UNIT:
        for fixture in item.session._fixturemanager.getfixturedefs(name, item) or ():
            if fixture.scope == "session":
                fixture.finish(getattr(item, "_request"))  # noqa: B009 -- pytest's own; does nothing where it was never made


class Dealing(LoadScopeScheduling):  # type: ignore[misc]
    """One unit after the other, to whoever has nearly nothing left."""

    def __init__(self, config: pytest.Config, log: object) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False  # that is by the number of tests; ours is by how long they take

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid.split("::")[0])
