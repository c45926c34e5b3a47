"""A finding: one thing that is wrong with a document, with its place, what was found there and what is allowed."""

from __future__ import annotations

import json
from collections.abc import Iterable

from lotbook.domain.values.errors import PolicyInvalid
from lotbook.domain.values.light_dataclasses import dataclass

SHOWN_CHARACTERS = 80  # of what was found: enough to recognize it
MAX_FINDINGS = 50  # more help nobody


@dataclass(frozen=True, slots=True)
class Finding:
    """`path` is dotted, places in lists are numbers (`plans.0.credits`); the empty path is the document itself."""

    path: str
    found: str
    allowed: str
    code: str = "not_allowed"


def shown(value: object) -> str:
    """A value as it would be written in JSON, cut to a readable length."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= SHOWN_CHARACTERS else text[: SHOWN_CHARACTERS - 3] + "..."


def refusal(found: Iterable[Finding]) -> PolicyInvalid:
    """The error that tells all findings (the first MAX_FINDINGS of them)."""
    errors = [
        {
            "field": each.path,
            "code": each.code,
            "message": f"found {each.found}; allowed: {each.allowed}",
            "found": each.found,
            "allowed": each.allowed,
        }
        for each in list(found)[:MAX_FINDINGS]
    ]
    return PolicyInvalid(errors=errors)
