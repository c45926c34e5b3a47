"""How every command ends that a person interrupts, or whose reader has enough or knows fewer letters: without a traceback."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from contextlib import suppress
from io import TextIOWrapper
from typing import NoReturn

INTERRUPTED = 128 + signal.SIGINT


def print_anything() -> None:
    """What the terminal's character set does not have is shown by its number."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def ended(main: Callable[[list[str]], int], arguments: list[str]) -> int:
    """What `main` answers, or 130 where it was interrupted or nobody reads what it prints (`... | head`)."""
    try:
        code = main(arguments)
        sys.stdout.flush()
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nothing is left to be flushed into the pipe
        return INTERRUPTED
    return code


def leave(code: int) -> NoReturn:
    """End this process now. Everything is closed; taking the modules down one by one would take longer than all that (N4)."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # nobody reads it any more
            stream.flush()
    os._exit(code)
