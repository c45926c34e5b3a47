"""The request body: JSON with bounds. What a parser would let pass and a store would choke on is refused here.

Refused as `malformed_json`: an empty body, what is not UTF-8 or not JSON, NaN and Infinity, a name twice in one object,
half a surrogate pair, nesting past 32 levels. Refused as `invalid_request`: what is JSON but not an object, and numbers that
no field can hold (they are not read, so their length costs nothing).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any

from lotbook.domain.values.errors import BodyTooLarge, InvalidRequest, MalformedJson

MAX_BYTES = 256 * 1024
MAX_DEPTH = 32
MAX_NUMBER_CHARACTERS = 30
MAX_NAME_SHOWN = 100
UNKNOWN = "There is no such field here."


def check_size(raw: bytes) -> None:
    """Raises BodyTooLarge past 256 KB."""
    if len(raw) > MAX_BYTES:
        raise BodyTooLarge(max_bytes=MAX_BYTES)


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object of the body; raises MalformedJson or InvalidRequest as the module says."""
    parsed = parse_json(raw)
    if not isinstance(parsed, dict):
        raise InvalidRequest.of("", "type", "The body must be a JSON object.")
    return parsed


def refuse_members(document: dict[str, Any], known: frozenset[str] = frozenset()) -> None:
    """Raises InvalidRequest when the object has members that the call does not know."""
    refuse_names(sorted(set(document) - known), UNKNOWN)


def refuse_names(unknown: Sequence[str], message: str) -> None:
    """Raises InvalidRequest when there are any, each with the message."""
    if unknown:
        named = [{"field": name[:MAX_NAME_SHOWN], "code": "unknown", "message": message} for name in unknown]
        raise InvalidRequest.of_all(named)


def parse_json(raw: bytes) -> Any:
    """Any JSON value within the bounds; floats are read as such only to be refused by the schemas."""
    try:
        text = raw.decode("utf-8")
        parsed = json.loads(
            text, parse_int=_integer, parse_float=_fraction, parse_constant=_constant, object_pairs_hook=_unique
        )
        if "\\u" in text:  # the only way to half a surrogate pair, which neither hash nor table can take
            json.dumps(parsed, ensure_ascii=False).encode("utf-8")
    except (UnicodeError, json.JSONDecodeError, RecursionError):
        raise MalformedJson from None
    _check_depth(parsed)
    return parsed


def _integer(text: str) -> int:
    if len(text) > MAX_NUMBER_CHARACTERS:
        raise InvalidRequest.of("", "range", "A number in the body is out of range.")
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if len(text) > MAX_NUMBER_CHARACTERS or not math.isfinite(number):
        raise InvalidRequest.of("", "range", "A number in the body is out of range.")
    return number


def _constant(_: str) -> Any:
    raise MalformedJson("NaN and Infinity are not JSON.")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJson("A name occurs twice in one object.")
    return members


def _check_depth(parsed: Any) -> None:
    level, depth = [parsed], 0
    while level:
        nested = [value for value in level if isinstance(value, dict | list)]
        depth += bool(nested)
        if depth > MAX_DEPTH:
            raise MalformedJson(f"The body nests deeper than {MAX_DEPTH} levels.")
        level = [item for value in nested for item in (value.values() if isinstance(value, dict) else value)]
