"""The decisions can be found and begin alike."""

from __future__ import annotations

import re
from pathlib import Path

DECISIONS = Path(__file__).resolve().parents[2] / "layers" / "lotbook" / "decisions"
PARTS = ("Context", "Decision", "Consequence")


def test_the_index_names_every_decision_by_its_title() -> None:
    titles = {path.name: path.read_text().splitlines()[0] for path in DECISIONS.glob("0*.md")}
    listed = re.findall(r"^\* (\d+)\. \[(.+)\]\((\S+)\)$", (DECISIONS / "README.md").read_text(), re.MULTILINE)
    assert {name: f"# {number}. {title}" for number, title, name in listed} == titles
    assert [name for _, _, name in listed] == sorted(titles)
    assert all(int(name[:4]) == int(number) for number, _, name in listed)


def test_every_decision_has_context_decision_and_consequence() -> None:
    for path in DECISIONS.glob("0*.md"):
        text = path.read_text()
        assert all(f"**{part}.**" in text for part in PARTS), path.name
