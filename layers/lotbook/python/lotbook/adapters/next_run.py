"""Invokes a function asynchronously: Lambda queues the event, and tries a run that fails as the function's settings say."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send

if TYPE_CHECKING:
    from collections.abc import Mapping


class LambdaNextRun:
    """Implements `NextRun`."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def begin(self, function: str, event: Mapping[str, Any]) -> None:
        """One call. Raises Unavailable."""
        payload = json.dumps(event, separators=(",", ":")).encode()
        send(self._client, "invoke", {"FunctionName": function, "InvocationType": "Event", "Payload": payload})
