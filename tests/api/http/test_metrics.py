"""A job's figures reach CloudWatch as metrics, and the log as one line."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from lotbook.api.http.metrics import NAMESPACE, report
from lotbook.settings import settings
from tests.functions.conftest import ENVIRONMENT


@pytest.fixture(autouse=True)
def stage(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_a_run_is_one_log_line_and_one_metric_a_figure(capsys: pytest.CaptureFixture[str]) -> None:
    """Two stages in one account and region added up in the same metrics (operating 1): the stage is a dimension."""
    report("expire", settled=3, more=0)
    line, embedded = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert {"job": "expire", "settled": 3, "more": 0}.items() <= line.items()
    (directive,) = embedded["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    (dimensions,) = directive["Dimensions"]
    assert sorted(dimensions) == ["service", "stage"]
    assert {metric["Name"] for metric in directive["Metrics"]} == {"settled", "more"}
    assert (embedded["service"], embedded["stage"]) == ("expire", "test")
    assert (embedded["settled"], embedded["more"]) == ([3.0], [0.0])
