"""`lotbook`, as the script at the root starts it."""

from __future__ import annotations

import sys
from typing import NoReturn

from local.ending import ended, leave, print_anything
from operate.command.root import app


def run(arguments: list[str]) -> int:
    """The exit code. Typer ends by SystemExit, whatever came of it."""
    try:
        app(arguments, prog_name="lotbook")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def start() -> NoReturn:
    """Run it and end this process; Ctrl-C and a reader who has enough end it in a line."""
    print_anything()
    leave(ended(run, sys.argv[1:]))
