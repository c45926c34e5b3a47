"""Stripe's form encoding: `a[b][0][c]=v` to nested dicts. Lists stay dicts with number keys until a type is known."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from local.stripe_stand_in.errors import invalid

MAX_PAIRS = 5000
MAX_DEPTH = 12
_KEY = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")


def decode(encoded: str) -> dict[str, Any]:
    """The nested form of a query string or a form body. Raises StripeError for what cannot be read."""
    try:
        pairs = parse_qsl(encoded, keep_blank_values=True, max_num_fields=MAX_PAIRS, errors="strict")
    except (ValueError, UnicodeDecodeError) as unreadable:
        raise invalid("Invalid request: the form could not be read.") from unreadable
    tree: dict[str, Any] = {}
    for key, value in pairs:
        _place(tree, _path(key), value)
    return tree


def _path(key: str) -> list[str]:
    found = _KEY.match(key)
    path = [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])] if found else []
    if not path or len(path) > MAX_DEPTH:
        raise invalid(f"Invalid parameter name: {key[:100]}")
    return path


def _place(tree: dict[str, Any], path: list[str], value: str) -> None:
    for step in path[:-1]:
        below = tree.setdefault(step or str(len(tree)), {})
        if not isinstance(below, dict):
            raise invalid(f"Invalid parameter: {path[0]} is given both as a value and as an object.", param=path[0])
        tree = below
    tree[path[-1] or str(len(tree))] = value
