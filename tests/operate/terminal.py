"""`lotbook` in this process, as a terminal of 80 columns without colours would show it."""

from __future__ import annotations

import pytest

from operate import stack as stacks
from operate.command.start import run
from operate.stack import Stack


def lotbook(*arguments: str) -> int:
    """The exit code; what it says is where pytest's `capsys` finds it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("LOTBOOK_STACK", "LOTBOOK_URL"):
            patch.delenv(name, raising=False)
        for name, value in (("COLUMNS", "80"), ("NO_COLOR", "1"), ("TERMINAL_WIDTH", "80")):
            patch.setenv(name, value)
        return run(list(arguments))


def on(found: Stack, *arguments: str) -> int:
    """The same about this stack, whatever its name."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(stacks, "find", lambda _name: found)
        return lotbook(*arguments, "--stack", "prod")
