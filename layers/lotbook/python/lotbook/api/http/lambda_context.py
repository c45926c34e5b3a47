"""What a scheduled function, or one behind a queue, is told by Lambda beside its event."""

from __future__ import annotations

from typing import Protocol


class LambdaContext(Protocol):
    """As much of Lambda's context as the handlers read."""

    invoked_function_arn: str

    def get_remaining_time_in_millis(self) -> int: ...
