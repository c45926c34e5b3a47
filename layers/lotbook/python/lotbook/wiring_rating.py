"""Composition root of rating, beside `wiring.py`: a burn by credits imports nothing of it."""

from __future__ import annotations

from functools import cache

from lotbook import wiring
from lotbook.adapters.dynamo.policies import DynamoPolicies
from lotbook.domain.values.errors import AccountNotFound
from lotbook.usecases.accounts.rating import Rater


@cache
def rater() -> Rater:
    """Rates usage, as this process has learned accounts and policies."""
    return Rater(_policy_of, DynamoPolicies(wiring.table()), wiring.books())


def _policy_of(account_id: str) -> str:
    account = wiring.accounts().get(account_id)
    if account is None:
        raise AccountNotFound
    return account.policy_id
