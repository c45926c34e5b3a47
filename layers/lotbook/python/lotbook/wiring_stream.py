"""What the stream's function reads its records with, beside `wiring.py`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.domain.news.announcements import Change


def read_record(record: Mapping[str, Any]) -> Change | None:
    """A record of the table's stream as a change; None for what nobody announces."""
    from lotbook.adapters.dynamo.stream import read_record

    return read_record(record)


def owner_of(record: Mapping[str, Any]) -> str:
    """The account that a record of the stream is about."""
    from lotbook.adapters.dynamo.stream import owner_of

    return owner_of(record)
