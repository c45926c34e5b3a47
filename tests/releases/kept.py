"""The kept releases: what each has written, and each one's code beside this one's in one process."""

from __future__ import annotations

import json
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import invalidate_caches
from pathlib import Path
from typing import Any

ARCHIVE = Path(__file__).with_name("kept.tar.xz")
ITEMS = "written.json"
SOURCES = ("", "layers/lotbook/python")
UNNUMBERED = (
    "unnumbered"  # the last code before format numbers: nothing was released then, and all data of before is like its
)


@cache
def members() -> dict[str, bytes]:
    """Every file in the archive; nothing where there is none yet."""
    if not ARCHIVE.exists():
        return {}
    with tarfile.open(ARCHIVE) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive.getmembers()}


def names() -> list[str]:
    """The kept releases."""
    return sorted({path.split("/")[0] for path in members()})


@cache
def written(name: str) -> Any:
    """What the release's own code wrote, read and answered (`play.py`)."""
    return json.loads(members()[f"{name}/{ITEMS}"])


def unpack(folder: Path) -> None:
    """The code of all releases into a folder."""
    for path, content in members().items():
        if path.endswith(".py"):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)


@contextmanager
def code_of(name: str, folder: Path) -> Iterator[None]:
    """While this lasts, `lotbook` and `functions` are the release's (unpacked there); what was imported before keeps its own."""
    ours = _taken_out()
    places = [str(folder / name / source) for source in SOURCES]
    sys.path[:0] = places
    invalidate_caches()
    try:
        yield
    finally:
        for place in places:
            sys.path.remove(place)
        _taken_out()
        sys.modules.update(ours)
        invalidate_caches()


def _taken_out() -> dict[str, Any]:
    found = {name: module for name, module in sys.modules.items() if name.split(".")[0] in ("lotbook", "functions")}
    for name in found:
        del sys.modules[name]
    return found
