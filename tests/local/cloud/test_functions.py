"""Functions of the local run, called as Lambda calls them."""

from __future__ import annotations

from pathlib import Path

import pytest

from local.cloud.functions import FunctionFailed, Functions
from local.cloud.template import FunctionSpec

RAISES = "def handler(event, context):\n    raise KeyError('the engine is gone')\n"


def test_n4_a_function_whose_engine_a_stop_took_away_fails_in_the_log_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "fails").mkdir()
    (tmp_path / "fails" / "app.py").write_text(RAISES)
    functions = Functions(tmp_path, {"fails": FunctionSpec("fails", "FailsFunction", 10, 128)})
    with pytest.raises(FunctionFailed):
        functions.invoke("fails", {})
    assert "the engine is gone" in capsys.readouterr().err
    functions.leave()
    with pytest.raises(FunctionFailed):
        functions.invoke("fails", {})
    said = capsys.readouterr()
    assert (said.err, "the engine is gone" in said.out) == ("", True)
