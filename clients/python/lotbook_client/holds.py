"""`with client.hold(account, 40) as hold:` captures what was used, and gives back what was not."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from types import TracebackType
from typing import Generic, Protocol, TypeVar

from lotbook_client.calls import new_key
from lotbook_client.errors import HoldClosed
from lotbook_client.failures import LotbookError
from lotbook_client.models import Held, Resolved

H = TypeVar("H")


class Resolves(Protocol):
    """What a hold needs of the client."""

    def capture_hold(
        self, account_id: str, hold_id: str, credits: int, *, idempotency_key: str | None = None
    ) -> Resolved: ...

    def release_hold(self, account_id: str, hold_id: str, *, idempotency_key: str | None = None) -> Resolved: ...


class ResolvesAsync(Protocol):
    """What a hold needs of the async client."""

    async def capture_hold(
        self, account_id: str, hold_id: str, credits: int, *, idempotency_key: str | None = None
    ) -> Resolved: ...

    async def release_hold(self, account_id: str, hold_id: str, *, idempotency_key: str | None = None) -> Resolved: ...


class _HoldState(Generic[H]):
    """What both holds know. `resolved` is None while the hold is open; every retry of the same end has the same key."""

    def __init__(self, account_id: str, begin: H, idempotency_key: str | None) -> None:
        self.account_id = account_id
        self.idempotency_key = idempotency_key or new_key()
        self.resolved: Resolved | None = None
        self._begin, self._held = begin, None
        self._capture_key, self._release_key = new_key(), new_key()

    _held: Held | None

    @property
    def hold_id(self) -> str:
        return self._open.hold_id

    @property
    def credits(self) -> int:
        """What is set aside."""
        return self._open.credits

    @property
    def expires_at(self) -> datetime:
        """From then on it has lapsed, and its credits are back."""
        return self._open.expires_at

    @property
    def available(self) -> int:
        """What the account had left when the hold was made."""
        return self._open.available

    @property
    def _open(self) -> Held:
        if self._held is None:
            raise RuntimeError("the hold is made by `with`: there is none yet")
        return self._held

    def _end(self, resolved: Resolved) -> Resolved:
        self.resolved = resolved
        self._capture_key, self._release_key = new_key(), new_key()  # a second end is another one, and is refused
        return resolved


class Hold(_HoldState[Callable[..., Held]]):
    """Credits set aside for a block of work."""

    def __init__(
        self, client: Resolves, account_id: str, begin: Callable[..., Held], idempotency_key: str | None
    ) -> None:
        super().__init__(account_id, begin, idempotency_key)
        self._client = client

    def capture(self, credits: int) -> Resolved:
        """Burn that many of them (0 to all); the rest goes back."""
        key = self._capture_key
        return self._end(self._client.capture_hold(self.account_id, self.hold_id, credits, idempotency_key=key))

    def release(self) -> Resolved:
        """Give all of them back."""
        key = self._release_key
        return self._end(self._client.release_hold(self.account_id, self.hold_id, idempotency_key=key))

    def __enter__(self) -> Hold:
        self._held = self._begin(idempotency_key=self.idempotency_key)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.resolved is not None:
            return
        try:
            self.release()
        except HoldClosed:
            pass  # it has lapsed, or a capture whose answer was lost did arrive: nothing is set aside any more
        except LotbookError:
            if error is None:
                raise  # else the block's own error goes on; the credits come back at `expires_at`


class AsyncHold(_HoldState[Callable[..., Awaitable[Held]]]):
    """Credits set aside for a block of work."""

    def __init__(
        self,
        client: ResolvesAsync,
        account_id: str,
        begin: Callable[..., Awaitable[Held]],
        idempotency_key: str | None,
    ) -> None:
        super().__init__(account_id, begin, idempotency_key)
        self._client = client

    async def capture(self, credits: int) -> Resolved:
        """Burn that many of them (0 to all); the rest goes back."""
        key = self._capture_key
        return self._end(await self._client.capture_hold(self.account_id, self.hold_id, credits, idempotency_key=key))

    async def release(self) -> Resolved:
        """Give all of them back."""
        key = self._release_key
        return self._end(await self._client.release_hold(self.account_id, self.hold_id, idempotency_key=key))

    async def __aenter__(self) -> AsyncHold:
        self._held = await self._begin(idempotency_key=self.idempotency_key)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.resolved is not None:
            return
        try:
            await self.release()
        except HoldClosed:
            pass  # it has lapsed, or a capture whose answer was lost did arrive: nothing is set aside any more
        except LotbookError:
            if error is None:
                raise  # else the block's own error goes on; the credits come back at `expires_at`
