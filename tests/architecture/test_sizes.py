"""Sizes that keep the house readable, and bounds on loops: each rule with its offenders and their figures.

`exceptions.py` lists those that may stay for a while or for good, each with its reason. One that is no longer needed fails here.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture import exceptions
from tests.architecture.tree import (
    CLIENT,
    COMMANDS,
    DEPLOYED,
    ROOT,
    TESTS,
    Function,
    files,
    functions,
    parsed,
    short,
    walk,
)

PRODUCT = (*DEPLOYED, *COMMANDS)
LINES_OF_A_FUNCTION = 30
LINES_OF_A_TEST = 40  # a story with its assertions between the steps
LINES_OF_AN_OBJECT = 50  # where one of Stripe's objects is written out, a field a line
OBJECTS = ROOT / "local" / "stripe_stand_in" / "resources"
LINES_OF_A_FILE = 250
LINES_OF_ANY_FILE = 400  # also of tests, where a table of cases is long without being hard
LINES_OF_THE_README = 150
PARAMETERS, POSITIONAL = 5, 4
COMMANDS_OF_PEOPLE = ROOT / "operate" / "command"  # typer calls them, by keywords and whatever their names begin with


def most_lines(path: Path) -> int:
    if path.is_relative_to(OBJECTS):
        return LINES_OF_AN_OBJECT
    return LINES_OF_A_TEST if path.is_relative_to(TESTS) else LINES_OF_A_FUNCTION


def long_functions(found: Iterable[Function]) -> dict[str, str]:
    return {each.name: f"{each.where} has {each.lines} lines" for each in found if each.lines > most_lines(each.path)}


def long_files(paths: Iterable[Path], most: int) -> dict[str, str]:
    sizes = {path: len(path.read_text().splitlines()) for path in paths}
    return {short(path): f"{path.relative_to(ROOT)} has {lines} lines" for path, lines in sizes.items() if lines > most}


def wide_functions(found: Iterable[Function]) -> dict[str, str]:
    """Public functions and commands with too many parameters; what pytest fills in by name is no parameter of a caller."""
    wide = {}
    for each in found:
        asked = each.node.args
        positional = [one.arg for one in (*asked.posonlyargs, *asked.args) if one.arg not in ("self", "cls")]
        every = len(positional) + len(asked.kwonlyargs)
        is_command, is_public = each.path.is_relative_to(COMMANDS_OF_PEOPLE), not each.node.name.startswith("_")
        too_many = every > PARAMETERS or (len(positional) > POSITIONAL and is_public)
        if too_many and (is_public or is_command):
            wide[each.name] = f"{each.where} has {every} parameters, {len(positional)} of them positional"
    return wide


def endless(tree: ast.AST) -> Iterator[int]:
    """Lines with a loop that nothing bounds: `while True`, `while 1`, `for _ in count()`."""
    for node in walk(tree):
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and node.test.value:
            yield node.lineno
        if isinstance(node, ast.For) and isinstance(node.iter, ast.Call):
            called = node.iter.func
            name = called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")
            if name in ("count", "cycle") or (name == "repeat" and len(node.iter.args) == 1):
                yield node.lineno


def whiles(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Line and condition of every `while`: its bound is in the condition or nowhere."""
    for node in walk(tree):
        if isinstance(node, ast.While):
            yield node.lineno, ast.unparse(node.test)


def hold(offenders: dict[str, str], allowed: dict[str, str], listed: str) -> None:
    """No offender that is not listed, and nothing listed that offends no more."""
    wrong = [told for name, told in offenders.items() if name not in allowed]
    assert not wrong, "\n".join(wrong)
    needless = sorted(set(allowed) - set(offenders))
    assert not needless, f"no longer needed, take them out of {listed} in tests/architecture/exceptions.py: {needless}"


def test_a_function_is_seen_at_a_glance() -> None:
    hold(long_functions(functions(*PRODUCT)), exceptions.LONG_FUNCTIONS, "LONG_FUNCTIONS")


