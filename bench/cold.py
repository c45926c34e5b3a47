"""Cold starts: fresh processes that import a handler and make its clients, paired, as a ratio. `python -m bench.cold`.

Both have their bytecode (Lambda has ours from the build), neither has anything in memory. The ratio is of processor time:
a start does little else, and other work on this machine does not count into it. Memory is the process' peak.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.ours import ENVIRONMENT
from bench.ratios import Ratio, ratio
from local import LAYER, ROOT
from local.cloud.engine import REGION

# Nothing is called before it is loaded; boto3 wants some to make a client.
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "bench", "AWS_SECRET_ACCESS_KEY": "bench", "AWS_DEFAULT_REGION": REGION}
NAIVE_MS = 1_120  # the scale of the goals: what the naive handler took on the machine where they were set
CLOCKED = """
import json, resource, sys, time
began, busy = time.perf_counter(), time.process_time()
{load}
took = time.perf_counter() - began, time.process_time() - busy
try:  # the peak since this program began; getrusage would count what its parent had before it
    (peak,) = [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")]
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([*took, int(peak) / 1024, sorted(sys.modules)]))
"""
OURS = """
from functions.consume import app
from lotbook import wiring
wiring.credit_desk()
"""
NAIVE = "import bench_naive_handler"


@dataclass(frozen=True, slots=True)
class Start:
    """One cold start: seconds, seconds of processor, megabytes, modules."""

    wall: float
    cpu: float
    megabytes: float
    modules: frozenset[str]


@dataclass(frozen=True, slots=True)
class Compared:
    """Ours over naive."""

    cpu: Ratio
    wall: Ratio
    our_megabytes: float
    naive_megabytes: float
    our_modules: frozenset[str]
    has_tracer: bool


def start(load: str, bytecode: Path) -> Start:
    """Load it in a fresh process."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PYTHON"))}
    environment |= ENVIRONMENT | CREDENTIALS
    extra = os.environ.get("BENCH_PACKAGES", "")  # a folder with more packages, for aws-xray-sdk
    environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), str(LAYER), str(bytecode / "path"), extra]))
    environment["PYTHONPYCACHEPREFIX"] = str(bytecode)
    answer = subprocess.run(
        [sys.executable, "-c", CLOCKED.format(load=load)],
        capture_output=True,
        text=True,
        check=True,
        env=environment,
        cwd=bytecode,
        timeout=120,
    )
    wall, cpu, megabytes, modules = json.loads(answer.stdout)
    return Start(wall, cpu, megabytes, frozenset(modules))


def compare(rounds: int = 9, seed: int = 0) -> Compared:
    """Paired, in an order of its own each round."""
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory(prefix="lotbook-cold-") as folder:
        bytecode = Path(folder)
        # A module of its own name, so that the naive process loads nothing of this package.
        (bytecode / "path").mkdir()
        source = (ROOT / "bench" / "naive_handler.py").read_text()
        (bytecode / "path" / "bench_naive_handler.py").write_text(source)
        loads = {"ours": OURS, "naive": NAIVE}
        starts: dict[str, list[Start]] = {name: [] for name in loads}
        for load in loads.values():
            start(load, bytecode)  # writes the bytecode
        for _ in range(rounds):
            for name in rng.sample(list(loads), k=len(loads)):
                starts[name].append(start(loads[name], bytecode))
    ours, naive = starts["ours"], starts["naive"]
    return Compared(
        cpu=ratio([s.cpu for s in ours], [s.cpu for s in naive]),
        wall=ratio([s.wall for s in ours], [s.wall for s in naive]),
        our_megabytes=median(s.megabytes for s in ours),
        naive_megabytes=median(s.megabytes for s in naive),
        our_modules=ours[0].modules,
        has_tracer="aws_lambda_powertools.tracing" in naive[0].modules and "aws_xray_sdk" in naive[0].modules,
    )


def lines(found: Compared) -> list[tuple[str, str]]:
    """What to print."""
    tracer = "with" if found.has_tracer else "without, aws-xray-sdk is not installed: a lighter rival"
    scaled = f"{found.cpu.median * NAIVE_MS:.0f} ms where the naive one takes {NAIVE_MS}"
    return [
        ("processor time, of the naive handler's", str(found.cpu)),
        ("  the naive handler's Tracer", tracer),
        *([("  on the goal's scale", scaled)] if found.has_tracer else []),
        ("  elapsed instead of processor time", str(found.wall)),
        ("  memory, MB: ours / naive", f"{found.our_megabytes:.0f} / {found.naive_megabytes:.0f}"),
        ("  modules that consume loads", str(len(found.our_modules))),
    ]


def main() -> None:
    """Print the comparison."""
    for label, figure in lines(compare()):
        print(f"{label:<70}{figure}")


if __name__ == "__main__":
    main()
