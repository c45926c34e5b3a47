"""The calls of the sync client: portal.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from typing import Literal

from lotbook_client import operations
from lotbook_client.calls import without_nulls
from lotbook_client.models import PortalLink, PortalRevoked
from lotbook_client.synchronous import Core


class PortalCalls(Core):
    """A method for each operation."""

    def make_portal_link(
        self,
        account_id: str,
        role: Literal["owner", "admin", "billing", "operator", "member"],
        *,
        actor: str | None = None,
        return_url: str | None = None,
        locale: str | None = None,
    ) -> PortalLink:
        """A link to the account's billing page, for one person with one role.

        Needs: service key with `portal:write`.
        """
        return self._answer(
            operations.MAKE_PORTAL_LINK,
            path={
                "account_id": account_id,
            },
            body=without_nulls(
                {
                    "role": role,
                    "actor": actor,
                    "return_url": return_url,
                    "locale": locale,
                }
            ),
        )

    def revoke_portal_sessions(
        self,
        account_id: str,
    ) -> PortalRevoked:
        """End every session of the account's billing page, and every link that was not opened yet.

        Needs: service key with `portal:write`.
        """
        return self._answer(
            operations.REVOKE_PORTAL_SESSIONS,
            path={
                "account_id": account_id,
            },
        )
