"""Note what an account uses of its policy, so that no later version drops it (X-33). Never on the path of a burn.

The currency is noted before the account is opened, units when the stream brings their grants, and both by the audit, a day
later at most, should the stream have lost one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lotbook.domain.policy.uses import Use

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lotbook.ports.shop import AccountStore, PolicyStore


def note_uses(account_id: str, units: Iterable[str], *, accounts: AccountStore, policies: PolicyStore) -> None:
    """The account's currency, and the units in which it got credits. Nothing for one that is not there. Raises Unavailable."""
    account = accounts.get(account_id)
    if account is None:
        return
    note_uses_of(account_id, account.policy_id, account.currency, units, policies=policies)


def note_uses_of(
    account_id: str, policy_id: str, currency: str, units: Iterable[str], *, policies: PolicyStore
) -> None:
    """The same of an account of which policy and currency are known: they never change. Raises Unavailable."""
    for use in (Use("currency", currency), *(Use("unit", unit) for unit in units)):
        policies.note_use(policy_id, use, account_id)
