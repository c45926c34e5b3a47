"""The calls of the async client: policies.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from typing import Any

from lotbook_client import operations
from lotbook_client.asynchronous import AsyncCore
from lotbook_client.bodies import PolicyDocument
from lotbook_client.models import ListedPolicy, ListedVersion, Policies, PolicyDryRun, PolicyVersion, PolicyVersions
from lotbook_client.pages import AsyncPages


class AsyncPoliciesCalls(AsyncCore):
    """A method for each operation."""

    async def read_policy_schema(self) -> dict[str, Any]:
        """The JSON Schema of a policy. No token."""
        return await self._answer(
            operations.READ_POLICY_SCHEMA,
        )

    async def publish_policy(
        self,
        policy_id: str,
        document: PolicyDocument,
    ) -> PolicyVersion:
        """Publish the next version of a policy; with `dry_run=true` only say what it would change, and whom it reaches.

        Needs: service key with `policies:write`.
        """
        return await self._answer(
            operations.PUBLISH_POLICY,
            path={
                "policy_id": policy_id,
            },
            body=document,
        )

    async def publish_policy_dry_run(
        self,
        policy_id: str,
        document: PolicyDocument,
        *,
        cursor: str | None = None,
    ) -> PolicyDryRun:
        """Publish the next version of a policy; with `dry_run=true` only say what it would change, and whom it reaches.

        Needs: service key with `policies:write`.
        """
        return await self._answer(
            operations.PUBLISH_POLICY_DRY_RUN,
            path={
                "policy_id": policy_id,
            },
            query={
                "cursor": cursor,
            },
            body=document,
        )

    async def read_policy(
        self,
        policy_id: str,
        *,
        version: int | None = None,
    ) -> PolicyDocument:
        """Read a policy. Any valid token."""
        return await self._answer(
            operations.READ_POLICY,
            path={
                "policy_id": policy_id,
            },
            query={
                "version": version,
            },
        )

    def list_policies(
        self,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[Policies, ListedPolicy]:
        """Policies, newest first, each with its newest version. Any valid token."""
        return self._pages(
            operations.LIST_POLICIES,
            query={
                "limit": limit,
                "cursor": cursor,
            },
        )

    def list_policy_versions(
        self,
        policy_id: str,
        *,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[PolicyVersions, ListedVersion]:
        """The versions of a policy, newest first; a page may be short and not the last. Any valid token."""
        return self._pages(
            operations.LIST_POLICY_VERSIONS,
            path={
                "policy_id": policy_id,
            },
            query={
                "limit": limit,
                "cursor": cursor,
            },
        )
