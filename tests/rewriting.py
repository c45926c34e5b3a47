"""Workers of a parallel run share the rewriting of the tests' assertions.

All of them begin at once, and on a fresh clone each would rewrite every file of tests: 17 seconds of a processor. What one has rewritten
the others load. So the first begins with the first file, as pytest does anyway, and the others prepare a part each that lies further on.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from _pytest.assertion.rewrite import (
    PYC_TAIL,
    _read_pyc,
    _rewrite_test,
    _write_pyc,
    assertstate_key,
    get_cache_dir,
    try_makedirs,
)

TESTS = Path(__file__).parent


def prepare(config: pytest.Config, worker: int, workers: int) -> list[Path]:
    """Rewrite this worker's part, up to what another one has rewritten already; answers the files."""
    if worker == 0 or sys.dont_write_bytecode or assertstate_key not in config.stash:
        return []
    files = sorted(TESTS.rglob("test_*.py"))
    own = files[len(files) * worker // workers : len(files) * (worker + 1) // workers]
    return [path for path in own if _rewritten(path, config)]


def _rewritten(path: Path, config: pytest.Config) -> bool:
    kept = get_cache_dir(path) / (path.name.removesuffix(".py") + PYC_TAIL)
    if not try_makedirs(kept.parent) or _read_pyc(path, kept) is not None:
        return False
    digest, code = _rewrite_test(path, config)
    return _write_pyc(config.stash[assertstate_key], code, digest, kept)
