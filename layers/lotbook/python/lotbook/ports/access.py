"""What the question of who calls needs from outside: service keys, and the tokens of members.

Every method raises Unavailable when the other side does not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from lotbook.domain.values.access import Caller, Scope


class ServiceKeyStore(Protocol):
    """Service keys by the hash of their secret."""

    def find(self, key_hash: str) -> tuple[str, frozenset[Scope]] | None:
        """`(key_id, scopes)` of an active key; None when unknown or revoked."""
        ...

    def put(self, key_hash: str, key_id: str, scopes: frozenset[Scope], created_at: int) -> None: ...

    def revoke(self, key_hash: str, at: int) -> None: ...


class MemberTokens(Protocol):
    """Tokens of the deployment's OIDC issuer."""

    def read(self, token: str, now: int) -> Caller | None:
        """The member that a valid token names at `now`; None for every other token. Raises IssuerUnreachable without keys."""
        ...
