"""Finding accounts that nobody has named: all of them, or those of an address or of an external id. Written with the accounts.

Every method raises Unavailable when the store does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from lotbook.domain.values.light_dataclasses import dataclass

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lotbook.domain.accounts.account import Account


@dataclass(frozen=True, slots=True)
class Found:
    """An account in a list; `place` is where the list goes on behind it."""

    account_id: str
    place: str


class NamedAccounts(Protocol):
    """The part of `AccountStore` that the directory goes with."""

    def get_many(self, account_ids: Sequence[str]) -> dict[str, Account]:
        """At most a hundred accounts by their ids; those that are not there are left out."""
        ...

    def rename(self, before: Account, after: Account) -> Account:
        """`save`, where it is to be found by another address or external id from now on. Raises Conflict, ExternalIdTaken."""
        ...


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
