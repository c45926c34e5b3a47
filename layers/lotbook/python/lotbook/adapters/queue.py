"""SQS: which accounts automatic purchase has to look at, and which deliveries are to be sent."""

from __future__ import annotations

import json
from typing import Any

from lotbook.adapters.calls import send
from lotbook.domain.values.instants import SECOND


class SqsAutoQueue:
    """Implements `AutoQueue`."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def ask(self, account_id: str, purchase_id: str | None) -> None:
        """One message. Raises Unavailable."""
        body = json.dumps({"account_id": account_id, "purchase_id": purchase_id}, separators=(",", ":"))
        send(self._client, "send_message", {"QueueUrl": self._url, "MessageBody": body})


class SqsDeliveries:
    """Implements `DeliveryQueue`. Messages of one endpoint are a group: SQS hands those of a quiet one over first."""

    def __init__(self, client: Any, url: str) -> None:
        self._client = client
        self._url = url

    def ask(self, endpoint_id: str, delivery_id: str, wait: int = 0) -> None:
        """One message; a part of a second that it waits is a whole one. Raises Unavailable."""
        body = json.dumps({"endpoint_id": endpoint_id, "delivery_id": delivery_id}, separators=(",", ":"))
        request = {"QueueUrl": self._url, "MessageBody": body, "DelaySeconds": -(-wait // SECOND)}
        send(self._client, "send_message", request | {"MessageGroupId": endpoint_id})
