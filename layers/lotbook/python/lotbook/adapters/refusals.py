"""How a service of AWS says no, and that it says nothing: the two words that the stores know, whichever client was asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping


class ServiceRefused(Exception):
    """The service answered, and not with what was asked for.

    `response` has the SDK's shape: `Error` with `Code` and `Message`, `ResponseMetadata` with `HTTPStatusCode` and
    `HTTPHeaders`; beside them `Item` or `CancellationReasons` where the service told them.
    """

    def __init__(self, response: Mapping[str, Any], operation: str) -> None:
        self.response = response
        self.operation = operation
        error = response.get("Error", {})
        super().__init__(f"{operation}: {error.get('Code', 'Unknown')}: {error.get('Message', '')}")

    @property
    def code(self) -> str:
        """The service's own word for it."""
        return str(self.response["Error"]["Code"])


class NoAnswer(Exception):
    """No answer, or only a part of one. What was asked may have been done all the same."""
