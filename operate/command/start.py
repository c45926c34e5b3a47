"""`lotbook`, as the script at the root starts it."""

from __future__ import annotations

import sys
from functools import cache
from typing import TYPE_CHECKING, NoReturn

import typer

from local.ending import ended, leave, print_anything
from operate.command.root import app

if TYPE_CHECKING:
    from typing import Any


@cache
def words() -> Any:
    """The tree of commands, as Typer makes it."""
    return typer.main.get_command(app)


def run(arguments: list[str]) -> int:
    """The exit code. Typer ends by SystemExit, whatever came of it."""
    try:
        words()(arguments, prog_name="lotbook")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    return 0


def start() -> NoReturn:
    """Run it and end this process; Ctrl-C and a reader who has enough end it in a line."""
    print_anything()
    leave(ended(run, sys.argv[1:]))
