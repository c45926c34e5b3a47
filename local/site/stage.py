"""Lays the pages out for the generator: `python -m local.site PAGES EXTRA` (`make docs` calls it)."""

from __future__ import annotations

import os
import shutil
from pathlib import Path, PurePosixPath

from local.site import llms
from local.site.pages import Section, Site


def lay_out(site: Site, root: Path, pages: Path, extra: Path) -> None:
    """Write what the generator reads (`pages`) and what it copies as it is (`extra`), both anew."""
    for folder in (pages, extra):
        shutil.rmtree(folder, ignore_errors=True)
    for place, text in site.pages.items():
        _write(pages / place, _front(place) + text + _navigation(site, place))
    for source, place in site.files.items():
        (pages / place).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(root / source, pages / place)
    for name, text in llms.files(site).items():
        _write(extra / name, text)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _front(place: str) -> str:
    """Decisions are read from their list: a search for `hold` finds the guide and the call, not forty reasons."""
    return "---\nnosearch: true\n---\n" if place.startswith("decisions/") else ""


def _navigation(site: Site, place: str) -> str:
    """What is below a page in the navigation: sections below the first, and the pages of a folder below its list."""
    if place == "index.md":
        return "".join(_tree(section, "") for section in site.sections)
    folder = f"{PurePosixPath(place).parent}/"
    if PurePosixPath(place).name == "index.md":
        inside = sorted(each for each in site.pages if each.startswith(folder) and each != place)
        return _tree(Section("", inside), folder)
    return ""


def _tree(section: Section, folder: str) -> str:
    caption = f":caption: {section.title}\n" if section.title else ""
    lines = "".join(_line(each, section.words.get(each, ""), folder) for each in section.pages)
    return f"\n```{{toctree}}\n:hidden:\n{caption}\n{lines}```\n"


def _line(place: str, words: str, folder: str) -> str:
    page = os.path.relpath(place.removesuffix(".md"), folder or ".")
    return f"{words} <{page}>\n" if words else f"{page}\n"
