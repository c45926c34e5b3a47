"""What a schedule's run answers about what it could not do. Nobody outside reads it: people who look at a run do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lotbook.usecases.attempts import FailedWork
    from lotbook.usecases.sweeping import Swept

MAX_SHOWN = 100


def failed(failures: Sequence[FailedWork]) -> list[dict[str, Any]]:
    """Whose work failed, how often in a row, and the kind of error; the first MAX_SHOWN."""
    return [
        {
            "what": failure.what,
            "account_id": failure.account_id,
            "name": failure.name,
            "times": failure.times,
            "error": type(failure.error).__name__,
        }
        for failure in failures[:MAX_SHOWN]
    ]


def failures_of(done: Iterable[Swept]) -> list[FailedWork]:
    """All that failed in the sweeps of one run."""
    return [failure for each in done for failure in each.failures]


def swept(done: Iterable[Swept]) -> dict[str, Any]:
    """What sweeps left: whether there is more to do, and what failed."""
    sweeps = list(done)
    return {"more": any(each.more for each in sweeps), "failed": failed(failures_of(sweeps))}
