"""Events as the bus hands them on, read for those who send them further."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from lotbook.domain.endpoints.deliveries import Event
from lotbook.domain.values import instants


def event_of(envelope: Mapping[str, Any]) -> Event:
    """An event of our bus, with the body that an endpoint gets: `{type, timestamp, data}`, as Standard Webhooks has it."""
    kind, detail = envelope["detail-type"], envelope["detail"]
    body = {"type": kind, "timestamp": detail["at"], "data": detail}
    text = json.dumps(body, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return Event(detail["id"], kind, instants.from_text(detail["at"]), text)
