"""What a record of the stream takes of a processor: whole batches of burns of a hundred accounts through the outbox's handler.

Time is told beside that of one bare UpdateItem of botocore in the same process, for only their ratio means something on another
machine; instructions are counted where valgrind is installed. The engine, of table and bus, is a process of its own and is not counted.
`python -m bench.stream`.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench import instructions, store, whole
from local.surroundings import settle
from lotbook.adapters.dynamo.table import Table

ACCOUNTS = 100
FEW, MANY = 2, 8  # batches of the two processes
ROUNDS = 20
# Of an UpdateItem's processor time, which was 1.1 ms where the goal of 0.5 ms was set.
OF_AN_UPDATE = 0.45
BUS = {"EVENT_BUS": "default"}  # the engine has it
DELIVER = """
import io, json, sys
from contextlib import redirect_stdout
from pathlib import Path
from functions.outbox.app import handler
event = json.loads(Path(sys.argv[1]).read_text())
def deliver():
    with redirect_stdout(io.StringIO()):
        answer = handler(event, None)
    assert answer == {"batchItemFailures": []}, answer
for number in range(int(sys.argv[2])):
    deliver()
"""
TIMED = (
    DELIVER
    + """
import time
from bench import store
from bench.floor import Floor
floor, found = Floor(store.client(), store.TABLE), []
for number in range(int(sys.argv[3])):
    begun = time.process_time()
    deliver()
    between = time.process_time()
    for _ in range(20):
        floor.burn("")
    found.append((between - begun, (time.process_time() - between) / 20))
print(json.dumps(found))
"""
)


def prepare(client: Any) -> dict[str, Any]:
    """A table with so many accounts, and a burn of each as the stream brings them."""
    store.new_table(client)
    names = [f"customer-{number:04d}" for number in range(ACCOUNTS)]
    whole.burned(names, 1, whole.kept_in(Table(client, store.TABLE)))
    items = [
        item
        for page in client.get_paginator("scan").paginate(TableName=store.TABLE, ConsistentRead=True)
        for item in page["Items"]
        if item["pk"]["S"].startswith("U#")
    ]
    return {"Records": [_record(item, number) for number, item in enumerate(items)]}


def _record(item: dict[str, Any], number: int) -> dict[str, Any]:
    keys = {name: item[name] for name in ("pk", "sk")}
    return {"eventName": "INSERT", "dynamodb": {"Keys": keys, "NewImage": item, "SequenceNumber": str(number)}}


def lines(client: Any, *, count: bool = False) -> list[tuple[str, str]]:
    """What to print; with `count` the instructions, which take a minute more. An engine runs (`store.running`)."""
    with tempfile.TemporaryDirectory(prefix="lotbook-stream-") as folder:
        event = Path(folder) / "event.json"
        event.write_text(json.dumps(prepare(client)))
        found = _timed(event)
        mine = statistics.median(batch for batch, _ in found) / ACCOUNTS
        ratio = statistics.median(batch / ACCOUNTS / floor for batch, floor in found)
        told = [
            ("a record, over one bare UpdateItem of botocore", f"{ratio:.2f} (goal: at most {OF_AN_UPDATE})"),
            ("a record, milliseconds on this machine", f"{1_000 * mine:.2f}"),
        ]
        if count and instructions.is_installed():
            told.append(("a record, millions of instructions", f"{counted(event):.2f}"))
    return told


def counted(event: Path) -> float:
    """Millions a record, by cachegrind."""
    several, few = (instructions.counted(DELIVER, str(event), str(times), **BUS) for times in (MANY, FEW))
    return (several - few) / (MANY - FEW) / ACCOUNTS / instructions.MILLION


def _timed(event: Path) -> list[tuple[float, float]]:
    environment = instructions.surroundings(**BUS)
    program = [sys.executable, "-c", TIMED, str(event), "3", str(ROUNDS)]
    done = subprocess.run(program, capture_output=True, text=True, env=environment, timeout=instructions.SECONDS)
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return [(batch, floor) for batch, floor in json.loads(done.stdout.splitlines()[-1])]


def main() -> None:
    """Print them."""
    with store.running():
        for label, figure in lines(store.client(), count=True):
            print(f"{label:<70}{figure}")


if __name__ == "__main__":
    settle()
    main()
