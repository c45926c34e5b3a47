"""The Chromium that browser tests drive. None is downloaded: it is the machine's own, and `.ci/run` installs Debian's where none is.

Without one the tests skip with one line that says how to get it. Under `CI=true` that is a failure instead, unless `.ci/run` has
said (`NO_CHROMIUM`) that it tried and that this machine cannot get any: then nothing here could mend it. A browser that is there
and does not start is always a failure.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")  # as requirements/browser.sh has them
NONE = "no Chromium here. On Debian: apt-get install chromium; elsewhere set CHROMIUM=/path/to/chromium"
FLAGS = (  # what a machine without a way out, a screen or a user of its own needs
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-sandbox",
)


def find(environment: Mapping[str, str] = os.environ) -> str | None:
    """Its path: what CHROMIUM names, or the first of the known names on the path."""
    names = (environment["CHROMIUM"],) if environment.get("CHROMIUM") else NAMES
    return next(filter(None, (shutil.which(name, path=environment.get("PATH")) for name in names)), None)


def needed(environment: Mapping[str, str] = os.environ) -> str:
    """Its path. Without one: skips the test, or fails it (see above)."""
    path = find(environment)
    if path is not None:
        return path
    given_up = environment.get("NO_CHROMIUM")
    if environment.get("CI") == "true" and not given_up:
        pytest.fail(NONE)
    pytest.skip(given_up or NONE)
