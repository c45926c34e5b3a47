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

    _Told = tuple[Announcement, dict[str, Any]]

SOURCE = "lotbook"
BATCH = 10  # entries that one PutEvents takes
MAX_CALL_BYTES = 256 * 1024  # of them all
TIME_BYTES = 14
MAX_PUBLISH_TRIES = 3  # of entries that the bus did not take; then the stream brings them again


class EventBridgeBus:
    """Implements `EventBus`."""

    def __init__(self, client: Any, bus: str) -> None:
        self._client = client
        self._bus = bus

    def publish(self, announcements: Sequence[Announcement]) -> None:
        """Publish all. Raises Unavailable when some were not taken in MAX_PUBLISH_TRIES."""
        if self.offer(announcements):
            raise Unavailable("The event bus did not take every event.", retry_after_seconds=1)

    def offer(self, announcements: Sequence[Announcement]) -> list[Announcement]:
        """At most BATCH and MAX_CALL_BYTES a call. Answers what was not taken in MAX_PUBLISH_TRIES."""
        entries = [(announcement, self._entry(announcement)) for announcement in announcements]
        return [announcement for call in _calls(entries) for announcement in self._put(call)]

    def _put(self, entries: list[_Told]) -> list[Announcement]:
        for _ in range(MAX_PUBLISH_TRIES):
            answer = send(self._client, "put_events", {"Entries": [entry for _, entry in entries]})
            if not answer["FailedEntryCount"]:
                return []
            results = zip(entries, answer["Entries"], strict=True)
            entries = [told for told, result in results if "ErrorCode" in result]
        return [announcement for announcement, _ in entries]

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
            # Characters as they are: escaped, an emoji is twelve bytes, and metadata makes an event that the bus never takes.
            "Detail": json.dumps(detail, separators=(",", ":"), ensure_ascii=False, allow_nan=False),
        }


def _calls(entries: Sequence[_Told]) -> list[list[_Told]]:
    """Entries in their order, as they go into one call each."""
    found: list[list[_Told]] = []
    room = 0
    for told in entries:
        size = _bytes(told[1])
        if not found or size > room or len(found[-1]) == BATCH:
            found.append([])
            room = MAX_CALL_BYTES
        found[-1].append(told)
        room -= size
    return found


def _bytes(entry: dict[str, Any]) -> int:
    """As the bus counts an entry."""
    return TIME_BYTES + sum(len(entry[name].encode()) for name in ("Source", "DetailType", "Detail"))
