"""Instructions of a fresh consume through the handler, and of a cold start, counted by cachegrind. `python -m bench.instructions`.

A count says the same on a busy machine: it repeats to a per cent or better. Of a consume it is the difference of two processes that
burn a different number of times, so what a process does once is in neither; of a start it is a fresh process less an empty one. The
engine is a process of its own and is not counted.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from uuid import uuid4

from bench import store
from bench.cold import OURS
from bench.ours import ENVIRONMENT, Ours, event_of
from local import LAYER, ROOT
from local.surroundings import settle

FEW, MANY = 10, 40  # burns of the two processes
ACCOUNT = "counted"
SECONDS = 300
MILLION = 1_000_000
BURN = """
import io, json, sys
from contextlib import redirect_stdout
from functions.consume.app import handler
event, times = json.loads(sys.argv[1]), int(sys.argv[2])
for number in range(times):
    event["headers"]["idempotency-key"] = f"{sys.argv[3]}-{number}"
    with redirect_stdout(io.StringIO()):
        answer = handler(event, None)
    assert answer["statusCode"] == 200, answer
"""
FLOOR = """
import sys
from bench import store
from bench.floor import Floor
floor = Floor(store.client(), store.TABLE)
for number in range(int(sys.argv[2])):
    floor.burn("")
"""


def is_installed() -> bool:
    """Whether there is a cachegrind on this machine."""
    return shutil.which("valgrind") is not None


def surroundings(**variables: str) -> dict[str, str]:
    """The environment of a process that is measured: what the bench says, and the same hashes each time."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    path = os.pathsep.join([str(ROOT), str(LAYER)])
    return {**kept, **ENVIRONMENT, **variables, "PYTHONPATH": path, "PYTHONHASHSEED": "0"}


def counted(program: str, *arguments: str, **variables: str) -> int:
    """Instructions of a process that runs it, from its first to its last. Raises RuntimeError with what it said."""
    with tempfile.TemporaryDirectory(prefix="lotbook-counted-") as folder:
        tool = ["valgrind", "--tool=cachegrind", "--cache-sim=no", f"--cachegrind-out-file={Path(folder) / 'out'}"]
        done = subprocess.run(
            [*tool, sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            env=surroundings(**variables),
            timeout=SECONDS,
        )
    found = re.search(r"I\s+refs:\s+([\d,]+)", done.stderr)
    if done.returncode or found is None:
        raise RuntimeError(done.stdout + done.stderr)
    return int(found[1].replace(",", ""))


def of_a_consume(client: str = "thin") -> float:
    """Millions a fresh consume, whole handler. An account and its engine are there (`prepare`)."""
    event = json.dumps(event_of({"account_id": ACCOUNT}, "k"))

    def burned(times: int) -> int:
        return counted(BURN, event, str(times), uuid4().hex, TABLE_CLIENT=client)

    burned(1)  # its receipt is there for both, and the bytecode is written
    return (burned(MANY) - burned(FEW)) / (MANY - FEW) / MILLION


def of_the_floor() -> float:
    """Millions a bare UpdateItem of botocore."""
    return (counted(FLOOR, "", str(MANY)) - counted(FLOOR, "", str(FEW))) / (MANY - FEW) / MILLION


def of_a_start(client: str = "thin") -> float:
    """Millions that consume's process takes until it has its client, more than an empty interpreter."""
    counted(OURS, TABLE_CLIENT=client)
    return (counted(OURS, TABLE_CLIENT=client) - counted("")) / MILLION


def prepare() -> None:
    """A table with the account, on the engine of this run."""
    client = store.client()
    store.new_table(client)
    Ours(client, ACCOUNT)


def lines() -> list[tuple[str, str]]:
    """What to print. An engine runs (`store.running`)."""
    if not is_installed():
        return [("instructions", "skipped: no valgrind is installed here")]
    prepare()
    return [
        ("a fresh consume through the handler, millions", f"{of_a_consume():.2f}"),
        ("a start of consume's process, less an empty one, millions", f"{of_a_start():.0f}"),
    ]


def more_lines() -> list[tuple[str, str]]:
    """The same with botocore's client, which takes some minutes."""
    return [
        ("  a consume with botocore's client", f"{of_a_consume('botocore'):.2f}"),
        ("  one bare UpdateItem of botocore", f"{of_the_floor():.2f}"),
        ("  a start with botocore's client", f"{of_a_start('botocore'):.0f}"),
    ]


def main() -> None:
    """Print the counts, and those of botocore's client."""
    with store.running():
        for label, figure in lines() + (more_lines() if is_installed() else []):
            print(f"{label:<70}{figure}")


if __name__ == "__main__":
    settle()
    main()