@pytest.mark.slow
def test_a_function_of_the_tests_is_seen_at_a_glance() -> None:
    hold(long_functions(functions(TESTS)), exceptions.LONG_TESTS, "LONG_TESTS")


def test_a_file_is_read_in_one_go() -> None:
    hold(long_files(files(*PRODUCT), LINES_OF_A_FILE), exceptions.LONG_FILES, "LONG_FILES")


def test_no_file_is_longer_than_a_reader_bears() -> None:
    found = long_files(files(*PRODUCT, TESTS), LINES_OF_ANY_FILE)
    hold(found, exceptions.LONG_TEST_FILES, "LONG_TEST_FILES")


def test_a_caller_keeps_track_of_what_it_hands_over() -> None:
    hold(wide_functions(functions(*PRODUCT)), exceptions.WIDE_FUNCTIONS, "WIDE_FUNCTIONS")


def test_what_people_read_of_the_client_keeps_the_same_sizes() -> None:
    """Its calls and types are written by `local/clients`, and as wide as the document has them."""
    generated = {short(path) for path in files(CLIENT) if "Generated from openapi.json" in path.read_text()}
    assert generated, "none is left out"
    found = [each for each in functions(CLIENT) if short(each.path) not in generated]
    by_hand = [path for path in files(CLIENT) if short(path) not in generated]
    assert {**long_functions(found), **wide_functions(found), **long_files(by_hand, LINES_OF_A_FILE)} == {}


def test_no_loop_is_without_end() -> None:
    found = {
        short(path): f"{path.relative_to(ROOT)}:{line}: a loop without a bound"
        for path in files(*PRODUCT, TESTS)
        for line in endless(parsed(path))
    }
    hold(found, exceptions.ENDLESS, "ENDLESS")


def test_the_bound_of_a_while_has_a_reason() -> None:
    """A `for` has its bound at its head. Deployed code with a `while` says in the list what ends it."""
    found = {
        f"{short(path)} while {condition}": f"{path.relative_to(ROOT)}:{line}: while {condition}"
        for path in files(*DEPLOYED)
        for line, condition in whiles(parsed(path))
        if condition != "True"
    }
    hold(found, exceptions.WHILES, "WHILES")


@pytest.mark.parametrize(
    "source",
    ["while True:\n    f()", "while 1:\n    f()", "for n in itertools.count():\n    f()", "for n in repeat(1): f()"],
)
def test_the_loop_rule_sees_a_breach(source: str) -> None:
    assert list(endless(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["while left > 0:\n    f()", "for n in range(5):\n    f()", "for _ in repeat(None, 5): f()"]
)
def test_the_loop_rule_lets_a_bound_pass(source: str) -> None:
    assert not list(endless(ast.parse(source)))


def test_the_size_rules_see_a_breach() -> None:
    path = ROOT / "local" / "run.py"
    (long,) = [Function(path, node) for node in ast.parse("def f():\n" + "    g()\n" * 30).body]  # type: ignore[arg-type]
    (wide,) = [Function(path, node) for node in ast.parse("def f(a, b, c, d, e): ...").body]  # type: ignore[arg-type]
    (many,) = [Function(path, node) for node in ast.parse("def f(self, a, *, b, c, d, e, g): ...").body]  # type: ignore[arg-type]
    assert list(long_functions([long]).values()) == ["local/run.py:1: f has 31 lines"]
    assert list(wide_functions([wide, many]).values()) == ["local/run.py:1: f has 6 parameters, 1 of them positional"]
    assert list(wide_functions([wide]).values()) == ["local/run.py:1: f has 5 parameters, 5 of them positional"]


def test_an_exception_that_is_no_longer_needed_fails() -> None:
    with pytest.raises(AssertionError, match="take them out of LONG_FILES"):
        hold({}, {"a.py": "since it was long"}, "LONG_FILES")


def test_the_readme_is_read_in_a_few_minutes() -> None:
    lines = len((ROOT / "README.md").read_text().splitlines())
    assert lines <= LINES_OF_THE_README, f"README.md has {lines} lines: what only some readers need goes to docs/"
