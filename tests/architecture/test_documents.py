"""Every code block of README and docs/ runs in the tests (tests/scenarios/test_documents.py), or says in the page why it cannot."""

from __future__ import annotations

import re
import subprocess

import pytest

from local.site.markdown import Block
from tests import patience
from tests.docs.blocks import LANGUAGES, MOST_NOT_RUN, OPERATORS, REASONS, RUN, of, pages, without_fence

PAGES = pages()
ALL = [block for page, text in PAGES.items() for block in of(page, text)]
QUOTED = re.compile(r"""'[^']*'|"(?:[^"\\]|\\.)*"|\$\{[^}]*\}|\[\[? .*? \]""", re.DOTALL)
# At its prompt a comment is no comment, and a pattern that matches no file is an error.
ZSH = re.compile(r"(?m)(?:^|\s)#.*$|[^\s$]*[?*\[!](?![=\s])\S*")
NOT_RUN = [block for block in ALL if block.not_run]


def faults(block: Block) -> list[str]:
    """What is wrong with how a block is told."""
    found = []
    if block.language not in LANGUAGES:
        found.append(f"its language is one of {', '.join(LANGUAGES)}")
    if block.not_run and not block.not_run.startswith(tuple(REASONS)):
        found.append(f"its reason begins with one of: {'; '.join(REASONS)} (tests/docs/blocks.py)")
    if block.language == "text" and block.text.startswith(("curl ", "make ", "import ", "from ", "const ")):
        found.append("it is code that calls itself text" if "  " not in block.text.splitlines()[0] else "")
    if block.language == "bash" and (wrong := ZSH.search(QUOTED.sub("quoted", block.text))):
        found.append(f"zsh reads `{wrong[0].strip()}` another way than bash: quote it, or say it in the text")
    return [each for each in found if each]


def test_every_block_has_a_language_and_is_run_or_says_why_not() -> None:
    """A block that cannot run has `<!-- not run: REASON -->` on the line above its fence."""
    wrong = [f"{block.place}: {fault}" for block in ALL for fault in faults(block)]
    assert not wrong, "\n".join(wrong)


def test_no_block_is_indented_instead_of_fenced() -> None:
    wrong = [place for page, text in PAGES.items() for place in without_fence(page, text)]
    assert not wrong, f"fence it (```bash ... ```), so that it has a language and is run: {wrong}"


def test_few_blocks_are_not_run_and_whole_pages_only_of_operators() -> None:
    others = [block.place for block in NOT_RUN if block.page not in OPERATORS]
    assert len(others) <= MOST_NOT_RUN, others
    whole = [page for page, text in PAGES.items() if "<!-- no block of this page is run" in text]
    assert set(whole) <= set(OPERATORS)


def test_every_reason_is_used() -> None:
    unused = [reason for reason in REASONS if not any(block.not_run.startswith(reason) for block in NOT_RUN)]
    assert not unused


@pytest.mark.process
def test_what_no_test_runs_is_at_least_a_shells_language() -> None:
    script = "\n".join(f"# {block.place}\n{block.text}" for block in NOT_RUN if block.language == "bash")
    done = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, timeout=patience.SECONDS)
    assert done.returncode == 0, done.stderr
    assert not [block.place for block in NOT_RUN if block.language in RUN[1:]], "Python and TypeScript run everywhere"


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        (Block("a.md", 1, "", "ls\n", ""), "language"),
        (Block("a.md", 1, "sh", "ls\n", ""), "language"),
        (Block("a.md", 1, "bash", "ls\n", "I had no time"), "reason"),
        (Block("a.md", 1, "bash", "make run  # starts it\n", ""), "zsh"),
        (Block("a.md", 1, "bash", "curl -s $API/entries?limit=2\n", ""), "zsh"),
        (Block("a.md", 1, "bash", "letters again [--most 100]\n", ""), "zsh"),
        (Block("a.md", 1, "text", "curl -s $API/v1\n", ""), "calls itself text"),
    ],
)
def test_what_is_wrong_with_a_block_is_found(block: Block, fault: str) -> None:
    (found,) = faults(block)
    assert fault in found
