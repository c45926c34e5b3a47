"""The tool that mutates the money paths notices what it is for: a planted gap in the tests, and only that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests import patience
from tests.mutation.__main__ import ROOT, SOURCE, main
from tests.mutation.operators import mutants
from tests.mutation.plan import planned, targets
from tests.mutation.run import Bounds, choose

# source -> every mutant of it
OPERATORS = """
a < b                       a <= b
a >= b                      a > b
a == b                      a != b
a in b                      a not in b
a is None                   a is not None
a < b < c                   a <= b < c | a < b <= c
a + b - c                   a - b - c | a + b + c
a // b                      a * b
a += b                      a -= b
-a                          a
-(-a // b)                  -a // b | -(a // b) | -(-a * b)
not a                       a
a and b or c                a or b or c | a and b and c
7                           8
True                        False
x = min(a, b)               x = max(a, b)
a if b else c               a if not b else c
f(a)                        pass
raise F(7)                  -
assert a < 7                -
x: int = a                  -
"text"                      -
f"{a + 7}"                  -
Condition("a <= :b")        Condition("a < :b") | pass
N = Condition("v > :v")     N = Condition("v >= :v")
N = Condition("attribute_not_exists(pk)")  N = Condition("attribute_exists(pk)")
"""


def _rows() -> list[tuple[str, list[str]]]:
    cells = [[cell.strip() for cell in line.split("  ") if cell.strip()] for line in OPERATORS.strip().splitlines()]
    return [(source, [] if found == "-" else found.split(" | ")) for source, found in cells]


@pytest.mark.parametrize(("source", "expected"), _rows(), ids=lambda value: value if isinstance(value, str) else "")
def test_each_operator_makes_these_mutants(source: str, expected: list[str]) -> None:
    text = source.encode()
    assert sorted(mutant.applied(text).decode() for mutant in mutants(text)) == sorted(expected)


def test_a_mutant_knows_its_line_also_behind_letters_of_two_bytes() -> None:
    text = '"""Ümläute."""\n\nif ä < b:\n    c = 1\n'.encode()
    found = {mutant.line: mutant.lines(text) for mutant in mutants(text)}
    assert found == {3: ("if ä < b:", "if ä <= b:"), 4: ("c = 1", "c = 2")}


def test_decorators_annotations_and_imports_for_types_are_left_alone() -> None:
    text = b"if TYPE_CHECKING:\n    n = 1\n@f(2)\ndef g(a: h[3] = x) -> i[4]: ...\n"
    assert mutants(text) == []


# --- a whole run ------------------------------------------------------------------------------------------------------

# One mutant that is noticed, one that is not, one that changes nothing, and one that never ends.
PRICES = """
def total(amount, quantity):
    return amount * quantity


def is_free(amount):
    return amount <= 0


def rest(n, by):
    while n:
        n //= by
    return n
"""
TESTS = """
from shop.prices import is_free, rest, total

def test_prices():
    assert total(3, 2) == 6
    assert is_free(-1) and not is_free(5)
    assert rest(4, 2) == 0
"""
AT_THE_EDGE = "shop/prices.py:7: return amount <= 0  ->  return amount < 0"
KNOWN = "shop/prices.py | return amount <= 0 | return amount <= 1 | for this test's sake\n"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A product whose tests look at no price of nothing."""
    (tmp_path / "src/shop").mkdir(parents=True)
    (tmp_path / "src/shop/__init__.py").touch()
    (tmp_path / "src/shop/prices.py").write_text(PRICES)
    (tmp_path / "test_prices.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = src\n")
    (tmp_path / "plan.txt").write_text("# files | tests\nshop/*.py | test_prices.py\n")
    (tmp_path / "equivalent.txt").write_text(KNOWN)
    return tmp_path


def _arguments(shop: Path, *more: str) -> list[str]:
    """Of a run over the shop, which needs nothing that is slow to import."""
    tables = ["--plan", str(shop / "plan.txt"), "--equivalent", str(shop / "equivalent.txt"), "--warm", "pytest"]
    return ["--root", str(shop), "--source", str(shop / "src"), *tables, "--least-seconds", "1", *more]


def _run(shop: Path, *more: str) -> tuple[int, str]:
    """A process of its own, which forks its trials."""
    command = [sys.executable, "-m", "tests.mutation", *_arguments(shop, *more)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=2 * patience.SECONDS, check=False)
    return done.returncode, done.stdout + done.stderr


@pytest.mark.process
def test_a_planted_survivor_is_reported_with_its_line_and_what_is_noticed_is_not(shop: Path) -> None:
    code, said = _run(shop)
    assert code == 1, said
    assert [line for line in said.splitlines() if line.startswith("SURVIVED")] == [f"SURVIVED {AT_THE_EDGE}"]
    assert "1 killed, 1 endless, 1 survived; 1 known to change nothing" in said, "`n *= by` never ends"


@pytest.mark.process
def test_a_run_without_survivors_succeeds(shop: Path) -> None:
    edge = "\n    assert is_free(0) and not is_free(1)\n"
    (shop / "test_prices.py").write_text(TESTS + edge)
    (shop / "equivalent.txt").write_text("")
    code, said = _run(shop, "--most", "2", "--seed", "2")
    assert code == 0, said
    assert "2 of 4 mutants tried" in said


@pytest.mark.process
def test_tests_that_fail_on_the_code_as_it_is_say_nothing_about_mutants(shop: Path) -> None:
    (shop / "test_prices.py").write_text(TESTS.replace("== 6", "== 7"))
    code, said = _run(shop)
    assert code == 2
    assert "the tests fail without any change" in said
    assert "test_prices" in said


def test_a_row_of_the_equivalents_that_matches_nothing_any_more_is_an_error(
    shop: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (shop / "equivalent.txt").write_text(KNOWN.replace("amount <= 0", "amount <= 9"))
    assert main(_arguments(shop)) == 2
    assert "take it off the list" in capsys.readouterr().out


def test_no_trial_begins_when_the_time_is_over(shop: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(_arguments(shop, "--minutes", "0")) == 0
    said = capsys.readouterr().out
    assert "0 of 3 mutants tried" in said
    assert "the time was over before the other 3" in said


# --- the plan of this repository --------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_seed_chooses_the_same_mutants() -> None:
    cases = planned(SOURCE).cases
    first, again, other = (choose(cases, Bounds(20, seed, 1.0, 1)) for seed in (1, 1, 2))
    assert first == again != other
    assert len(first) == 20


@pytest.mark.slow
def test_every_mutant_of_the_plan_is_code() -> None:
    """One that is none would count as noticed."""
    for case in choose(planned(SOURCE).cases, Bounds(100, 1, 1.0, 1)):
        compile(case.mutant.applied((SOURCE / case.target.file).read_bytes()), str(case), "exec")


@pytest.mark.slow
def test_the_plan_names_files_and_tests_that_are_there_and_no_equivalent_that_is_gone() -> None:
    for target in targets(SOURCE):
        for stage in target.stages:
            assert [test for test in stage if not (ROOT / test).exists()] == [], target.file
    assert planned(SOURCE).stale == ()


def test_the_mutants_can_be_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list", "--only", "domain/credits/lots"]) == 0
    assert "lots.py:" in capsys.readouterr().out
