"""The calls of the async client: document.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from typing import Any

from lotbook_client import operations
from lotbook_client.asynchronous import AsyncCore


class AsyncDocumentCalls(AsyncCore):
    """A method for each operation."""

    async def read_openapi(self) -> dict[str, Any]:
        """This document. No token."""
        return await self._answer(
            operations.READ_OPENAPI,
        )
