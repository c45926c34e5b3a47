"""The parameters of one request, which remember what was read of them: what nobody reads is refused, never silently ignored.

A handler names what it reads, `params["amount"]` or `params.get("items")`, down to the leaves. That is why these objects cannot be
iterated, unpacked or copied: a handler that takes all of something would claim to read what it does not know.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Protocol

from local.stripe_stand_in.errors import unsupported


class Readable(Protocol):
    """What a handler reads from: a request's parameters, or a dict of its own."""

    def __contains__(self, name: object, /) -> bool: ...
    def __getitem__(self, name: str, /) -> Any: ...
    def get(self, name: str, default: Any = None, /) -> Any: ...


class Params:
    """One object of parameters. Values are leaves, lists, maps with free keys (metadata), or further `Params`."""

    __iter__ = None  # otherwise Python would count upwards through `__getitem__`

    def __init__(self, values: dict[str, Any]) -> None:
        self._values = values
        self._read: set[str] = set()

    def __contains__(self, name: object, /) -> bool:
        """Whether it was given; asking that is not reading it."""
        return name in self._values

    def __bool__(self) -> bool:
        return bool(self._values)

    def __getitem__(self, name: str, /) -> Any:
        self._read.add(name)
        return self._values[name]

    def get(self, name: str, default: Any = None, /) -> Any:
        """The value, which counts as read."""
        self._read.add(name)
        return self._values.get(name, default)

    def given(self, *names: str) -> dict[str, Any]:
        """Those of the named leaves that were given."""
        return {name: self[name] for name in names if name in self._values}

    def unread(self, path: str = "") -> Iterator[str]:
        """The names of what was given and not read, as Stripe writes them: `items[0][price]`."""
        for name, value in self._values.items():
            place = f"{path}[{name}]" if path else name
            if name not in self._read:
                yield place
                continue
            yield from _unread_below(value, place)


def _unread_below(value: Any, place: str) -> Iterator[str]:
    if isinstance(value, Params):
        yield from value.unread(place)
    elif isinstance(value, list):
        for position, each in enumerate(value):
            yield from _unread_below(each, f"{place}[{position}]")


def refuse_unread(params: Params, operation: str) -> None:
    """Raises `stand_in_unsupported` for a parameter that the handler did not read."""
    path = next(params.unread(), None)
    if path is not None:
        raise unsupported(f"`{path}` in {operation}", path)
