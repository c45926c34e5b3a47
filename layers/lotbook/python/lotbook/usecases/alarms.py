"""What people must look at: one line at level ERROR that the log's metric filter counts. Ids and codes only."""

from __future__ import annotations

import json
import logging

_LOG = logging.getLogger("lotbook.alarm")


def alarm(code: str, **facts: str | None) -> None:
    """Log an alarm; `facts` are ids and codes, never a key, a card or an address."""
    known = {name: value for name, value in facts.items() if value is not None}
    # `extra` makes it a member of Lambda's own JSON line, too: that is what the template's metric filters look at.
    _LOG.error(json.dumps({"alarm": code, **known}, separators=(",", ":")), extra={"alarm": code})
