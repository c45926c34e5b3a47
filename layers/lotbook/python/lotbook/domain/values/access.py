"""Who calls: a member of one account with a role, or the SaaS back end with a service key and scopes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Role = Literal["owner", "admin", "billing", "operator", "member"]
ROLES: tuple[Role, ...] = ("owner", "admin", "billing", "operator", "member")

Scope = Literal["accounts:write", "credits:consume", "credits:grant", "purchases:write", "read", "policies:write"]
SCOPES: tuple[Scope, ...] = (
    "accounts:write",
    "credits:consume",
    "credits:grant",
    "purchases:write",
    "read",
    "policies:write",
)


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller. A member has an account and a role; a service has scopes and reaches every account."""

    kind: Literal["member", "service"]
    actor: str  # the member's `sub`, or the service key's id; goes into entries and consents
    account_id: str | None = None
    role: Role | None = None
    scopes: frozenset[Scope] = frozenset()

    def sees(self, account_id: str) -> bool:
        """Whether the account exists for this caller at all (IS-30, D40)."""
        return self.kind == "service" or self.account_id == account_id

    def has_scope(self, scope: Scope) -> bool:
        """Whether this is a service key that carries the scope."""
        return self.kind == "service" and scope in self.scopes
