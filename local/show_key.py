"""`make -s key`: the service key of the Lotbook that runs on this machine; with ACCOUNT and ROLE a member's token instead.

Prints it and nothing else, for `KEY=$(make -s key)`.
"""

from __future__ import annotations

import argparse
import sys

from local.running import CannotAsk, Running, data_directory


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code."""
    parser = argparse.ArgumentParser(prog="make key", description=__doc__)
    parser.add_argument("--account", help="a member's token for this account")
    parser.add_argument("--role", default="owner", help="the member's role (owner)")
    asked = parser.parse_args(arguments)
    try:
        run = Running.find(data_directory())
        if asked.account is None:
            print(run.described["service_key"])
        else:
            member = {"account_id": asked.account, "role": asked.role}
            print(run.done("POST", "/_local/tokens", member)["token"])
    except CannotAsk as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return 0
