"""Figures of scheduled and stream work as CloudWatch metrics (embedded metric format), beside their one log line.

Powertools writes the format. Only jobs that nobody waits for import this: burning starts without it (decisions/0009).
"""

from __future__ import annotations

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from lotbook.api.http.observability import log_answer
from lotbook.settings import settings

NAMESPACE = "Lotbook"


def report(job: str, **figures: int) -> None:
    """Log what a run of `job` did and publish each figure as a count, under the dimensions `service` = job and `stage`.

    Two deployments in one account and region publish into one namespace: the stage keeps their figures apart.
    """
    log_answer(job=job, **figures)
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=job)
    metrics.add_dimension("stage", settings().stage)
    for name, value in figures.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    metrics.flush_metrics()
