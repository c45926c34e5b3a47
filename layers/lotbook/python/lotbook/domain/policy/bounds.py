"""Bounds that hold for every text and number of a policy, whatever it means: what a page, a table and a calendar can take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from decimal import Decimal

from lotbook.domain.policy.document import Policy
from lotbook.domain.policy.findings import Finding, shown
from lotbook.domain.policy.plan_checks import MAX_CREDITS
from lotbook.domain.values import decimals

MAX_TEXT_CHARACTERS = 500
Steps = tuple[str | int, ...]


def bound_findings(policy: Policy) -> Iterator[Finding]:
    """Every text that is empty, too long or not printable, and every number that is too large or has too many digits."""
    for steps, value in leaves(policy):
        path = path_of(steps)
        if isinstance(value, str) and not (0 < len(value) <= MAX_TEXT_CHARACTERS and value.isprintable()):
            yield Finding(path, shown(value), f"a text of 1 to {MAX_TEXT_CHARACTERS} printable characters")
        if isinstance(value, Decimal) and not decimals.fits(value):
            allowed = (
                f"at most {decimals.MAX_WHOLE_DIGITS} digits before the point and {decimals.MAX_DECIMALS} after it"
            )
            yield Finding(path, shown(value), allowed)
        if isinstance(value, int) and abs(value) > MAX_CREDITS:
            yield Finding(path, shown(value), f"at most {MAX_CREDITS}")


def path_of(steps: Steps) -> str:
    """The dotted path of these steps."""
    return ".".join(str(step) for step in steps)


def leaves(value: object, steps: Steps = ()) -> Iterator[tuple[Steps, object]]:
    """What is in a value, with the steps that lead to it; a mapping's names are texts too."""
    if is_dataclass(value):
        members: list[tuple[str | int, object]] = [(field.name, getattr(value, field.name)) for field in fields(value)]
    elif isinstance(value, Mapping):
        members = list(value.items())
        yield from ((steps, name) for name in value)
    elif isinstance(value, tuple):
        members = list(enumerate(value))
    else:
        yield steps, value
        return
    for name, each in members:
        yield from leaves(each, (*steps, name))
