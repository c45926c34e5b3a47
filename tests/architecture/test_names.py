"""One word, one meaning: in one program no two classes have one name.

A wire shape (`api/answers`) bears the name of what it shows, for that is the word of the contract; it is the same thing twice.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.architecture.exceptions import SAME_NAMES
from tests.architecture.test_sizes import hold
from tests.architecture.tree import DEPLOYED, LAYER, ROOT, files, parsed, short, walk

SHAPES = LAYER / "api" / "answers"
STAND_IN = ROOT / "local" / "stripe_stand_in"  # a program of its own, with Stripe's words
PROGRAMS = {
    "deployed": [path for path in files(*DEPLOYED) if not path.is_relative_to(SHAPES)],
    "shapes": list(files(SHAPES)),
    "stand-in": list(files(STAND_IN)),
    "commands": [path for path in files(ROOT / "local", ROOT / "operate") if not path.is_relative_to(STAND_IN)],
}


def classes(tree: ast.AST) -> Iterable[str]:
    """The names of classes that others can meet: those with `_` in front stay in their file."""
    return (node.name for node in walk(tree) if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))


def twins(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Of `(class, where)` those names that stand in two places, and where."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, where in named:
        found[name].append(where)
    return {name: f"{name}: {', '.join(places)}" for name, places in found.items() if len(places) > 1}


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_two_classes_of_a_program_have_one_name(program: str) -> None:
    def named(paths: Iterable[Path]) -> Iterable[tuple[str, str]]:
        return ((name, short(path)) for path in paths for name in classes(parsed(path)))

    hold(twins(named(PROGRAMS[program])), SAME_NAMES.get(program, {}), "SAME_NAMES")


def test_the_rule_of_names_sees_a_breach() -> None:
    one, other = (ast.parse(f"class Standing:\n    {field}: int\nclass _Run: ...") for field in ("at", "plan"))
    named = [(name, where) for where, tree in (("a.py", one), ("b.py", other)) for name in classes(tree)]
    assert twins(named) == {"Standing": "Standing: a.py, b.py"}
