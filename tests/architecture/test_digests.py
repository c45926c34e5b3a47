"""A digest that is compared later is made of named fields as JSON, never of what a dataclass happens to look like today.

`repr` and `asdict` change with every field that is added: a retry that is in flight during a deployment would be refused as another body.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.architecture.exceptions import DIGESTS
from tests.architecture.test_sizes import hold
from tests.architecture.tree import DEPLOYED, dotted, functions, nodes

DIGESTING = {"fingerprint", "name_of", "derived", "sha256", "sha1", "md5", "blake2b", "new"}
LOOKS = {"repr", "asdict", "astuple", "vars", "hash"}
OF_A_VALUE = ("__dict__", "__repr__", "model_dump_json")
MAY_LOOK = re.compile(
    "|".join([*(rf"\b{name}\(" for name in LOOKS), "!r", *OF_A_VALUE])
)  # what none of it says need not be taken apart


def looks_in_digests(function: ast.AST) -> Iterator[str]:
    """What of a value's looks is taken in a function that makes a digest: calls, `!r`, `__dict__`."""
    inside = nodes(function)
    calls = [dotted(node.func).rpartition(".")[2] for node in inside if isinstance(node, ast.Call)]
    if not DIGESTING & set(calls):
        return
    yield from (name for name in calls if name in LOOKS)
    for node in inside:
        if isinstance(node, ast.FormattedValue) and node.conversion == ord("r"):
            yield "!r"
        if isinstance(node, ast.Attribute) and node.attr in OF_A_VALUE:
            yield node.attr


@cache
def may_look(path: Path) -> bool:
    return bool(MAY_LOOK.search(path.read_text(encoding="utf-8")))


@pytest.mark.slow
def test_no_digest_is_made_of_what_a_value_looks_like() -> None:
    found = {
        each.name: f"{each.where} takes {', '.join(looks)}"
        for each in functions(*DEPLOYED)
        if may_look(each.path) and (looks := list(looks_in_digests(each.node)))
    }
    hold(found, DIGESTS, "DIGESTS")


@pytest.mark.parametrize(
    "body",
    [
        "return ids.fingerprint(repr(body))",
        "text = json.dumps(asdict(command))\n    return fingerprint(text)",
        "return ids.name_of(f'{body!r}')",
        "return sha256(str(body.__dict__).encode()).hexdigest()",
    ],
)
def test_the_digest_rule_sees_a_breach(body: str) -> None:
    assert list(looks_in_digests(ast.parse(f"def f(body):\n    {body}")))
    assert MAY_LOOK.search(body)


@pytest.mark.parametrize("body", ["return ids.fingerprint('grant', str(body.credits))", "return repr(body)"])
def test_the_digest_rule_lets_named_fields_pass(body: str) -> None:
    assert not list(looks_in_digests(ast.parse(f"def f(body):\n    {body}")))
