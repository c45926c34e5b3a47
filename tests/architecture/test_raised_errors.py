"""What ERRORS.md publishes is raised somewhere, or says that it is not raised yet."""

from __future__ import annotations

import re
from pathlib import Path

from lotbook.api.http.problems import KINDS, NOT_RAISED_YET

ROOT = Path(__file__).resolve().parents[2]
LAYER = ROOT / "layers" / "lotbook" / "python" / "lotbook"
DECLARED = {LAYER / "domain" / "values" / "errors.py", LAYER / "api" / "http" / "problems.py"}


def raised() -> set[str]:
    """The names of error classes that deployed code uses outside the places that declare them."""
    files = [*LAYER.rglob("*.py"), *(ROOT / "functions").rglob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path not in DECLARED)
    return set(re.findall(r"\b[A-Z][A-Za-z]+\b", text))


def test_the_errors_that_nothing_raises_are_those_that_say_so() -> None:
    used = raised()
    silent = {kind.code for kind in KINDS if kind.code and not kind.__subclasses__() and kind.__name__ not in used}
    assert silent == NOT_RAISED_YET


def test_the_catalogue_says_of_each_of_them_that_it_is_not_raised_yet() -> None:
    rows = (ROOT / "layers" / "lotbook" / "ERRORS.md").read_text(encoding="utf-8").splitlines()
    marked = {row.split("`")[1] for row in rows if "Not raised yet." in row}
    assert marked == NOT_RAISED_YET
