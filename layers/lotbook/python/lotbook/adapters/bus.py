"""EventBridge: the product's events on a bus. `detail.id` is ours and stable; EventBridge's own id is new with every try."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from lotbook.adapters.calls import send
from lotbook.domain.values.errors import Unavailable
from lotbook.domain.values.instants import to_datetime, to_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.news.announcements import Announcement

SOURCE = "lotbook"
BATCH = 10  # entries that one PutEvents takes
MAX_PUBLISH_TRIES = 3  # of entries that the bus did not take; then the stream brings them again


class EventBridgeBus:
    """Implements `EventBus`."""

    def __init__(self, client: Any, bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Publish all, ten a call. Raises Unavailable when some were not taken in MAX_PUBLISH_TRIES."""
        entries = [self._entry(announcement) for announcement in announcements]
        for start in range(0, len(entries), BATCH):
            self._put(entries[start : start + BATCH])

    def _put(self, entries: list[dict[str, Any]]) -> None:
        for _ in range(MAX_PUBLISH_TRIES):
            answer = send(self._client, "put_events", {"Entries": entries})
            if not answer["FailedEntryCount"]:
                return
            results = zip(entries, answer["Entries"], strict=True)
            entries = [entry for entry, result in results if "ErrorCode" in result]
        raise Unavailable("The event bus did not take every event.", retry_after_seconds=1)

    def _entry(self, announcement: Announcement) -> dict[str, Any]:
        detail = {
            "id": announcement.announcement_id,
            "at": to_text(announcement.at),
            "account_id": announcement.account_id,
            **announcement.detail,
        }
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": announcement.kind,
            "Time": to_datetime(announcement.at),
            "Detail": json.dumps(detail, separators=(",", ":"), allow_nan=False),
        }
