"""`make reconcile`: compare gateway, purchases and lots of the Lotbook that runs on this machine, now.

`--from` and `--to` are dates or instants (RFC 3339, UTC where they name no offset); without them the last three days. Exits with 0
where nothing is left open, with 1 where people must look, with 2 where there was nothing to ask.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from lotbook.domain.values.instants import SECOND, from_datetime, from_text, to_text

TIMEOUT_SECONDS = 900
MAX_RUNS = 100  # each goes on where the one before had to stop
DEFAULT_DATA_DIR = ".lotbook"


class CannotAsk(Exception):
    """No Lotbook runs here, or it refused."""


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.reconcile", description=__doc__)
    parser.add_argument("--from", dest="start", type=_instant, metavar="INSTANT")
    parser.add_argument("--to", dest="end", type=_instant, metavar="INSTANT")
    asked = parser.parse_args(arguments)
    directory = Path(os.environ.get("DATA_DIR") or DEFAULT_DATA_DIR)
    try:
        still_open = _reconcile(directory, asked.start, asked.end)
    except CannotAsk as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return 1 if still_open else 0


def _reconcile(directory: Path, start: str | None, end: str | None) -> int:
    base = _base_url(directory)
    period = {}
    if start or end:
        period = {"from": start or "1970-01-01T00:00:00Z", "to": end or _now(base)}
    compared, repaired, still_open = 0, 0, 0
    for _ in range(MAX_RUNS):
        run = _post(f"{base}/_local/schedules/reconcile/run", period)
        for each in run["differences"]:
            print(_line(each))
        compared += sum(run["compared"].values())
        repaired, still_open = repaired + run["repaired"], still_open + run["open"]
        if not run["more"]:
            break
    print(f"{run['from']} to {run['to']}: {compared} compared, {repaired} repaired, {still_open} open")
    if still_open:
        print("A stray payment that was dealt with is closed by: python -m operate.strays close ID --by WHO --why TEXT")
    return still_open


def _line(each: Mapping[str, Any]) -> str:
    whose = "/".join(each[name] or "-" for name in ("account_id", "purchase_id"))
    fields = f" ({', '.join(each['fields'])})" if each["fields"] else ""
    return f"{each['outcome']:9}{each['severity']:10}{each['difference']}{fields}  {whose}  {each['reference'] or '-'}"


def _instant(text: str) -> str:
    try:
        moment = datetime.fromisoformat(text)
        return to_text(from_datetime(moment if moment.tzinfo else moment.replace(tzinfo=UTC)))
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(f"{text!r} is no date or instant, such as 2026-01-31") from None


def _base_url(directory: Path) -> str:
    try:
        found: str = json.loads((directory / "dev.json").read_text())["base_url"]
    except (OSError, ValueError, KeyError) as absent:
        raise CannotAsk(f"No Lotbook runs with its data in {directory}: start one with `make run`.") from absent
    return found


def _now(base: str) -> str:
    """The end of the present second, by the local clock."""
    return to_text(from_text(_send(urllib.request.Request(f"{base}/_local/clock"))["now"]) + SECOND)


def _post(url: str, body: Mapping[str, str]) -> dict[str, Any]:
    headers = {"content-type": "application/json"}
    return _send(urllib.request.Request(url, json.dumps(body).encode(), headers))


def _send(request: urllib.request.Request) -> dict[str, Any]:
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:
            found: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as refusal:
        raise CannotAsk(f"Lotbook answered {refusal.code}: {refusal.read().decode('utf-8', 'replace')}") from refusal
    except (urllib.error.URLError, OSError) as silence:
        raise CannotAsk(f"Lotbook does not answer at {request.full_url}: is `make run` running?") from silence
    return found
