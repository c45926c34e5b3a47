"""One structured line a request. Ids and codes only: never a token, key, card, body or e-mail address.

Plain `json` and stdout instead of Powertools' Logger: the logger alone costs a fifth of what consume may take to start
(decisions/0009). CloudWatch reads the same fields.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping


class Invocation:
    """One call of the function: Lambda's id, which the traceback and the access log bear, and how long it has taken."""

    def __init__(self, context: object) -> None:
        self._id: str | None = getattr(context, "aws_request_id", None)
        self._left: Callable[[], int] | None = getattr(context, "get_remaining_time_in_millis", None)
        self._at_first = self._left() if self._left else 0

    def fields(self) -> dict[str, str | int | None]:
        """For its line: `lambda_id`, and `ms` by the time that Lambda says is left."""
        return {"lambda_id": self._id, "ms": self._at_first - self._left() if self._left else None}


def log_answer(**fields: str | int | None) -> None:
    """Write the line of one answered request; fields without a value are left out."""
    _write("INFO", "answered", fields)


def log_crash(**fields: str | int | None) -> None:
    """Write the line of a request that nobody answered: its caller knows API Gateway's id, the traceback bears Lambda's."""
    _write("ERROR", "crashed", fields)


def _write(level: str, message: str, fields: Mapping[str, str | int | None]) -> None:
    known = {name: value for name, value in fields.items() if value is not None}
    sys.stdout.write(json.dumps({"level": level, "message": message, **known}, separators=(",", ":")) + "\n")
