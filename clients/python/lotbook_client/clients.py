"""The two clients."""

from __future__ import annotations

from lotbook_client.async_calls import AsyncCalls
from lotbook_client.sync_calls import Calls


class Lotbook(Calls):
    """Lotbook over HTTP. `base_url` and `key` may come from LOTBOOK_URL and LOTBOOK_KEY.

    Calls are sent again after faults that pass, with the same idempotency key; keys are made where none is given.
    """


class AsyncLotbook(AsyncCalls):
    """The same for asyncio: `await` the calls, `async for` the lists, `async with` the holds."""
