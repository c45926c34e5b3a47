"""Every short code that tests and deployed code use has its sentence in docs/codes.md."""

from __future__ import annotations

import re
from functools import cache

from tests.architecture.tree import DEPLOYED, ROOT, TESTS, files

PAGE = ROOT / "docs" / "codes.md"
VENDOR_CODES = ("IS", "MK", "NP", "GC", "DF", "X")  # written IS-02
IN_TEXT = re.compile(r"\b(?:(?:IS|MK|NP|GC|DF|X)-\d{2}|(?:D|F|T|I|A|E|W|S|B|N|V|OP)[1-9]\d?)\b")
TEST = re.compile(r"^ *(?:async )?def test(_\w+)", re.MULTILINE)
IN_A_NAME = re.compile(r"_(is|mk|np|gc|df|x|d|f|i|t|s|b|n|v|w|a|e|op)_?(0?[1-9]|[1-9]\d)(?=_)")


@cache
def codes_of_the_page() -> dict[str, str]:
    """Each code with its sentence."""
    return dict(re.findall(r"^\| ([A-Z]{1,2}-?\d{1,2}) \| (.+) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE))


def code_of(prefix: str, number: str) -> str:
    prefix = prefix.upper()
    return f"{prefix}-{int(number):02}" if prefix in VENDOR_CODES else f"{prefix}{int(number)}"


def codes_in_names(text: str) -> set[str]:
    """The codes that the names of a module's tests begin with."""
    found = set()
    for rest in TEST.findall(text):
        while match := IN_A_NAME.match(rest):
            found.add(code_of(match[1], match[2]))
            rest = rest[match.end() :]
    return found


def unexplained(codes: set[str]) -> set[str]:
    return codes - codes_of_the_page().keys()


def test_every_code_in_a_tests_name_has_its_sentence() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {code}"
        for path in files(TESTS)
        if path.name.startswith("test_")
        for code in unexplained(codes_in_names(path.read_text(encoding="utf-8")))
    }
    assert not missing, "add to docs/codes.md: " + ", ".join(sorted(missing))


def test_every_code_in_deployed_code_has_its_sentence() -> None:
    missing = {
        f"{path.relative_to(ROOT)}: {code}"
        for path in files(*DEPLOYED)
        for code in unexplained(set(IN_TEXT.findall(path.read_text(encoding="utf-8"))))
    }
    assert not missing, "add to docs/codes.md: " + ", ".join(sorted(missing))


def test_a_code_without_a_sentence_is_seen() -> None:
    assert codes_in_names("def test_is_02_x_01_a_lot(): pass\nclass A:\n    def test_s3_d17_holds(self): pass") == {
        "IS-02",
        "X-01",
        "S3",
        "D17",
    }
    assert unexplained({"IS-02", "IS-99", "D5", "D99"}) == {"IS-99", "D99"}
    assert IN_TEXT.findall("by IS-02 and D5, not AB12") == ["IS-02", "D5"]
