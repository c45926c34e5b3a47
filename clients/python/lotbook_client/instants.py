"""Instants as the API writes them."""

from __future__ import annotations

from datetime import datetime, timezone


def instant(text: str) -> datetime:
    """An RFC 3339 instant as an aware datetime."""
    made = datetime.fromisoformat(text.replace("Z", "+00:00"))
    if made.tzinfo is None:
        raise ValueError(f"{text} has no time zone")
    return made.astimezone(timezone.utc)


def text_of(moment: datetime) -> str:
    """An aware datetime as the API takes it: UTC, with seconds. Raises ValueError for a naive one, which names no instant."""
    if moment.tzinfo is None:
        raise ValueError("a datetime without a time zone names no instant")
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
