"""Which pages the site has, where each comes from, and what its links become. docs/index.md is the navigation."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from local.site import markdown

HOME = "docs/index.md"
MORE = "More"  # the section of pages that docs/index.md does not name
REFERENCE = "openapi.json"  # a link to it is a link to the reference
# Pages that live beside what they are about, by where the site has them. Decisions and docs/ come by their folders.
ELSEWHERE = {
    "README.md": "readme.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "SECURITY.md": "security.md",
    "bench/README.md": "measurements.md",
    "clients/python/README.md": "client-python.md",
    "clients/typescript/README.md": "client-typescript.md",
    "layers/lotbook/README.md": "domain.md",
    "layers/lotbook/ERRORS.md": "errors.md",
    "layers/lotbook/EVENTS.md": "events.md",
    "samplefiles/policies/README.md": "policy-fields.md",
    REFERENCE: "reference/index.md",
}
FOLDERS = {"docs": "", "layers/lotbook/decisions": "decisions/"}
_ITEM = re.compile(r"^\* \[(?P<words>[^\]]+)\]\((?P<target>[^)#]+)\)")


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the navigation: pages of the site, in order, and what the list calls them where it says so."""

    title: str
    pages: list[str] = field(default_factory=list)
    words: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Site:
    """Pages by their place in the site, files that pages link to by their place in the checkout, and what is broken."""

    pages: dict[str, str]
    files: dict[str, str]
    sections: list[Section]
    broken: list[str]


def sources(root: Path) -> dict[str, str]:
    """Place in the checkout to place in the site, of every page that is written by hand or committed."""
    found = {source: place for source, place in ELSEWHERE.items() if (root / source).exists()}
    for folder, prefix in FOLDERS.items():
        for path in sorted((root / folder).glob("*.md")):
            name = "index.md" if path.name == "README.md" else path.name
            found[path.relative_to(root).as_posix()] = prefix + name
    return found


def read(root: Path, generated: Mapping[str, str]) -> Site:
    """The whole site. `generated`: pages that are made, by their place in the site; their links are the site's own."""
    where = sources(root)
    site = Site(dict(generated), {}, [], [])
    for source, place in where.items():
        if source != REFERENCE:
            text = (root / source).read_text(encoding="utf-8")
            site.pages[place] = markdown.rewritten(text, _Links(root, where, source, site).target)
    site.sections.extend(_sections(root, where))
    return site


class _Links:
    """What the links of one page become."""

    def __init__(self, root: Path, where: Mapping[str, str], source: str, site: Site) -> None:
        self._root, self._where, self._source, self._site = root, where, source, site

    def target(self, written: str) -> str:
        """A page of the site, a file that the site brings along, or a foreign address as it is."""
        if "://" in written or written.startswith(("mailto:", "#")):
            return self._here(written)
        path, _, anchor = written.partition("#")
        found = os.path.normpath(PurePosixPath(self._source).parent / path)
        if found not in self._where and (self._root / found / "README.md").exists():
            found = f"{found}/README.md"
        if not (self._root / found).exists() or found.startswith(".."):
            return self._broken(written)
        place = self._where.get(found)
        if place is None:
            if (self._root / found).is_dir():
                return self._broken(written)
            place = self._site.files.setdefault(found, f"files/{found}")
        elif anchor and anchor not in markdown.anchors((self._root / found).read_text(encoding="utf-8")):
            return self._broken(written)
        return self._relative(place) + (f"#{anchor}" if anchor else "")

    def _here(self, written: str) -> str:
        text = (self._root / self._source).read_text(encoding="utf-8")
        lost = written.startswith("#") and written[1:] not in markdown.anchors(text)
        return self._broken(written) if lost else written

    def _relative(self, place: str) -> str:
        return os.path.relpath(place, PurePosixPath(self._where[self._source]).parent)

    def _broken(self, written: str) -> str:
        self._site.broken.append(f"{self._source}: {written}")
        return written


def _sections(root: Path, where: Mapping[str, str]) -> Iterator[Section]:
    """The navigation of docs/index.md, and below it what nobody has put there."""
    text = (root / HOME).read_text(encoding="utf-8")
    seen = {where[HOME]}
    for part in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        section = Section(part.splitlines()[0])
        for line in part.splitlines():
            if item := _ITEM.match(line):
                place = where.get(os.path.normpath(PurePosixPath(HOME).parent / item["target"]))
                if place and place not in seen:
                    section.pages.append(place)
                    section.words[place] = item["words"]
                    seen.add(place)
        if section.pages:
            yield section
    rest = [place for place in where.values() if place not in seen and not place.startswith("decisions/")]
    if rest:
        yield Section(MORE, sorted(rest))
