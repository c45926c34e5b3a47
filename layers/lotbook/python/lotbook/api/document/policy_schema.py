"""The JSON Schema of a policy file, for editors and validators: made from the very model that reads policies.

What holds across fields (a price in every currency, one plan higher than the other) is told by a publication, or a dry run of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from lotbook.api.document.components import Schema, in_words
from lotbook.api.requests import policy_document

DIALECT = "https://json-schema.org/draft/2020-12/schema"
OWN_ADDRESS = {"type": "string", "description": "Where this schema is: editors read it, nothing else does."}


@cache
def document() -> Schema:
    """The whole schema; the same for every call of a process."""
    found = _worded(policy_document.json_schema("#/$defs/{model}"))
    members = {policy_document.SCHEMA_FIELD: OWN_ADDRESS, **found["properties"]}
    return {"$schema": DIALECT, **found, "title": "A policy of Lotbook", "properties": members}


def _worded(schema: Any) -> Any:
    """Descriptions for callers, and no titles: a field's name says as much."""
    if isinstance(schema, Mapping):
        return {
            name: _one_line(in_words(value))
            if name == "description" and isinstance(value, str)
            else _inside(name, value)
            for name, value in schema.items()
            if not (name == "title" and isinstance(value, str))
        }
    return [_worded(each) for each in schema] if isinstance(schema, list | tuple) else schema


def _one_line(text: str) -> str:
    """Paragraphs stay; where their lines end is the source's business."""
    return re.sub(r"(?<!\n)\n(?!\n)", " ", text)


def _inside(name: str, value: Any) -> Any:
    """Members of `properties` are named by the product: one that is called title or description is a field."""
    if name == "properties":
        return {field: _worded(schema) for field, schema in value.items()}
    return _worded(value)
