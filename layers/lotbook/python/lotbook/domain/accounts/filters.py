"""Which accounts a list shows."""

from __future__ import annotations

from lotbook.domain.accounts.account import Account, AccountState
from lotbook.domain.values.light_dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What must be equal; None: anything. The plan is the one that the account is shown on."""

    email: str | None = None
    external_id: str | None = None
    policy_id: str | None = None
    plan_id: str | None = None
    state: AccountState | None = None

    def fits(self, account: Account) -> bool:
        """Whether the account, as it stands now, is to be shown."""
        wanted = (self.email, self.external_id, self.policy_id, self.plan_id, self.state)
        has = (account.email, account.external_id, account.policy_id, account.plan_id, account.state)
        return all(want in (None, value) for want, value in zip(wanted, has, strict=True))
