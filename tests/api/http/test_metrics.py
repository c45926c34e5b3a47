"""A job's figures reach CloudWatch as metrics, and the log as one line."""

from __future__ import annotations

import json

import pytest

from lotbook.api.http.metrics import NAMESPACE, report


def test_a_run_is_one_log_line_and_one_metric_a_figure(capsys: pytest.CaptureFixture[str]) -> None:
    report("expire", settled=3, more=0)
    line, embedded = (json.loads(text) for text in capsys.readouterr().out.splitlines())
    assert {"job": "expire", "settled": 3, "more": 0}.items() <= line.items()
    (directive,) = embedded["_aws"]["CloudWatchMetrics"]
    assert directive["Namespace"] == NAMESPACE
    assert directive["Dimensions"] == [["service"]]
    assert {metric["Name"] for metric in directive["Metrics"]} == {"settled", "more"}
    assert (embedded["service"], embedded["settled"], embedded["more"]) == ("expire", [3.0], [0.0])
