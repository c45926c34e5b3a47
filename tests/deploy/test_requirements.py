"""The pinned sets of packages: complete, hashed, and of one mind."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "layer": ROOT / "layers" / "dependencies" / "requirements.txt",
    "rendering": ROOT / "layers" / "rendering" / "requirements.txt",
    **{name: ROOT / "requirements" / f"{name}.txt" for name in ("run", "test", "engine", "sam", "deploy", "docs")},
}
PIN = re.compile(r"^([a-z0-9][a-z0-9._-]*)==([^ ;\\]+)", re.MULTILINE)


def pins(name: str) -> dict[str, str]:
    return dict(PIN.findall(FILES[name].read_text()))


@pytest.mark.parametrize("name", FILES)
def test_every_package_is_pinned_and_hashed_and_no_index_is_named(name: str) -> None:
    text = FILES[name].read_text()
    blocks = re.split(r"\n(?=[a-z0-9])", text.strip())
    assert len(blocks) == len(PIN.findall(text))  # one package may be there twice, for different Pythons
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_smaller_sets_agree_with_the_tests() -> None:
    """run.txt and test.txt are installed into one environment; what is tested is what is deployed."""
    tested = pins("test")
    for name in ("run", "layer", "rendering"):
        assert pins(name).items() <= tested.items(), name
