"""The body of consume, checked by hand: pydantic would double what this function needs to start (performance.md).

The rules are those of `schemas.ConsumeBody`, which the OpenAPI document shows; a property test holds the two together.
"""

from __future__ import annotations

import re
from typing import Any, NoReturn

from lotbook.api.body import refuse_members
from lotbook.domain.errors import InvalidRequest

MAX_CREDITS = 1_000_000_000_000
MAX_REFERENCE_CHARACTERS = 256
MAX_METADATA_KEYS = 20
MAX_METADATA_KEY_CHARACTERS = 40
MAX_METADATA_VALUE_CHARACTERS = 500
DEFAULT_UNIT = "credits"
UNIT = re.compile(r"[a-z][a-z0-9_]{0,39}")
FIELDS = frozenset({"credits", "unit", "reference", "metadata"})


def credits_of(document: dict[str, Any]) -> int:
    """How much to burn: a JSON integer from 1 to the bound; raises InvalidRequest."""
    if "credits" not in document:
        _refuse("credits", "missing", "credits is required.")
    credits = document["credits"]
    if type(credits) is not int:  # bool is an int to isinstance, and 5.0 is no JSON integer
        _refuse("credits", "type", "credits must be a JSON integer.")
    if not 1 <= credits <= MAX_CREDITS:
        _refuse("credits", "range", f"credits must be from 1 to {MAX_CREDITS}.")
    return credits


def unit_of(document: dict[str, Any]) -> str:
    """The unit to burn, `credits` unless named; raises InvalidRequest."""
    unit = document.get("unit", DEFAULT_UNIT)
    if not isinstance(unit, str) or UNIT.fullmatch(unit) is None:
        _refuse("unit", "pattern", "unit must be the name of a unit, such as credits.")
    return unit


def reference_of(document: dict[str, Any]) -> str | None:
    """The caller's own name for the work; raises InvalidRequest."""
    reference = document.get("reference")
    if reference is not None and not _is_text(reference, MAX_REFERENCE_CHARACTERS):
        _refuse("reference", "length", f"reference must be a string of at most {MAX_REFERENCE_CHARACTERS} characters.")
    return reference


def metadata_of(document: dict[str, Any]) -> dict[str, str] | None:
    """The caller's own notes; raises InvalidRequest."""
    metadata = document.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        _refuse("metadata", "type", "metadata must be an object of strings.")
    if len(metadata) > MAX_METADATA_KEYS:
        _refuse("metadata", "length", f"metadata may have at most {MAX_METADATA_KEYS} keys.")
    for name, value in metadata.items():
        if not 1 <= len(name) <= MAX_METADATA_KEY_CHARACTERS:
            _refuse("metadata", "length", f"a key of metadata has 1 to {MAX_METADATA_KEY_CHARACTERS} characters.")
        if not _is_text(value, MAX_METADATA_VALUE_CHARACTERS):
            message = f"a value of metadata is a string of at most {MAX_METADATA_VALUE_CHARACTERS} characters."
            _refuse(f"metadata.{name}", "length", message)
    return metadata


def check_fields(document: dict[str, Any]) -> None:
    """Raises InvalidRequest for a member that consume does not know."""
    refuse_members(document, FIELDS)


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def _refuse(field: str, code: str, message: str) -> NoReturn:
    raise InvalidRequest.of(field, code, message)
