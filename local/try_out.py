"""`make try`: three calls to the Lotbook that runs on this machine, shown as they would be typed, with their answers.

The middle one is sent again by the next `make try` under the same key: it answers the same, and burns nothing.
"""

from __future__ import annotations

import argparse
import json
import shlex
import sys
import time
from typing import Any

from local.running import CannotAsk, Running, data_directory

ACCOUNT = "insurestack"  # 10 free credits, and a price for each one more
BURN = {"credits": 5}
BUY = {"item": {"kind": "top_up", "credits": 100}}
CARD = "4242 4242 4242 4242"


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code."""
    argparse.ArgumentParser(prog="make try", description=__doc__).parse_args(arguments)
    try:
        run = Running.find(data_directory())
        print("KEY=$(make -s key)")
        account = f"/v1/accounts/{ACCOUNT}"
        _play(run, "What is there?", "GET", f"{account}/balance")
        _play(run, "Burn 5 credits: free ones first.", "POST", f"{account}/consume", BURN, "try-burn")
        key = f"try-{time.time_ns():x}"  # a purchase of its own each time
        bought = _play(run, "Buy 100 more.", "POST", f"{account}/purchases", BUY, key)
    except CannotAsk as refusal:
        print(refusal, file=sys.stderr)
        return 2
    if isinstance(bought, dict) and bought.get("checkout_url"):
        print(
            f"\nOpen {bought['checkout_url']}\nin a browser, pay with {CARD}, and look at the balance again: make try"
        )
    return 0


def _play(run: Running, about: str, method: str, path: str, body: Any = None, key: str | None = None) -> Any:
    """One call, as curl and as it was answered."""
    words = ["curl", "-s", "-H", '"Authorization: Bearer $KEY"']
    if body is not None:
        words += ["-H", "'Content-Type: application/json'"]
    if key is not None:
        words += ["-H", shlex.quote(f"Idempotency-Key: {key}")]
    if body is not None:
        words += ["-d", shlex.quote(json.dumps(body))]
    print(f"\n# {about}\n{' '.join([*words, run.base + path])}")
    status, answer = run.ask(method, path, body, key)
    print(f"{status} {json.dumps(answer, indent=2, ensure_ascii=False)}", flush=True)
    return answer
