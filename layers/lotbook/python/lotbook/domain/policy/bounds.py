"""Bounds that hold for every text and number of a policy, whatever it means: what a page, a table and a calendar can take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass

from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.findings import Finding, shown
from lotbook.domain.policy.plan_checks import MAX_CREDITS

MAX_TEXT_CHARACTERS = 500


def bound_findings(policy: Policy) -> Iterator[Finding]:
    """Every text that is empty, too long or not printable, and every number that is too large."""
    for path, value in _leaves("", policy):
        if isinstance(value, str) and not (0 < len(value) <= MAX_TEXT_CHARACTERS and value.isprintable()):
            yield Finding(path, shown(value), f"a text of 1 to {MAX_TEXT_CHARACTERS} printable characters")
        if isinstance(value, int) and abs(value) > MAX_CREDITS:
            yield Finding(path, shown(value), f"at most {MAX_CREDITS}")


def _leaves(path: str, value: object) -> Iterator[tuple[str, object]]:
    """What is in a value, with its path; a mapping's names are texts too."""
    if is_dataclass(value):
        members = [(field.name, getattr(value, field.name)) for field in fields(value)]
    elif isinstance(value, Mapping):
        members = [(str(name), each) for name, each in value.items()]
        yield from ((path, name) for name in value)
    elif isinstance(value, tuple):
        members = [(str(place), each) for place, each in enumerate(value)]
    else:
        yield path, value
        return
    for name, each in members:
        yield from _leaves(f"{path}.{name}" if path else name, each)
