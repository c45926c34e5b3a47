"""The calls of the sync client: document.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from typing import Any

from lotbook_client import operations
from lotbook_client.synchronous import Core


class DocumentCalls(Core):
    """A method for each operation."""

    def read_openapi(self) -> dict[str, Any]:
        """This document. No token."""
        return self._answer(
            operations.READ_OPENAPI,
        )
