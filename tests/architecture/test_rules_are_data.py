"""No branch on a vendor: what the vendors' pages say is in policy files, and deployed code knows none of them by name."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DEPLOYED = sorted(
    path for folder in ("layers", "functions") for path in (ROOT / folder).rglob("*.py") if ".aws-sam" not in path.parts
)
SAMPLES = sorted((ROOT / "samplefiles" / "policies").rglob("*.yaml"))
UNMISTAKABLE = re.compile("insurestack|9pic|gocontent|diaflow", re.IGNORECASE)
# Ids that mean something else in the domain as well: kinds of lots, intervals, entitlement-free words.
ORDINARY_WORDS = {"free", "none"}


def sample_ids() -> set[str]:
    """Every policy, plan and pack id of the sample files."""
    found: set[str] = set()
    for path in SAMPLES:
        document = yaml.safe_load(path.read_text())
        found.add(document["policy_id"])
        found.update(plan["plan_id"] for plan in document["plans"])
        found.update(pack["pack_id"] for pack in document["top_up"].get("packs", []))
    return found - ORDINARY_WORDS


def literals(path: Path) -> set[str]:
    """Every string constant of a module, docstrings too."""
    tree = ast.parse(path.read_text())
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_there_is_something_to_look_at() -> None:
    assert len(DEPLOYED) > 20
    assert {"make", "9pic", "core-10k", "pro", "credits-2000"} <= sample_ids()


@pytest.mark.parametrize("path", DEPLOYED, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_deployed_module_names_a_vendor(path: Path) -> None:
    assert not UNMISTAKABLE.findall(path.read_text())


@pytest.mark.parametrize("path", DEPLOYED, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_deployed_module_knows_an_id_of_a_sample_policy(path: Path) -> None:
    """`make` is a word, so ids are looked for among whole string constants."""
    assert not literals(path) & sample_ids()
