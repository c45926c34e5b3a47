"""What the use cases need from outside, as protocols. Adapters implement them; `wiring.py` picks the adapters.

Store protocols of one aggregate live beside their use cases' needs: books in `ports_books`-shaped protocols below,
purchases, accounts and policies likewise. Every method names the outcomes it raises.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    from collections.abc import Iterator

    from lotbook.domain.access import Scope
    from lotbook.domain.account import Account
    from lotbook.domain.policy import PublishedPolicy


class Clock(Protocol):
    """The present instant in milliseconds, UTC."""

    def now(self) -> int: ...


class Entropy(Protocol):
    """Randomness for ids."""

    def read(self, count: int) -> bytes: ...


class AccountStore(Protocol):
    """Account items. Reads are strongly consistent."""

    def get(self, account_id: str) -> Account | None: ...

    def create(self, account: Account) -> Account | None:
        """Write the account if the id is free: None when written, else the account that has the id."""
        ...

    def save(self, account: Account) -> Account:
        """Write a changed account if its `version` is still the stored one; answers it with the next version.

        Raises Conflict when somebody was faster.
        """
        ...


class PolicyStore(Protocol):
    """Published policies: immutable versions, numbered from 1. Reads of the newest are strongly consistent."""

    def newest(self, policy_id: str) -> PublishedPolicy | None: ...

    def version(self, policy_id: str, version: int) -> PublishedPolicy | None: ...

    def publish(self, policy_id: str, document: Mapping[str, object]) -> PublishedPolicy:
        """Write a validated document as the next version. Raises Conflict when somebody published at the same time."""
        ...


class ServiceKeyStore(Protocol):
    """Service keys by the hash of their secret."""

    def find(self, key_hash: str) -> tuple[str, frozenset[Scope]] | None:
        """`(key_id, scopes)` of an active key; None when unknown or revoked."""
        ...

    def put(self, key_hash: str, key_id: str, scopes: frozenset[Scope], created_at: int) -> None: ...

    def revoke(self, key_hash: str, at: int) -> None: ...


@dataclass(frozen=True, slots=True)
class DueItem:
    """Something that a schedule has to look at: whose it is, its name (a book's unit, a purchase's id) and since when."""

    account_id: str
    name: str
    due_at: int


class DueIndex(Protocol):
    """What is due, by kind (`book`, `purchase`). Eventually consistent: an item may be seen a moment after it was done."""

    def due(self, kind: str, until: int, limit: int) -> Iterator[DueItem]:
        """At most `limit` items with `due_at <= until`, longest overdue first, read page by page as they are taken.

        Whoever stops early has read no more than it needed; what is handled leaves the index by its own write.
        """
        ...
