"""Whom a TLS connection trusts: the five roots that Amazon's services answer with, and for a host of the right name only.

To read them takes a tenth of what all the roots of the world take, in the first call of every environment (decisions/0174).
"""

from __future__ import annotations

import ssl
from pathlib import Path

ROOTS = Path(__file__).parent / "amazon_roots.pem"


def context(bundle: str | None = None) -> ssl.SSLContext:
    """For clients: the certificate's chain and its name are checked. `bundle`: a file with other roots (`AWS_CA_BUNDLE`)."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # this protocol checks both
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    made.load_verify_locations(cafile=bundle or str(ROOTS))
    return made
