"""What Lotbook answers: accounts. Credits are integers, unit prices Decimals, instants aware datetimes.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from dataclasses import dataclass

from lotbook_client.answers import Answer
from lotbook_client.models.shared import Account


@dataclass(frozen=True, kw_only=True)
class Accounts(Answer):
    """A page of accounts, newest first. It may be short and not the last."""

    accounts: list[Account]
    next_cursor: str | None
