"""Files that only their owner may read, replaced in one step, and read again with a sentence where they are damaged."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Damaged(Exception):
    """A file of the run's own cannot be read; the message says which, and what to do."""

    @staticmethod
    def at(path: Path) -> Damaged:
        """About this file."""
        return Damaged(f"{path} is damaged. Remove it, or all of the run's data (`make clean-data`), and start again.")


def read_object(path: Path, shape: Mapping[str, type]) -> dict[str, Any]:
    """The JSON object in a file, with at least these members; empty where there is no file. Raises Damaged."""
    try:
        found = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except (ValueError, RecursionError) as unreadable:
        raise Damaged.at(path) from unreadable
    if not isinstance(found, dict) or not all(isinstance(found.get(name), kind) for name, kind in shape.items()):
        raise Damaged.at(path)
    return found


def write_private(path: Path, text: str) -> None:
    """Replace a file in one step; only its owner may read it."""
    fresh = path.with_name(path.name + ".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write(text)
    fresh.replace(path)
