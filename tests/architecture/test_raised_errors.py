"""What ERRORS.md publishes is raised somewhere: a code that no call answers is a promise about nothing."""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from lotbook.api.http.problems import KINDS
from tests.architecture.tree import DEPLOYED, LAYER, dotted, files, parsed, walk

DECLARED = {LAYER / "domain" / "values" / "errors.py", LAYER / "api" / "http" / "problems.py"}


def made(tree: ast.AST) -> Iterator[str]:
    """The names that are raised as they are, or called: `raise Conflict`, `InvalidRequest.of(...)`; not those that are caught."""
    for node in walk(tree):
        if isinstance(node, ast.Raise) and node.exc is not None:
            yield from dotted(node.exc).split(".")
        if isinstance(node, ast.Call):
            yield from dotted(node.func).split(".")


def test_every_error_that_is_published_is_raised_somewhere() -> None:
    raised = {name for path in files(*DEPLOYED) if path not in DECLARED for name in made(parsed(path))}
    silent = {kind.code for kind in KINDS if kind.code and not kind.__subclasses__() and kind.__name__ not in raised}
    assert not silent, "raise it, or delete it"


@pytest.mark.parametrize(
    ("source", "is_raised"),
    [
        ("raise Conflict", True),
        ("raise errors.Conflict from None", True),
        ("found = Conflict.of('x')", True),
        ("try:\n    f()\nexcept Conflict:\n    pass", False),
        ("def f() -> None:\n    'Raises Conflict.'", False),
    ],
)
def test_what_is_only_caught_or_named_in_words_is_not_raised(source: str, is_raised: bool) -> None:
    assert ("Conflict" in made(ast.parse(source))) is is_raised
