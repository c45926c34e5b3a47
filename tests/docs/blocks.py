"""Every fenced block that a reader may copy: of README, docs/ and their neighbours, by page."""

from __future__ import annotations

from pathlib import Path

from local.site.markdown import Block, blocks, indented
from local.site.pages import REFERENCE, sources

ROOT = Path(__file__).resolve().parents[2]
RUN = ("bash", "python", "ts")  # each of them runs, or says why it cannot
LANGUAGES = (*RUN, "json", "yaml", "text")
# Why a block is not run: the beginnings of the reasons that count. A reason of another kind belongs here, or the block runs.
REASONS = {
    "needs an AWS account": "what deploys, or asks a deployment",
    "needs a deployment": "the same, of a whole page",
    "installs": "starts, installs or tests everything: what runs the tests did that already",
    "moves the clock": "all tests of the run share its clock",
    "minutes long": "it has a test of its own, which is named",
    "needs Stripe": "an account of a live gateway, or its keys",
}
RUN_ELSEWHERE = ("clients/python/README.md", "clients/typescript/README.md")  # by tests/clients
MOST_NOT_RUN = 20  # beside the pages for operators, whose every block asks a deployment
OPERATORS = ("docs/runbook.md", "docs/restore.md", "docs/releases.md")  # and of those pages as a whole


def pages() -> dict[str, str]:
    """The text of every page that is written by hand, by its place in the checkout; decisions show no code to copy."""
    found = [source for source in sources(ROOT) if source != REFERENCE and "/decisions/" not in source]
    return {source: (ROOT / source).read_text(encoding="utf-8") for source in found if source not in RUN_ELSEWHERE}


def of(page: str, text: str) -> list[Block]:
    return list(blocks(page, text))


def without_fence(page: str, text: str) -> list[str]:
    return [f"{page}:{line}" for line in indented(text)]
