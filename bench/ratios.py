"""Ratios of paired rounds. Milliseconds belong to a machine and an hour; the ratio of two calls made side by side carries over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles

SAME_MEANS = 0.05  # an arm against itself must come out within this of 1.00, or the run says nothing
LEAST_ROUNDS = 5  # quartiles of fewer are noise


@dataclass(frozen=True, slots=True)
class Ratio:
    """Median of the rounds' ratios, with the quartiles."""

    low: float
    median: float
    high: float

    def __str__(self) -> str:
        return f"{self.median:.2f} ({self.low:.2f} - {self.high:.2f})"


def ratio(over: Sequence[float], under: Sequence[float]) -> Ratio:
    """`over[i] / under[i]` of each round i. Raises ValueError for rounds that are not paired, or too few."""
    if len(over) != len(under) or len(over) < LEAST_ROUNDS:
        raise ValueError(f"{len(over)} and {len(under)} rounds: {LEAST_ROUNDS} pairs are needed")
    low, median, high = quantiles([a / b for a, b in zip(over, under, strict=True)], n=4, method="inclusive")
    return Ratio(low, median, high)


def is_void(control: Ratio) -> bool:
    """Whether the A/A control says that this run cannot tell two equal arms from different ones."""
    return abs(control.median - 1.0) > SAME_MEANS
