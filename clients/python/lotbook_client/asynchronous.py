"""The async client without its calls: one try after the other over a pool of connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx

from lotbook_client.calls import Listing, Operation, Request, request_of
from lotbook_client.pages import AsyncPages, Page
from lotbook_client.retries import Outcome, Retries, answer_of
from lotbook_client.settings import settings

C = TypeVar("C", bound="AsyncCore")
T = TypeVar("T")
P = TypeVar("P", bound=Page)
Fields = Mapping[str, Any]


class AsyncCore:
    """Sends calls; use it from as many tasks of one event loop as you like. Close it, or use it in `async with`."""

    def __init__(
        self,
        base_url: str | None = None,
        key: str | None = None,
        *,
        timeout: float | httpx.Timeout | None = None,
        retries: Retries | int = 3,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        self._settings = settings(base_url, key, timeout, retries)
        self._http = httpx.AsyncClient(
            headers=self._settings.headers(), timeout=self._settings.timeout, transport=transport
        )
        self._sleep = sleep

    async def _answer(
        self,
        operation: Operation[T],
        *,
        path: Mapping[str, str] | None = None,
        query: Fields | None = None,
        body: Fields | None = None,
        key: str | None = None,
    ) -> T:
        request = request_of(operation, path, query, body, key=key)
        return answer_of(operation, request, await self._sent(request), self._settings.retries)

    def _pages(
        self, operation: Listing[P, T], *, path: Mapping[str, str] | None = None, query: Fields
    ) -> AsyncPages[P, T]:
        async def ask(cursor: str | None) -> P:
            return await self._answer(operation, path=path, query={**query, "cursor": cursor})

        return AsyncPages(ask, operation.items, query["cursor"])

    async def _sent(self, request: Request) -> Outcome:
        retries = self._settings.retries
        outcome = await self._tried(request)
        for tried in range(1, retries.most + 1):
            pause = retries.pause(request, tried, outcome)
            if pause is None:
                break
            await self._sleep(pause)
            outcome = await self._tried(request)
        return outcome

    async def _tried(self, request: Request) -> Outcome:
        method, address = request.operation.method, self._settings.base_url + request.target
        try:
            return await self._http.request(method, address, content=request.body, headers=request.headers())
        except httpx.RequestError as fault:
            return fault

    async def close(self) -> None:
        """Give the connections back."""
        await self._http.aclose()

    async def __aenter__(self: C) -> C:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings.base_url!r})"
