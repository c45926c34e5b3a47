"""`make pictures`: every page, vendor and state, light, dark and narrow, into build/pictures, with a sheet to look at them.

Starts a local run of its own; the accounts take a minute or two, the pictures some more. `ONLY=overview` takes those alone whose
name contains it; `README=1` renews the picture of README's tour.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape
from pathlib import Path

from local.clock import LocalClock
from local.surroundings import leave_aws, reach_this_machine
from tests import browsers, ports
from tests.pictures import accounts, camera
from tests.pictures.states import STATES, State
from tests.scenarios.conftest import Stack, start, stop

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "build" / "pictures"
README_PICTURE = ROOT / "docs" / "billing-page.png"
OF_README = "overview insurestack-1"
SHEET = """<!doctype html><meta charset="utf-8"><title>Pictures</title><style>
body { font: 15px/1.4 system-ui, sans-serif; margin: 1.5rem; background: #8a8f98 }
section { display: grid; grid-template-columns: 5fr 5fr 2fr; gap: 1rem; align-items: start; margin-bottom: 2rem }
h2 { grid-column: 1 / -1; margin: 0 } img { width: 100%; border-radius: 6px }</style>
"""


def main(only: str, *, for_readme: bool) -> int:
    """0, or 1 with one line where this machine has no browser."""
    only = OF_README if for_readme else only
    path = browsers.find()
    if path is None:
        print(browsers.NONE, file=sys.stderr)
        return 1
    chosen = [state for state in STATES if only in state.name]
    FOLDER.mkdir(parents=True, exist_ok=True)
    with a_run({state.account for state in chosen}) as stack, camera.chromium(path) as browser:
        for number, state in enumerate(chosen, 1):
            print(f"{number}/{len(chosen)} {state.name}", flush=True)
            taken = list(camera.take(browser, stack, state, FOLDER))
            if for_readme:
                shutil.copyfile(taken[0], README_PICTURE)
    (FOLDER / "index.html").write_text(SHEET + "".join(map(shown, STATES)))
    print(f"Look at {FOLDER.relative_to(ROOT)}/index.html")
    return 0


def shown(state: State) -> str:
    """A row of the sheet."""
    views = "".join(
        f'<a href="{state.slug}.{view}.png"><img loading="lazy" src="{state.slug}.{view}.png" alt="{view}"></a>'
        for view, *_ in camera.VIEWS
    )
    return f"<section><h2>{escape(state.name)}</h2>{views}</section>\n"


@contextmanager
def a_run(wanted: set[str]) -> Iterator[Stack]:
    """A local run with these accounts."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # the engine may write a moment longer
        LocalClock(Path(folder) / "clock.json").change({"now": accounts.BEGAN})
        print("Starting a local run and opening accounts (a minute or two)", flush=True)
        running, stack = start(Path(folder), ports.free())
        try:
            accounts.build(stack, wanted, accounts.FULL)
            yield stack
        finally:
            stop(running)


if __name__ == "__main__":
    leave_aws(os.environ)
    reach_this_machine(os.environ)
    sys.exit(main(os.environ.get("ONLY", ""), for_readme=bool(os.environ.get("README"))))
