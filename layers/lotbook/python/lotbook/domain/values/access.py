"""Who calls: a member of one account with a role, or the SaaS back end with a service key and scopes."""

from __future__ import annotations

import re
from typing import Literal

from lotbook.domain.values.light_dataclasses import dataclass

Role = Literal["owner", "admin", "billing", "operator", "member"]
ROLES: tuple[Role, ...] = ("owner", "admin", "billing", "operator", "member")

Scope = Literal[
    "accounts:write",
    "credits:consume",
    "credits:grant",
    "purchases:write",
    "read",
    "policies:write",
    "portal:write",
    "endpoints:write",
    "reports:read",
]
SCOPES: tuple[Scope, ...] = (
    "accounts:write",
    "credits:consume",
    "credits:grant",
    "purchases:write",
    "read",
    "policies:write",
    "portal:write",
    "endpoints:write",
    "reports:read",
)


ERASED = "erased"  # in the place of what named a person
MEMBER_PREFIX = "member:"
PORTAL_PREFIX = "portal:"  # of a visitor whom the back end did not name, before its key's id
_KEY_ID = r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}"
_COULD_BE_OURS = re.compile(f"{_KEY_ID}|(?:{MEMBER_PREFIX}|{PORTAL_PREFIX}).*", re.DOTALL)


def member_actor(subject: str) -> str:
    """How a member is named in entries and consents. The issuer chooses subjects, and one may look like the system or like
    a service key's id: those bear a prefix, which no id of ours has (S14)."""
    return MEMBER_PREFIX + subject if _COULD_BE_OURS.fullmatch(subject) else subject


def names_a_person(actor: str) -> bool:
    """Whether an actor of an entry or a consent is a member: not the system, a service key's id, or a visitor without a name."""
    return bool(actor) and not actor.startswith(PORTAL_PREFIX) and re.fullmatch(_KEY_ID, actor) is None


@dataclass(frozen=True, slots=True)
class Caller:
    """An authenticated caller. A member has an account and a role; a service has scopes and reaches every account."""

    kind: Literal["member", "service"]
    actor: str  # `member_actor` of the member's `sub`, or the service key's id; goes into entries and consents
    account_id: str | None = None
    role: Role | None = None
    scopes: frozenset[Scope] = frozenset()

    def sees(self, account_id: str) -> bool:
        """Whether the account exists for this caller at all (IS-30, D40)."""
        return self.kind == "service" or self.account_id == account_id

    def has_scope(self, scope: Scope) -> bool:
        """Whether this is a service key that carries the scope."""
        return self.kind == "service" and scope in self.scopes
