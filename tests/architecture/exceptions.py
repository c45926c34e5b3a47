"""What the rules of `test_sizes.py` let pass, and why. Each list only shrinks: a new line needs a reason that a reviewer accepts."""

from __future__ import annotations

LONG_FUNCTIONS: dict[str, str] = {}
LONG_TESTS: dict[str, str] = {}
LONG_FILES: dict[str, str] = {}
WIDE_FUNCTIONS: dict[str, str] = {}
WHILES: dict[str, str] = {}
