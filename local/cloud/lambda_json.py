"""Records of the table's stream as Lambda hands them over: JSON, in which bytes are base 64 and instants are seconds."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime
from typing import Any


def as_json(value: Any) -> Any:
    """The same as Lambda hands it over, at any depth."""
    match value:
        case bytes():
            return b64encode(value).decode()
        case datetime():
            return int(value.timestamp())
        case Mapping():
            return {name: as_json(part) for name, part in value.items()}
        case list() | tuple() | set():
            return [as_json(part) for part in value]
    return value
