"""`make clean-data`: remove the local run's data, unless a run uses it, or it is none of ours.

Runs by its path on any Python 3, before anything is installed: it must import nothing else from this folder.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import sys
from pathlib import Path

LOCK = "lock"  # as in places.py
ENGINE_LOCK = Path("engine") / "lock"  # as in cloud/engine.py


def main() -> int:
    """Answers the exit code."""
    directory = Path(os.environ.get("DATA_DIR") or ".lotbook")
    try:
        return _remove(directory)
    except OSError as refusal:
        print(f"{directory} cannot be removed: {refusal}", file=sys.stderr)
        return 1


def _remove(directory: Path) -> int:
    if not directory.exists():
        print(f"There is no data in {directory}.")
        return 0
    if not (directory / LOCK).is_file():
        print(
            f"{directory} is no data of a Lotbook: nothing was removed. Name the right one: DATA_DIR=...",
            file=sys.stderr,
        )
        return 1
    with (directory / LOCK).open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print(f"A Lotbook runs with the data in {directory}: stop it first. Nothing was removed.", file=sys.stderr)
            return 1
        if _is_held(directory / ENGINE_LOCK):
            print(f"The run before still writes what it knows to {directory}: try again in a moment.", file=sys.stderr)
            return 1
        shutil.rmtree(directory)
    return 0


def _is_held(lock: Path) -> bool:
    if not lock.exists():
        return False
    with lock.open("a") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
