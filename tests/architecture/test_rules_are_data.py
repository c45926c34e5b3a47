"""No branch on a vendor: what the vendors' pages say is in policy files, and deployed code knows none of them by name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest
import yaml

from tests.architecture.tree import DEPLOYED, ROOT, files, parsed, walk

SAMPLES = sorted((ROOT / "samplefiles" / "policies").rglob("*.yaml"))
UNMISTAKABLE = re.compile("insurestack|9pic|gocontent|diaflow", re.IGNORECASE)
# Ids that mean something else in the domain as well: kinds of lots, intervals, entitlement-free words.
ORDINARY_WORDS = {"free", "none"}


@cache
def sample_ids() -> frozenset[str]:
    """Every policy, plan and pack id of the sample files."""
    found: set[str] = set()
    for path in SAMPLES:
        document = yaml.safe_load(path.read_text())
        found.add(document["policy_id"])
        found.update(plan["plan_id"] for plan in document["plans"])
        found.update(pack["pack_id"] for pack in document["top_up"].get("packs", []))
    return frozenset(found - ORDINARY_WORDS)


def vendors_named(source: str, tree: ast.AST, ids: frozenset[str]) -> Iterator[tuple[int, str]]:
    """Lines that name a vendor, or whose string constants are an id of a sample; `make` is a word, so ids count whole."""
    for line, text in enumerate(source.splitlines(), 1):
        yield from ((line, found) for found in UNMISTAKABLE.findall(text))
    for node in walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in ids:
            yield node.lineno, node.value


def test_there_is_something_to_look_at() -> None:
    assert len(files(*DEPLOYED)) > 200
    assert {"make", "9pic", "core-10k", "pro", "credits-2000"} <= sample_ids()


def test_no_deployed_module_names_a_vendor_or_an_id_of_a_sample_policy() -> None:
    ids = sample_ids()
    wrong = [
        f"{path.relative_to(ROOT)}:{line}: {found}"
        for path in files(*DEPLOYED)
        for line, found in vendors_named(path.read_text(), parsed(path), ids)
    ]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(
    "source", ["# as InsureStack does", "if account.policy_id == 'make': ...", "PACK = 'credits-2000'"]
)
def test_the_vendor_rule_sees_a_breach(source: str) -> None:
    assert list(vendors_named(source, ast.parse(source), sample_ids()))


@pytest.mark.parametrize("source", ["make = 1", "'make an account'", "PLAN = 'free'"])
def test_the_vendor_rule_leaves_ordinary_words_alone(source: str) -> None:
    assert not list(vendors_named(source, ast.parse(source), sample_ids()))
