"""What is published is true: every field of a policy is read by the product, or its page says that it is not read yet."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from lotbook.domain.policy import document, parts, plans, top_ups
from tests.architecture.tree import LAYER, files, parsed, walk

# Fields that a document may have and nothing decides by: what reads them is still to be built. `assumptions` are for readers.
NOT_READ_YET = {
    "Convert.at_most",
    "Policy.assumptions",
}


def _fields() -> Iterator[tuple[str, str]]:
    for module in (document, parts, plans, top_ups):
        for name, kind in vars(module).items():
            if is_dataclass(kind) and isinstance(kind, type) and kind.__module__ == module.__name__:
                yield from ((name, field.name) for field in fields(kind))


def _read() -> set[str]:
    """Names of attributes that the product reads, but for the checks of a policy and where it is taken from a document."""
    found: set[str] = set()
    for path in files(LAYER):
        where = path.relative_to(LAYER).as_posix()
        if (where.startswith("domain/policy/") and "check" in where) or where == "api/requests/policy_document.py":
            continue
        found |= {node.attr for node in walk(parsed(path)) if isinstance(node, ast.Attribute)}
    return found


@pytest.mark.slow
def test_every_policy_field_is_read_or_on_the_list() -> None:
    read = _read()
    unread = {f"{kind}.{name}" for kind, name in _fields() if name not in read}
    assert unread == NOT_READ_YET, "take what is read now off the list"
