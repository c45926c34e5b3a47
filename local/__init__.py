"""The local run: everything that `make run` starts. Nothing in here is deployed."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAYER = ROOT / "layers" / "lotbook" / "python"

if str(LAYER) not in sys.path:  # on Lambda the layer is /opt/python
    sys.path.insert(0, str(LAYER))

if find_spec("pydantic") is None:  # any Python but that of `.venv`: one sentence instead of a traceback (N15)
    raise SystemExit(
        f"Lotbook's packages are not installed for {sys.executable}. "
        "`make help` lists what installs and starts things; by hand it is .venv/bin/python instead."
    )
