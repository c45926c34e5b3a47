"""What Lotbook answers: portal. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from lotbook_client.answers import Answer


@dataclass(frozen=True, kw_only=True)
class PortalLink(Answer):
    """A link that one person opens once, until `expires_at`; then the page is theirs for an hour."""

    url: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class PortalRevoked(Answer):
    """Nobody is signed in to the account's billing page any more."""

    account_id: str
