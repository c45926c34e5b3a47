"""The sync client without its calls: one try after the other over a pool of connections."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

import httpx

from lotbook_client.calls import Listing, Operation, Request, request_of
from lotbook_client.pages import Page, Pages
from lotbook_client.retries import Outcome, Retries, answer_of
from lotbook_client.settings import settings

C = TypeVar("C", bound="Core")
T = TypeVar("T")
P = TypeVar("P", bound=Page)
Fields = Mapping[str, Any]


class Core:
    """Sends calls; use it from as many threads as you like. Close it, or use it in `with`."""

    def __init__(
        self,
        base_url: str | None = None,
        key: str | None = None,
        *,
        timeout: float | httpx.Timeout | None = None,
        retries: Retries | int = 3,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._settings = settings(base_url, key, timeout, retries)
        self._http = httpx.Client(headers=self._settings.headers(), timeout=self._settings.timeout, transport=transport)
        self._sleep = sleep

    def _answer(
        self,
        operation: Operation[T],
        *,
        path: Mapping[str, str] | None = None,
        query: Fields | None = None,
        body: Fields | None = None,
        key: str | None = None,
    ) -> T:
        request = request_of(operation, path, query, body, key=key)
        return answer_of(operation, request, self._sent(request), self._settings.retries)

    def _pages(self, operation: Listing[P, T], *, path: Mapping[str, str] | None = None, query: Fields) -> Pages[P, T]:
        def ask(cursor: str | None) -> P:
            return self._answer(operation, path=path, query={**query, "cursor": cursor})

        return Pages(ask, operation.items, query["cursor"])

    def _sent(self, request: Request) -> Outcome:
        retries = self._settings.retries
        outcome = self._tried(request)
        for tried in range(1, retries.most + 1):
            pause = retries.pause(request, tried, outcome)
            if pause is None:
                break
            self._sleep(pause)
            outcome = self._tried(request)
        return outcome

    def _tried(self, request: Request) -> Outcome:
        method, address = request.operation.method, self._settings.base_url + request.target
        try:
            return self._http.request(method, address, content=request.body, headers=request.headers())
        except httpx.RequestError as fault:
            return fault

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()

    def __enter__(self: C) -> C:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._settings.base_url!r})"
