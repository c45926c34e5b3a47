"""The header `Idempotency-Key`: required on every call that moves credits or money (D3)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from lotbook.domain.values.errors import IdempotencyKeyInvalid, IdempotencyKeyMissing

HEADER = "idempotency-key"
REPLAYED = {"idempotent-replayed": "true"}
MAX_CHARACTERS = 255
VISIBLE_ASCII = re.compile(rf"[\x21-\x7e]{{1,{MAX_CHARACTERS}}}")


def key_of(headers: Mapping[str, str]) -> str:
    """The request's key; raises IdempotencyKeyMissing or IdempotencyKeyInvalid. Header names are in lower case."""
    key = headers.get(HEADER)
    if key is None:
        raise IdempotencyKeyMissing
    if VISIBLE_ASCII.fullmatch(key) is None:
        raise IdempotencyKeyInvalid
    return key
