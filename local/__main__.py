"""`python -m local COMMAND ...`: what the Makefile starts. Ctrl-C ends a command in one line, whatever it is doing."""

from __future__ import annotations

import importlib
import signal
import sys

COMMANDS = {"run": "local.run", "demo": "local.demo.demo", "reconcile": "local.reconcile", "audit": "local.audit"}
INTERRUPTED = 128 + signal.SIGINT


def main(arguments: list[str]) -> int:
    """Run the command; answers its exit code."""
    if not arguments or arguments[0] not in COMMANDS:
        print(f"usage: python -m local {'|'.join(COMMANDS)} ...", file=sys.stderr)
        return 2
    name = arguments[0]
    signal.signal(
        signal.SIGINT, signal.SIG_DFL
    )  # loading its modules takes a second or two: there is nothing to tidy up
    module = importlib.import_module(COMMANDS[name])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.argv = [f"make {name}", *arguments[1:]]
    try:
        code: int = module.main()
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
