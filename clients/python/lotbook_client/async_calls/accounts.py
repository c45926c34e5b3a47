"""The calls of the async client: accounts.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from collections.abc import Mapping

from lotbook_client import operations
from lotbook_client.asynchronous import AsyncCore
from lotbook_client.bodies import NotificationsBody
from lotbook_client.calls import UNSET, Unset, as_given, without_nulls
from lotbook_client.models import Account, Accounts
from lotbook_client.pages import AsyncPages


class AsyncAccountsCalls(AsyncCore):
    """A method for each operation."""

    async def open_account(
        self,
        account_id: str,
        *,
        policy_id: str,
        region: str,
        email: str,
        plan_id: str | None = None,
        time_zone: str | None = None,
    ) -> Account:
        """Open an account. Needs: service key with `accounts:write`."""
        return await self._answer(
            operations.OPEN_ACCOUNT,
            body=without_nulls(
                {
                    "account_id": account_id,
                    "policy_id": policy_id,
                    "region": region,
                    "email": email,
                    "plan_id": plan_id,
                    "time_zone": time_zone,
                }
            ),
        )

    def list_accounts(
        self,
        *,
        email: str | None = None,
        external_id: str | None = None,
        policy_id: str | None = None,
        plan_id: str | None = None,
        state: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[Accounts, Account]:
        """Accounts, newest first; filters are exact, and a page may be short and not the last.

        Needs: service key with `read`.
        """
        return self._pages(
            operations.LIST_ACCOUNTS,
            query={
                "email": email,
                "external_id": external_id,
                "policy_id": policy_id,
                "plan_id": plan_id,
                "state": state,
                "limit": limit,
                "cursor": cursor,
            },
        )

    async def read_account(
        self,
        account_id: str,
    ) -> Account:
        """Read an account. Needs: member of the account or service key with `read`."""
        return await self._answer(
            operations.READ_ACCOUNT,
            path={
                "account_id": account_id,
            },
        )

    async def change_account(
        self,
        account_id: str,
        *,
        email: str | Unset | None = UNSET,
        time_zone: str | Unset | None = UNSET,
        plan_id: str | Unset | None = UNSET,
        external_id: str | Unset | None = UNSET,
        metadata: Mapping[str, str] | Unset | None = UNSET,
        notifications: NotificationsBody | Unset | None = UNSET,
    ) -> Account:
        """Change an account: its address and names, time zone, mails, and the plan that was agreed on.

        Needs: service key with `accounts:write`.
        """
        return await self._answer(
            operations.CHANGE_ACCOUNT,
            path={
                "account_id": account_id,
            },
            body=as_given(
                {
                    "email": email,
                    "time_zone": time_zone,
                    "plan_id": plan_id,
                    "external_id": external_id,
                    "metadata": metadata,
                    "notifications": notifications,
                }
            ),
        )

    async def close_account(
        self,
        account_id: str,
        reason: str,
    ) -> Account:
        """Close an account for good: nothing is burned, bought or charged any more; closed already, nothing changes.

        Needs: service key with `accounts:write`.
        """
        return await self._answer(
            operations.CLOSE_ACCOUNT,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "reason": reason,
                }
            ),
        )

    async def erase_account(
        self,
        account_id: str,
    ) -> Account:
        """Take everything that names a person out of a closed account: begun here, done by the schedule.

        Needs: service key with `accounts:write`.
        """
        return await self._answer(
            operations.ERASE_ACCOUNT,
            path={
                "account_id": account_id,
            },
        )
