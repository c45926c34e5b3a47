"""Finding accounts that nobody has named: all of them, or those of an address or of an external id. Written with the accounts.

Every method raises Unavailable when the store does not answer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Found:
    """An account in a list; `place` is where the list goes on behind it."""

    account_id: str
    place: str


class AccountDirectory(Protocol):
    """Lists are newest first, from behind a place; one that is shorter than asked for has come to its end."""

    def page(self, limit: int, after: str | None) -> list[Found]:
        """Of all accounts."""
        ...

    def with_email(self, email: str, limit: int, after: str | None) -> list[Found]:
        """Of those that were ever given this very address."""
        ...

    def with_external_id(self, external_id: str) -> str | None:
        """The account that has it."""
        ...
