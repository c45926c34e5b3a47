"""`make test` tries the same examples each time."""

from __future__ import annotations

import sys
from importlib import util
from pathlib import Path

import pytest
from hypothesis import find, settings
from hypothesis import strategies as st
from hypothesis.errors import NoSuchExample
from hypothesis.internal.conjecture import providers

from tests.examples import TIMES

RARE = 7_390_154_862_013


@pytest.mark.skipif(TIMES != 1, reason="the soak tries others each time")
def test_what_is_tried_depends_on_no_module_that_was_imported_before(tmp_path: Path) -> None:
    """A constant of this house's modules is drawn as seldom as any other number."""
    (tmp_path / "ours.py").write_text(f"RARE = {RARE}\n")
    spec = util.spec_from_file_location("ours", tmp_path / "ours.py")
    assert spec
    sys.modules["ours"] = module = util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
        assert RARE not in providers._get_local_constants().integers
        with pytest.raises(NoSuchExample):
            find(st.integers(), lambda drawn: drawn == RARE, settings=settings(max_examples=200, database=None))
    finally:
        del sys.modules["ours"]
