"""`lotbook policies check` (and `make policies`, which is it): what is wrong with a file is one line each, with its place, whatever the file holds (S14)."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from local.ending import print_anything
from local.policies import SAMPLES, VARIANTS, sample_policies
from tests import patience
from tests.operate.terminal import lotbook

BOMB = (
    "a: &a [x,x,x,x,x,x,x,x,x]\n"
    + "".join(f"{n}: &{n} [{','.join([f'*{b}'] * 9)}]\n" for b, n in zip("abcdef", "bcdefg", strict=True))
    + f"h: [{','.join(['*g'] * 9)}]\n"
)
UNREADABLE = {
    "an alias": (BOMB, "an alias (*a): write it out"),
    "a ring": ("a: &a [*a]\n", "an alias (*a)"),
    "a merge": ("<<: {credits: 1}\ncredits: 2\n", "a merge (<<)"),
    "a key twice": ("a: 1\na: 2\n", "the key 'a' twice"),
    "a key that is a list": ("{[1]: 2}\n", "unhashable key"),
    "the 31st of February": ("a: 2026-02-31\n", "day is out of range"),
    "a tag that lies": ("a: !!bool perhaps\n", "not what its form or tag says"),
    "a time that is none": ("a: !!timestamp x\n", "not what its form or tag says"),
    "a tag that runs code": ("a: !!python/object/apply:os.system [x]\n", "could not determine a constructor"),
    "too many digits": (f"a: {'9' * 5_000}\n", "4300 digits"),
    "too deep": (f"a: {'[' * 20_000}\n", "nested too deeply"),
    "two documents": ("a: 1\n---\nb: 2\n", "expected a single document"),
    "a list": ("[1, 2]\n", "holds one object"),
    "nothing": ("", "holds one object"),
    "a control character": ("a: \x01\n", "special characters"),
}


def told(path: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Each thing that is wrong: its place, and what is said about it."""
    print_anything()  # as the command's start does
    assert lotbook("policies", "check", str(path), "--json") == 1
    (policy,) = json.loads(capsys.readouterr().out)["policies"]
    assert policy["file"] == str(path)
    return [f"{each['field'] or 'document'}: {each['message']}" for each in policy["errors"]]


@pytest.mark.parametrize("what", UNREADABLE)
def test_s14_what_cannot_be_read_is_said_and_soon(
    what: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content, said = UNREADABLE[what]
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    began = time.monotonic()
    printed = told(path, capsys)
    assert time.monotonic() - began < patience.SECONDS  # the aliases alone would take hours
    assert printed[0].startswith("document: cannot be read: ")
    assert said in "\n".join(printed)


def test_files_that_are_none_are_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"\xff\xfe\x00")
    for path in (tmp_path / "absent.yaml", tmp_path, binary):
        assert told(path, capsys)[0].startswith("document: cannot be read: ")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("a: 2026-02-01\n", "put it in quotes"),
        ("1: 2\n", "put it in quotes"),
        ("a: .nan\n", "found NaN"),
        ('a: "\\ud800"\n', "document: found"),
    ],
)
def test_what_is_no_json_is_said_with_its_place(
    content: str, said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(content)
    assert said in "\n".join(told(path, capsys))


def test_the_samples_are_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    assert lotbook("policies", "check") == 0
    files = [*sample_policies(), *VARIANTS.glob("*.yaml")]
    assert f"{len(files)} policies are as they should be." in capsys.readouterr().out


def test_yaml_mistakes_are_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A key twice, NO as a region, a date as a version: YAML would take them all silently."""
    text = (SAMPLES / "9pic.yaml").read_text()
    broken = {
        "'usd' twice": text.replace('usd: "0.02"', 'usd: "0.02", usd: "0.03"'),
        "currencies.by_region.False": text.replace("{IN: inr}", "{NO: inr}"),
        "consent.version": text.replace('"2025-01"', "2025-01-01"),
    }
    for said, content in broken.items():
        (path := tmp_path / "mine.yaml").write_text(content)
        found = "\n".join(told(path, capsys))
        assert said in found
        assert ("put it in quotes" in found) == ("twice" not in said)
