"""The local run: everything that `make run` starts. Nothing in here is deployed."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LAYER = ROOT / "layers" / "lotbook" / "python"

if str(LAYER) not in sys.path:  # on Lambda the layer is /opt/python
    sys.path.insert(0, str(LAYER))
