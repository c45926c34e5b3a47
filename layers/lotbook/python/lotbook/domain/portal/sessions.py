"""Links and sessions of the billing page. A back end asks for a link; whoever opens it first has a session, for an hour.

A secret is in the browser alone: what is stored is its digest, and a form's token is made from the secret, so neither the table
nor a log could let anybody in. An account's passes belong to a round; a revocation begins the next one, which ends them all.
"""

from __future__ import annotations

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Literal

from lotbook.domain.values import ids
from lotbook.domain.values.access import Caller, Role
from lotbook.domain.values.instants import HOUR, MINUTE
from lotbook.domain.values.light_dataclasses import dataclass

LINK_LASTS = 15 * MINUTE
SESSION_LASTS = HOUR
SECRET_BYTES = 32  # 256 bits: nobody guesses one, so a plain digest of it is enough
SECRET_CHARACTERS = 43  # the same as URL-safe base 64
_FORM = b"form"

Kind = Literal["link", "session"]


@dataclass(frozen=True, slots=True)
class Visitor:
    """One person in one account with one role. `locale` counts before the browser's; `return_url` leads back to the product."""

    account_id: str
    role: Role
    actor: str
    return_url: str | None = None
    locale: str | None = None

    def caller(self) -> Caller:
        """The same as use cases know callers: a member of that account, with that role and no other."""
        return Caller("member", self.actor, account_id=self.account_id, role=self.role)


@dataclass(frozen=True, slots=True)
class Pass:
    """What a link or a session lets somebody do. It is good until `expires_at`, in its round, and as long as nobody used it up."""

    visitor: Visitor
    expires_at: int
    round: int
    used_at: int | None = None

    def is_good(self, at: int, current_round: int) -> bool:
        """Whether it still opens the page at this instant."""
        return at < self.expires_at and self.round == current_round and self.used_at is None


def link_pass(visitor: Visitor, at: int, current_round: int) -> Pass:
    """A link that is asked for now."""
    return Pass(visitor, at + LINK_LASTS, current_round)


def session_pass(link: Pass, at: int) -> Pass:
    """The session that a link turns into. It stays in the link's round: a revocation in between ends it, too."""
    return Pass(link.visitor, at + SESSION_LASTS, link.round)


@dataclass(frozen=True, slots=True)
class Token:
    """What a browser holds: `<account>.<secret>`. The account says where to look, the secret that it may."""

    account_id: str
    secret: str

    @staticmethod
    def fresh(account_id: str, entropy: bytes) -> Token:
        """A new one; `entropy` has SECRET_BYTES."""
        return Token(account_id, urlsafe_b64encode(entropy[:SECRET_BYTES]).decode().rstrip("="))

    @staticmethod
    def read(text: str) -> Token | None:
        """The token that somebody sent; None for what cannot be one, which never reaches the table."""
        account_id, _, secret = text.partition(".")
        is_secret = (
            len(secret) == SECRET_CHARACTERS and secret.isascii() and secret.replace("-", "").replace("_", "").isalnum()
        )
        return Token(account_id, secret) if is_secret and ids.GRAMMAR.fullmatch(account_id) else None

    @property
    def text(self) -> str:
        """As it is handed out."""
        return f"{self.account_id}.{self.secret}"

    @property
    def digest(self) -> str:
        """What is stored of it."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def form_token(self) -> str:
        """What every form of this session carries: nobody else can make it, and it says nothing of the secret."""
        return hmac.new(self.text.encode(), _FORM, sha256).hexdigest()

    def made(self, form_token: str) -> bool:
        """Whether a form came from a page of this session."""
        return hmac.compare_digest(self.form_token.encode(), form_token.encode())
