"""The reasons of automatic purchase: each is explained to people."""

from __future__ import annotations

import re
from pathlib import Path

from lotbook.domain.sales.auto_history import REASONS

PAGE = Path(__file__).resolve().parents[3] / "docs" / "automatic-purchase.md"


def test_d31_every_reason_of_the_history_has_its_sentence() -> None:
    """D31: an automatic purchase that silently never happens. A reason that nobody understands is silence, too."""
    explained = re.findall(r"^\| `(\w+)` \| [A-Z].+\. \|$", PAGE.read_text(), re.MULTILINE)
    assert sorted(explained) == sorted(REASONS)
