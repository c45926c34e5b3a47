"""The calls of the async client: endpoints.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from lotbook_client import operations
from lotbook_client.asynchronous import AsyncCore
from lotbook_client.calls import UNSET, Unset, as_given, without_nulls
from lotbook_client.models import (
    Endpoint,
    EndpointDeleted,
    EndpointDeliveries,
    EndpointDelivery,
    Endpoints,
    NewEndpoint,
)
from lotbook_client.pages import AsyncPages


class AsyncEndpointsCalls(AsyncCore):
    """A method for each operation."""

    async def make_endpoint(
        self,
        url: str,
        *,
        types: Sequence[str],
        email: str | None = None,
    ) -> NewEndpoint:
        """Make an endpoint, to which events are sent as signed calls; its secret is shown here and never again.

        Needs: service key with `endpoints:write`.
        """
        return await self._answer(
            operations.MAKE_ENDPOINT,
            body=without_nulls(
                {
                    "url": url,
                    "types": types,
                    "email": email,
                }
            ),
        )

    async def list_endpoints(self) -> Endpoints:
        """All endpoints, the oldest first. Needs: service key with `endpoints:write`."""
        return await self._answer(
            operations.LIST_ENDPOINTS,
        )

    async def read_endpoint(
        self,
        endpoint_id: str,
    ) -> Endpoint:
        """Read an endpoint. Needs: service key with `endpoints:write`."""
        return await self._answer(
            operations.READ_ENDPOINT,
            path={
                "endpoint_id": endpoint_id,
            },
        )

    async def change_endpoint(
        self,
        endpoint_id: str,
        *,
        url: str | Unset | None = UNSET,
        types: Sequence[str] | Unset | None = UNSET,
        state: Literal["enabled", "disabled"] | Unset | None = UNSET,
        email: str | Unset | None = UNSET,
    ) -> Endpoint:
        """Change an endpoint, or switch it off or on. Needs: service key with `endpoints:write`."""
        return await self._answer(
            operations.CHANGE_ENDPOINT,
            path={
                "endpoint_id": endpoint_id,
            },
            body=as_given(
                {
                    "url": url,
                    "types": types,
                    "state": state,
                    "email": email,
                }
            ),
        )

    async def delete_endpoint(
        self,
        endpoint_id: str,
    ) -> EndpointDeleted:
        """Take an endpoint away; what is still to be sent to it is not. Needs: service key with `endpoints:write`."""
        return await self._answer(
            operations.DELETE_ENDPOINT,
            path={
                "endpoint_id": endpoint_id,
            },
        )

    async def rotate_endpoint_secret(
        self,
        endpoint_id: str,
        *,
        overlap_seconds: int | None = None,
    ) -> NewEndpoint:
        """Make another secret of an endpoint; those before go on signing for a day.

        Needs: service key with `endpoints:write`.
        """
        return await self._answer(
            operations.ROTATE_ENDPOINT_SECRET,
            path={
                "endpoint_id": endpoint_id,
            },
            body=without_nulls(
                {
                    "overlap_seconds": overlap_seconds,
                }
            ),
        )

    def list_endpoint_deliveries(
        self,
        endpoint_id: str,
        *,
        state: str | None = None,
        limit: int | None = None,
        cursor: str | None = None,
    ) -> AsyncPages[EndpointDeliveries, EndpointDelivery]:
        """What was sent to an endpoint and what is to be, newest event first.

        Needs: service key with `endpoints:write`.
        """
        return self._pages(
            operations.LIST_ENDPOINT_DELIVERIES,
            path={
                "endpoint_id": endpoint_id,
            },
            query={
                "state": state,
                "limit": limit,
                "cursor": cursor,
            },
        )

    async def send_delivery_again(
        self,
        endpoint_id: str,
        delivery_id: str,
    ) -> EndpointDelivery:
        """Send an event to an endpoint once more, under the same webhook-id.

        Needs: service key with `endpoints:write`.
        """
        return await self._answer(
            operations.SEND_DELIVERY_AGAIN,
            path={
                "endpoint_id": endpoint_id,
                "delivery_id": delivery_id,
            },
        )
