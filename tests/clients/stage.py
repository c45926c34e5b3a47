"""Where the Python stories play: one text for both clients, for `of` awaits what the async one hands out."""

from __future__ import annotations

import inspect
import json
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import lotbook_client as lotbook
from tests import patience
from tests.clients import proxy

Client = lotbook.Lotbook | lotbook.AsyncLotbook


class Stage:
    """An account of one story, and clients over a good and over bad networks."""

    def __init__(self, kind: type[Client], product: str, network: str, key: str, account: str) -> None:
        self.account, self.kind, self._network = account, kind, network
        self.product, self._key = product, key
        self._open: list[Any] = []
        self.client = self.over(product)

    def over(self, address: str, *, key: str | None = None, retries: int = 3) -> Any:
        """A client of that address."""
        client = self.kind(address, key or self._key, retries=retries, timeout=patience.SECONDS)
        self._open.append(client)
        return client

    def bad(self, mode: str, *, retries: int = 3) -> Any:
        """A client over a network that fails."""
        return self.over(f"{self._network}/{mode}", retries=retries)

    async def of(self, value: Any) -> Any:
        return await value if inspect.isawaitable(value) else value

    @asynccontextmanager
    async def inside(self, context: Any) -> AsyncIterator[Any]:
        """`async with`, also of what is for `with`."""
        if hasattr(context, "__aenter__"):
            async with context as entered:
                yield entered
        else:
            with context as entered:
                yield entered

    async def each(self, items: Any) -> list[Any]:
        return [item async for item in items] if hasattr(items, "__aiter__") else list(items)

    async def opened(self) -> Any:
        """The story's account: it has 10 free credits."""
        return await self.of(
            self.client.open_account(
                self.account, policy_id="insurestack", region="US", email=f"{self.account}@example.com"
            )
        )

    async def balance(self) -> Any:
        return await self.of(self.client.read_balance(self.account))

    async def refused(self, call: Any) -> lotbook.LotbookError:
        """The error of a call."""
        try:
            await self.of(call())
        except lotbook.LotbookError as error:
            return error
        raise AssertionError("it was not refused")

    def seen(self) -> dict[str, int]:
        """How often the bad networks were asked for this account, and with how many keys."""
        with urllib.request.urlopen(f"{self._network}/{proxy.SEEN}/{self.account}", timeout=patience.SECONDS) as answer:
            found = json.load(answer)
        return {"tries": len(found), "keys": len({each["key"] for each in found})}

    def pay(self, checkout_url: str) -> None:
        """As the buyer does on the stand-in's page."""
        body = json.dumps({"card": "4242424242424242"}).encode()
        request = urllib.request.Request(f"{checkout_url}/pay", data=body, headers={"Content-Type": "application/json"})
        urllib.request.urlopen(request, timeout=patience.SECONDS).close()

    async def close(self) -> None:
        for client in self._open:
            await self.of(client.close())
