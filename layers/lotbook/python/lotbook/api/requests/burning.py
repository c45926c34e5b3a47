"""Bodies of the burn path, checked by hand: pydantic would double what this function needs to start (decisions/0009).

The rules are those of `ConsumeBody`, `HoldBody` and `CaptureBody` in `schemas.py`, which the OpenAPI
document shows; a property test holds the two together.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NoReturn

from lotbook.api.http.body import refuse_members
from lotbook.domain.credits.requests import DEFAULT_TTL_SECONDS, BurnRequest, HoldRequest
from lotbook.domain.values import texts
from lotbook.domain.values.errors import InvalidRequest

if TYPE_CHECKING:
    from lotbook.domain.credits.rated import CountedUsage

MAX_CREDITS = 1_000_000_000_000
MAX_REFERENCE_CHARACTERS = 256
MAX_METADATA_KEYS = 20
MAX_METADATA_KEY_CHARACTERS = 40
MAX_METADATA_VALUE_CHARACTERS = 500
UNIT = re.compile(r"[a-z][a-z0-9_]{0,39}")
MIN_TTL_SECONDS = 60
MAX_TTL_SECONDS = 7 * 24 * 60 * 60
CHECK_FIELDS = frozenset({"credits", "usage", "unit"})
FIELDS = frozenset({"credits", "usage", "unit", "reference", "metadata"})
HOLD_FIELDS = frozenset({"credits", "usage", "unit", "ttl_seconds", "reference"})
CAPTURE_FIELDS = frozenset({"credits"})
MISSING_AMOUNT = "credits is required, or usage instead."
TWO_AMOUNTS = "usage stands instead of credits: send one of them."


def consume_of(document: dict[str, Any], actor: str, unit: str) -> BurnRequest:
    """The body of consume, `unit` being the one that is meant where it names none; raises InvalidRequest."""
    one_amount(document)
    refuse_members(document, FIELDS)
    credits, usage = amount_of(document)
    return BurnRequest(
        credits=credits,
        unit=unit_of(document) or unit,
        reference=reference_of(document),
        metadata=metadata_of(document),
        actor=actor,
        usage=usage,
    )


def check_of(document: dict[str, Any], actor: str, unit: str) -> BurnRequest:
    """The body of a check, `unit` as of a consume; raises InvalidRequest."""
    one_amount(document)
    refuse_members(document, CHECK_FIELDS)
    credits, usage = amount_of(document)
    return BurnRequest(credits=credits, unit=unit_of(document) or unit, actor=actor, usage=usage)


def hold_of(document: dict[str, Any], actor: str, unit: str) -> HoldRequest:
    """The body of a hold, `unit` as of a consume; raises InvalidRequest."""
    one_amount(document)
    refuse_members(document, HOLD_FIELDS)
    credits, usage = amount_of(document)
    return HoldRequest(
        credits=credits,
        unit=unit_of(document) or unit,
        ttl_seconds=ttl_of(document),
        reference=reference_of(document),
        actor=actor,
        usage=usage,
    )


def captured_of(document: dict[str, Any]) -> int:
    """How much of a hold to capture: nothing is allowed, how much is held the use case knows (D19); raises InvalidRequest."""
    refuse_members(document, CAPTURE_FIELDS)
    return credits_of(document, least=0)


def ttl_of(document: dict[str, Any]) -> int:
    """How long a hold lasts unless it is resolved; raises InvalidRequest."""
    ttl = document.get("ttl_seconds", DEFAULT_TTL_SECONDS)
    if type(ttl) is not int:
        refuse("ttl_seconds", "type", "ttl_seconds must be a JSON integer.")
    if not MIN_TTL_SECONDS <= ttl <= MAX_TTL_SECONDS:
        refuse("ttl_seconds", "range", f"ttl_seconds must be from {MIN_TTL_SECONDS} to {MAX_TTL_SECONDS}.")
    return ttl


def one_amount(document: dict[str, Any]) -> None:
    """Raises InvalidRequest unless the body has credits or usage, and one of them alone."""
    if "usage" not in document:
        if "credits" not in document:
            refuse("credits", "missing", MISSING_AMOUNT)
    elif "credits" in document:
        refuse("usage", "one_of", TWO_AMOUNTS)


def amount_of(document: dict[str, Any]) -> tuple[int, CountedUsage | None]:
    """Credits, or what was used: then what it costs is not known yet, and 0. Raises InvalidRequest."""
    if "usage" not in document:
        return credits_of(document), None
    from lotbook.api.requests.usage import usage_of  # a burn by credits does without

    return 0, usage_of(document["usage"], MAX_CREDITS)


def credits_of(document: dict[str, Any], least: int = 1) -> int:
    """How much: a JSON integer from `least` to the bound; raises InvalidRequest."""
    if "credits" not in document:
        refuse("credits", "missing", "credits is required.")
    credits = document["credits"]
    if type(credits) is not int:  # bool is an int to isinstance, and 5.0 is no JSON integer
        refuse("credits", "type", "credits must be a JSON integer.")
    if not least <= credits <= MAX_CREDITS:
        refuse("credits", "range", f"credits must be from {least} to {MAX_CREDITS}.")
    return credits


def unit_of(document: dict[str, Any]) -> str | None:
    """The unit that is named; None where none is, which means the first of the account's policy. Raises InvalidRequest."""
    unit: object = document.get("unit")
    if unit is None:
        return None
    if not isinstance(unit, str) or UNIT.fullmatch(unit) is None:
        refuse("unit", "pattern", "unit must be the name of a unit, such as credits.")
    return unit


def reference_of(document: dict[str, Any]) -> str | None:
    """The caller's own name for the work; raises InvalidRequest."""
    reference: object = document.get("reference")
    if reference is None:
        return None
    if not isinstance(reference, str) or len(reference) > MAX_REFERENCE_CHARACTERS:
        refuse("reference", "length", f"reference must be a string of at most {MAX_REFERENCE_CHARACTERS} characters.")
    if not texts.is_plain(reference):
        refuse("reference", "pattern", f"reference must be one line such as order-1042, {texts.PLAIN_TOLD}.")
    return reference


def metadata_of(document: dict[str, Any]) -> dict[str, str] | None:
    """The caller's own notes; raises InvalidRequest."""
    metadata = document.get("metadata")
    if metadata is None:
        return None
    if not isinstance(metadata, dict):
        refuse("metadata", "type", "metadata must be an object of strings.")
    if len(metadata) > MAX_METADATA_KEYS:
        refuse("metadata", "length", f"metadata may have at most {MAX_METADATA_KEYS} keys.")
    for name, value in metadata.items():
        if not 1 <= len(name) <= MAX_METADATA_KEY_CHARACTERS:
            refuse("metadata", "length", f"a key of metadata has 1 to {MAX_METADATA_KEY_CHARACTERS} characters.")
        if not _is_text(value, MAX_METADATA_VALUE_CHARACTERS):
            message = f"a value of metadata is a string of at most {MAX_METADATA_VALUE_CHARACTERS} characters."
            refuse(f"metadata.{name}", "length", message)
    return metadata


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and len(value) <= longest


def refuse(field: str, code: str, message: str) -> NoReturn:
    """Raises InvalidRequest about one field."""
    raise InvalidRequest.of(field, code, message)
