"""`lotbook`: one command for the Lotbook on this machine and for deployments. docs/command.md shows all of it."""

from __future__ import annotations

import sys

from local import ROOT

CLIENT = ROOT / "clients" / "python"

if str(CLIENT) not in sys.path:  # the client library is used as it lies here
    sys.path.insert(1, str(CLIENT))
