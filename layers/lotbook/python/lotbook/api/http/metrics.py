"""Figures of scheduled and stream work as CloudWatch metrics (embedded metric format), beside their one log line.

Powertools writes the format. Only jobs that nobody waits for import this: burning starts without it (decisions/0009).
"""

from __future__ import annotations

from aws_lambda_powertools.metrics import EphemeralMetrics, MetricUnit

from lotbook.api.http.observability import log_answer

NAMESPACE = "Lotbook"


def report(job: str, **figures: int) -> None:
    """Log what a run of `job` did and publish each figure as a count, under the dimension `service` = job."""
    log_answer(job=job, **figures)
    metrics = EphemeralMetrics(namespace=NAMESPACE, service=job)
    for name, value in figures.items():
        metrics.add_metric(name=name, unit=MetricUnit.Count, value=value)
    metrics.flush_metrics()
