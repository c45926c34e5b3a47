"""Markdown as far as the site and its tests look into it: fenced blocks, links, headings."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

FENCE = re.compile(r"^(?P<indent> *)(?P<fence>`{3,})(?P<language>[^`\s]*)[^`]*$")
NOT_RUN = re.compile(r"^ *<!-- not run: (?P<why>.+) -->$")
NO_BLOCK_RUNS = re.compile(r"^<!-- no block of this page is run: (?P<why>.+) -->$", re.MULTILINE)
_CODE_OR_LINK = re.compile(r"(`+)(?:(?!\1).)+\1|(?P<words>!?\[(?:[^\[\]]|\[[^\]]*\])*\])\((?P<target>[^)\s]+)\)")
_HEADING = re.compile(r"^#{1,6} +(?P<words>.+?) *#*$")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block. `line`: that of its fence, from 1. `not_run`: why nobody runs it, empty where somebody does."""

    page: str
    line: int
    language: str
    text: str
    not_run: str

    @property
    def place(self) -> str:
        """Where it is, as editors take it."""
        return f"{self.page}:{self.line}"


def blocks(page: str, text: str) -> Iterator[Block]:
    """All fenced blocks of a page. Raises ValueError for a fence without an end."""
    lines = text.splitlines()
    whole = NO_BLOCK_RUNS.search(text)
    for first, last in _fenced(lines):
        opened = FENCE.match(lines[first])
        marked = NOT_RUN.match(lines[first - 1]) if first else None
        if opened is None or last == len(lines):
            raise ValueError(f"{page}:{first + 1} a fence without an end")
        inside = [line.removeprefix(opened["indent"]) for line in lines[first + 1 : last]]
        why = marked["why"] if marked else whole["why"] if whole else ""
        yield Block(page, first + 1, opened["language"], "".join(f"{line}\n" for line in inside), why)


def indented(text: str) -> Iterator[int]:
    """The lines on which a block begins that is indented instead of fenced, from 1: it has no language, and nobody runs it."""
    lines = text.splitlines()
    fenced = {line for first, last in _fenced(lines) for line in range(first, last + 1)}
    for number, line in enumerate(lines):
        before = lines[number - 1] if number else ""
        if (
            number not in fenced
            and line.startswith("    ")
            and line.strip()
            and (not before.strip() or before[0] == "#")
        ):
            yield number + 1


def rewritten(text: str, target: Callable[[str], str]) -> str:
    """The text with each link's target as `target` says; code is left alone."""

    def new(found: re.Match[str]) -> str:
        return f"{found['words']}({target(found['target'])})" if found["target"] else found[0]

    lines = text.splitlines(keepends=True)
    fenced = {line for first, last in _fenced(lines) for line in range(first, last + 1)}
    return "".join(line if at in fenced else _CODE_OR_LINK.sub(new, line) for at, line in enumerate(lines))


def targets(text: str) -> list[str]:
    """The targets of all links and pictures."""
    found: list[str] = []

    def seen(each: str) -> str:
        found.append(each)
        return each

    rewritten(text, seen)
    return found


def anchors(text: str) -> set[str]:
    """What links may name behind `#`, by the rule of the forges; the second heading of the same words has `-1`."""
    lines = text.splitlines()
    fenced = {line for first, last in _fenced(lines) for line in range(first, last + 1)}
    found: set[str] = set()
    for at, line in enumerate(lines):
        if at in fenced or not (heading := _HEADING.match(line)):
            continue
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading["words"]).lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(
            slug if slug not in found else next(f"{slug}-{n}" for n in range(1, 99) if f"{slug}-{n}" not in found)
        )
    return found


def title(text: str) -> str:
    """The page's first heading."""
    return next(heading["words"] for line in text.splitlines() if (heading := _HEADING.match(line)))


def summary(text: str) -> str:
    """The first paragraph below the first heading, in one line and without links."""
    _, _, rest = text.partition("\n# ") if not text.startswith("# ") else ("", "", text)
    paragraphs = [each.strip() for each in rest.split("\n\n")[1:]]
    told = next((each for each in paragraphs if each and each[0] not in "#<|`*!-"), "")
    return " ".join(re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", told).split())


def _fenced(lines: list[str]) -> Iterator[tuple[int, int]]:
    """First and last line of each fenced block; the last is behind the end where the fence is never closed."""
    first, fence = -1, ""
    for number, line in enumerate(lines):
        opened = FENCE.match(line.rstrip("\n"))
        if first < 0 and opened:
            first, fence = number, opened["fence"]
        elif first >= 0 and line.strip() == fence:
            yield first, number
            first = -1
    if first >= 0:
        yield first, len(lines)
