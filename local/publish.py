"""`make publish FILE=mine.yaml`: check a policy of one's own, and publish it to the Lotbook that runs on this machine.

What is published is the JSON document, under its `policy_id`; published again, it is that policy's next version.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from local.policies import check, read_document
from local.running import CannotAsk, Running, data_directory


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code."""
    parser = argparse.ArgumentParser(prog="make publish", description=__doc__)
    parser.add_argument("file", nargs="?", type=Path, help="a policy in YAML")
    path: Path | None = parser.parse_args(arguments).file
    if path is None:
        print("Name the policy's file: make publish FILE=mine.yaml", file=sys.stderr)
        return 2
    if check([path]):
        return 1
    document = read_document(path)
    policy_id = str(document["policy_id"])
    try:
        run = Running.find(data_directory())
        published = run.done("PUT", f"/v1/policies/{policy_id}", document)
    except CannotAsk as refusal:
        print(refusal, file=sys.stderr)
        return 2
    print(f"published as {policy_id}, version {published['version']}")
    account = {"account_id": f"under-{policy_id}", "policy_id": policy_id, "region": "US", "email": "you@example.com"}
    print(
        "An account under it:\n"
        "  curl -s -H \"Authorization: Bearer $(make -s key)\" -H 'Content-Type: application/json' "
        f"-d '{json.dumps(account)}' {run.base}/v1/accounts"
    )
    return 0
