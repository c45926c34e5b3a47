"""The table, on the screen and in bench/README.md; six figures of it in the README."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.prices import FLOOR, FORMULA, Counts, dollars_per_million

README = Path(__file__).resolve().parents[1] / "README.md"
PAGE = Path(__file__).resolve().parent / "README.md"
BEGIN, END = "<!-- bench: written by `.venv/bin/python -m bench --write` -->", "<!-- /bench -->"
# What the README shows: the words there, the row's label, and its section.
FIGURES = (
    (
        "Powertools idempotency and a transaction take, times our time; of processor time",
        "the same, whole Lambda handlers",
        "Time",
    ),
    ("A fresh consume: calls / write units / read units", "fresh", "Calls"),
    ("32 callers on one account: calls / write units for each burn", "32 callers at once", "One hot account"),
    (
        "Dollars for a million consumes, with HTTP API, Lambda and table",
        "ours",
        "Dollars per million consumes (HTTP API",
    ),
    (
        "All in, with stream and events, logs apart; burn events together",
        "all in; burn events together",
        "Dollars per million consumes as",
    ),
    ("Cold start, of a naive handler's processor time", "processor time, of the naive handler's", "Cold start"),
)
WIDTH = 62
AT_MOST_TIMES_THE_FLOOR = 1.35
BATCH_GOAL = 0.20
ONE_KEY_GOALS = {20: "0.13", 100: "0.04"}  # by lines


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the table: `(label, figure)` rows."""

    title: str
    rows: tuple[tuple[str, str], ...]


def cost_section(fresh: Counts, usual: Counts, batch: Counts, together: Sequence[Counts] = ()) -> Section:
    """Dollars for a million consumes, everything that answers the call included. `together`: batches under one key."""
    floor = dollars_per_million(FLOOR)
    ours, theirs, bulk = map(dollars_per_million, (fresh, usual, batch))
    return Section(
        "Dollars per million consumes (HTTP API, Lambda, table; us-east-1, on demand)",
        (
            ("one bare UpdateItem, the floor", f"{floor:.2f}"),
            ("ours", f"{ours:.2f}, {ours / floor:.2f} x the floor (goal: at most {AT_MOST_TIMES_THE_FLOOR})"),
            ("Powertools + transaction", f"{theirs:.2f}, {theirs / floor:.2f} x the floor"),
            (f"ours in batches of {batch.items}, a key each", f"{bulk:.2f} (goal: at most {BATCH_GOAL:.2f})"),
            *(
                (
                    f"ours in batches of {each.items} under one key, for a million lines",
                    f"{dollars_per_million(each):.3f} (goal: at most {ONE_KEY_GOALS[each.items]})",
                )
                for each in together
            ),
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
    """For bench/README.md."""
    parts = []
    for section in sections:
        rows = [f"| {label.strip()} | {figure} |" for label, figure in section.rows]
        parts.append("\n".join([f"| {section.title} | |", "|---|---|", *rows]))
    return "\n\n".join(parts)


def figures(sections: Sequence[Section]) -> Section:
    """The six figures of the README. Raises KeyError when a run did not measure one of them."""
    known = {(section.title, label): figure for section in sections for label, figure in section.rows}
    rows = []
    for words, label, title in FIGURES:
        found = [figure for (of, row), figure in known.items() if of.startswith(title) and row == label]
        if len(found) != 1:
            raise KeyError(f"{title}: {label}")
        rows.append((words, found[0]))
    return Section("In one run of `make bench`", tuple(rows))


def write(sections: Sequence[Section]) -> None:
    """The whole table into bench/README.md, the six figures into README.md."""
    put_between_marks(sections, PAGE)
    put_between_marks([figures(sections)], README)


def put_between_marks(sections: Sequence[Section], path: Path) -> None:
    """The sections, in the place of what stands there. Raises ValueError when the marks are not there once."""
    text = path.read_text(encoding="utf-8")
    between = re.compile(re.escape(BEGIN) + ".*?" + re.escape(END), re.DOTALL)
    written, times = between.subn(lambda _: f"{BEGIN}\n{as_markdown(sections)}\n\n{END}", text)
    if times != 1:
        raise ValueError(f"{path} has the marks {times} times")
    path.write_text(written, encoding="utf-8")
