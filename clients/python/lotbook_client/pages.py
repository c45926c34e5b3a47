"""Lists: everything in them, a page, or the pages, asked for as they are read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from typing import Generic, Protocol, TypeVar

from lotbook_client.failures import UnexpectedAnswer


class Page(Protocol):
    """A page knows where the next one begins."""

    @property
    def next_cursor(self) -> str | None: ...


P = TypeVar("P", bound=Page)
T = TypeVar("T")


class Pages(Generic[P, T]):
    """`for entry in client.list_entries(...)` reads all of them, newest first; nothing is asked before it is needed."""

    def __init__(self, ask: Callable[[str | None], P], items: Callable[[P], Sequence[T]], cursor: str | None) -> None:
        self._ask, self._items, self._cursor = ask, items, cursor

    def page(self) -> P:
        """The first page alone."""
        return self._ask(self._cursor)

    def pages(self) -> Iterator[P]:
        """Every page."""
        cursor, more = self._cursor, True
        while more:
            page = self._ask(cursor)
            yield page
            cursor, more = _next(cursor, page)

    def __iter__(self) -> Iterator[T]:
        for page in self.pages():
            yield from self._items(page)


class AsyncPages(Generic[P, T]):
    """`async for entry in client.list_entries(...)` reads all of them; nothing is asked before it is needed."""

    def __init__(
        self, ask: Callable[[str | None], Awaitable[P]], items: Callable[[P], Sequence[T]], cursor: str | None
    ) -> None:
        self._ask, self._items, self._cursor = ask, items, cursor

    async def page(self) -> P:
        """The first page alone."""
        return await self._ask(self._cursor)

    async def pages(self) -> AsyncIterator[P]:
        """Every page."""
        cursor, more = self._cursor, True
        while more:
            page = await self._ask(cursor)
            yield page
            cursor, more = _next(cursor, page)

    async def __aiter__(self) -> AsyncIterator[T]:
        async for page in self.pages():
            for item in self._items(page):
                yield item


def _next(cursor: str | None, page: Page) -> tuple[str | None, bool]:
    """The next cursor, and whether there is one. Raises UnexpectedAnswer for a list that goes in a circle."""
    if page.next_cursor is not None and page.next_cursor == cursor:
        raise UnexpectedAnswer("The list does not go on: its next page is this one")
    return page.next_cursor, page.next_cursor is not None
