"""The table, on the screen and in README.md."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.prices import FLOOR, FORMULA, Counts, dollars_per_million

README = Path(__file__).resolve().parents[1] / "README.md"
BEGIN, END = "<!-- bench: written by `.venv/bin/python -m bench --write-readme` -->", "<!-- /bench -->"
WIDTH = 62
AT_MOST_TIMES_THE_FLOOR = 1.35
BATCH_GOAL = 0.20


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the table: `(label, figure)` rows."""

    title: str
    rows: tuple[tuple[str, str], ...]


def cost_section(fresh: Counts, usual: Counts, batch: Counts) -> Section:
    """Dollars for a million consumes, everything that answers the call included."""
    floor = dollars_per_million(FLOOR)
    ours, theirs, bulk = map(dollars_per_million, (fresh, usual, batch))
    return Section(
        "Dollars per million consumes (HTTP API, Lambda, table; us-east-1, on demand)",
        (
            ("one bare UpdateItem, the floor", f"{floor:.2f}"),
            ("ours", f"{ours:.2f}, {ours / floor:.2f} x the floor (goal: at most {AT_MOST_TIMES_THE_FLOOR})"),
            ("Powertools + transaction", f"{theirs:.2f}, {theirs / floor:.2f} x the floor"),
            (f"ours in batches of {batch.items}", f"{bulk:.2f} (goal: at most {BATCH_GOAL:.2f})"),
            (f"  {FORMULA}", ""),
        ),
    )


def as_text(sections: Sequence[Section]) -> str:
    """For a terminal."""
    parts = []
    for section in sections:
        rows = [f"  {label:<{WIDTH}} {figure}" for label, figure in section.rows]
        parts.append("\n".join([section.title, *rows]))
    return "\n\n".join(parts) + "\n"


def as_markdown(sections: Sequence[Section]) -> str:
    """For README.md."""
    parts = []
    for section in sections:
        rows = [f"| {label.strip()} | {figure} |" for label, figure in section.rows]
        parts.append("\n".join([f"| {section.title} | |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def write_readme(sections: Sequence[Section], path: Path = README) -> None:
    """Between the two marks. Raises ValueError when they are not there."""
    text = path.read_text(encoding="utf-8")
    between = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    written, times = between.subn(lambda _: f"{BEGIN}\n{as_markdown(sections)}\n\n{END}", text)
    if times != 1:
        raise ValueError(f"{path} has the marks {times} times")
    path.write_text(written, encoding="utf-8")
