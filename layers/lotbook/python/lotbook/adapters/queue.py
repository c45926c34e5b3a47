"""SQS: which accounts automatic purchase has to look at."""

from __future__ import annotations

import json
from typing import Any

from lotbook.adapters.calls import send


class SqsAutoQueue:
    """Implements `AutoQueue`."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def ask(self, account_id: str, purchase_id: str | None) -> None:
        """One message. Raises Unavailable."""
        body = json.dumps({"account_id": account_id, "purchase_id": purchase_id}, separators=(",", ":"))
        send(self._client, "send_message", {"QueueUrl": self._url, "MessageBody": body})
