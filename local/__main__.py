"""`python -m local COMMAND ...`: what the Makefile starts, and the one door to every command. Ctrl-C ends it in one line."""

from __future__ import annotations

import importlib
import signal
import sys

from local.ending import ended, leave, print_anything
from local.stopping import ASKING, interrupt_on_signals
from local.surroundings import settle

COMMANDS = {
    "run": "local.run",
    "demo": "local.demo.demo",
    "audit": "local.audit",
    "try": "local.try_out",
    "key": "local.show_key",
}


def main(arguments: list[str]) -> int:
    """Run the command; answers its exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m local {'|'.join(COMMANDS)} ...", file=sys.stderr)
        return 2
    name = arguments[0]
    for number in ASKING:  # loading its modules takes a second or two: there is nothing to tidy up
        signal.signal(number, signal.SIG_DFL)
    module = importlib.import_module(COMMANDS[name])
    interrupt_on_signals()
    sys.argv = [f"make {name}", *arguments[1:]]
    return ended(lambda _: int(module.main()), [])


if __name__ == "__main__":
    settle()
    print_anything()
    leave(main(sys.argv[1:]))
