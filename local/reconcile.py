"""`make reconcile`: compare gateway, purchases and lots of the Lotbook that runs on this machine, now.

`--from` and `--to` are dates or instants (RFC 3339, UTC where they name no offset); without them the last three days. Exits with 0
where nothing is left open, with 1 where people must look, with 2 where there was nothing to ask.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from local.instants import instant
from local.running import CannotAsk, Running, data_directory
from lotbook.domain.values.instants import SECOND, from_text, to_text

TIMEOUT_SECONDS = 900
MAX_RUNS = 100  # each goes on where the one before had to stop
RUN = "/_local/schedules/reconcile/run"


def main(arguments: list[str] | None = None) -> int:
    """Answers the exit code."""
    parser = argparse.ArgumentParser(prog="make reconcile", description=__doc__)
    parser.add_argument("--from", dest="start", type=_instant, metavar="INSTANT")
    parser.add_argument("--to", dest="end", type=_instant, metavar="INSTANT")
    asked = parser.parse_args(arguments)
    try:
        _check_order(asked.start, asked.end, "TO")
        still_open = _reconcile(Running.find(data_directory(), TIMEOUT_SECONDS), asked.start, asked.end)
    except CannotAsk as refusal:
        print(refusal, file=sys.stderr)
        return 2
    return 1 if still_open else 0


def _reconcile(run: Running, start: str | None, end: str | None) -> int:
    period = {}
    if start or end:
        period = {"from": start or "1970-01-01T00:00:00Z", "to": end or _now(run)}
        _check_order(period["from"], period["to"], "now, by the local clock,")
    compared, repaired, still_open = 0, 0, 0
    for _ in range(MAX_RUNS):
        found = run.done("POST", RUN, period)
        for each in found["differences"]:
            print(_line(each))
        compared += sum(found["compared"].values())
        repaired, still_open = repaired + found["repaired"], still_open + found["open"]
        if not found["more"]:
            break
    print(f"{found['from']} to {found['to']}: {compared} compared, {repaired} repaired, {still_open} open")
    if still_open:
        print("A stray payment that was dealt with is closed by: ./lotbook strays close ID --by WHO --why TEXT")
    return still_open


def _line(each: Mapping[str, Any]) -> str:
    whose = "/".join(each[name] or "-" for name in ("account_id", "purchase_id"))
    fields = f" ({', '.join(each['fields'])})" if each["fields"] else ""
    return f"{each['outcome']:9}{each['severity']:10}{each['difference']}{fields}  {whose}  {each['reference'] or '-'}"


def _instant(text: str) -> str:
    return to_text(instant(text))


def _check_order(start: str | None, end: str | None, called: str) -> None:
    """Both have the one form that `to_text` writes, so texts compare like instants."""
    if start and end and start >= end:
        raise CannotAsk(f"FROM ({start}) is not before {called} ({end}): a period ends after it begins.")


def _now(run: Running) -> str:
    """The end of the present second, by the local clock."""
    return to_text(from_text(run.done("GET", "/_local/clock")["now"]) + SECOND)
