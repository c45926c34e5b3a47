"""The examples of the OpenAPI document: those of `samplefiles/api`, which tests play against the functions.

`python -m local.generate examples` writes `examples.json` from them, beside this module, so that the deployed document has
them as well.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).with_name("examples.json")
Example = dict[str, Any]


def of_body(route_key: str) -> dict[str, Example]:
    """Bodies of requests by name: those that were answered with success, as they were sent."""
    told = [each for each in _of(route_key) if each["status"] < 400 and "body" in each]
    return {each["name"]: {"value": each["body"]} for each in told}


def of_answer(route_key: str, status: int) -> dict[str, Example]:
    """Answers of that status by name."""
    return {each["name"]: {"value": each["answer"]} for each in _of(route_key) if each["status"] == status}


def _of(route_key: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _all().get(route_key, [])
    return found


@cache
def _all() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = json.loads(FILE.read_text(encoding="utf-8"))
    return found
