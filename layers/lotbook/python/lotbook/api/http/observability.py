"""One structured line a request. Ids and codes only: never a token, key, card, body or e-mail address.

Plain `json` and stdout instead of Powertools' Logger: the logger alone costs a fifth of what consume may take to start
(decisions/0009). CloudWatch reads the same fields.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping


def log_answer(**fields: str | int | None) -> None:
    """Write the line of one answered request; fields without a value are left out."""
    _write("INFO", "answered", fields)


def log_crash(**fields: str | int | None) -> None:
    """Write the line of a request that nobody answered: its caller knows API Gateway's id, the traceback bears Lambda's."""
    _write("ERROR", "crashed", fields)


def _write(level: str, message: str, fields: Mapping[str, str | int | None]) -> None:
    known = {name: value for name, value in fields.items() if value is not None}
    sys.stdout.write(json.dumps({"level": level, "message": message, **known}, separators=(",", ":")) + "\n")
