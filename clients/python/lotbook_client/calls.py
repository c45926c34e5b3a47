"""What a call is before it is sent, and how its answer is read. Nothing here touches the network."""

from __future__ import annotations

import enum
import json
import re
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar
from urllib.parse import quote, urlencode

import httpx

from lotbook_client.answers import KeyedAnswer, decode
from lotbook_client.failures import UnexpectedAnswer
from lotbook_client.instants import text_of

T = TypeVar("T")
Item = TypeVar("Item")
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


class Unset(enum.Enum):
    """The type of `UNSET`."""

    UNSET = "UNSET"

    def __repr__(self) -> str:
        return self.value


UNSET = Unset.UNSET  # a field that is left as it is; None says null, which some fields take


@dataclass(frozen=True)
class CsvPage:
    """A page of an export: CSV with its header row. `next_cursor`: where the next one begins."""

    text: str
    next_cursor: str | None

    @property
    def texts(self) -> Sequence[str]:
        return [self.text]


@dataclass(frozen=True)
class Operation(Generic[T]):
    """A call of the API. `keyed`: it wants a key; `may_be_keyed`: it takes one that is given. `repeatable`: it may be sent again when nobody knows whether it arrived. `always`: what its query says beside what is given."""

    name: str
    method: str
    path: str
    read: Callable[[httpx.Response], T]
    keyed: bool = False
    may_be_keyed: bool = False
    repeatable: bool = True
    accept: str = "application/json"
    always: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Listing(Operation[T], Generic[T, Item]):
    """A call that answers a page after the other; `items` are those of a page."""

    items: Callable[[T], Sequence[Item]]


@dataclass(frozen=True)
class Request:
    """A call with all that is sent, the same at every try."""

    operation: Operation[Any]
    target: str
    body: bytes | None
    key: str | None

    def headers(self) -> dict[str, str]:
        """Those of this request; the caller's key is not among them."""
        sent = {"Accept": self.operation.accept}
        sent |= {"Content-Type": "application/json"} if self.body is not None else {}
        return sent | ({"Idempotency-Key": self.key} if self.key else {})


def request_of(
    operation: Operation[Any],
    path: Mapping[str, str] | None = None,
    query: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    *,
    key: str | None = None,
) -> Request:
    """The request. A key is made where the call wants one and none is given. Raises ValueError for what no URL can hold."""
    target = operation.path
    for name, value in (path or {}).items():
        target = target.replace(f"{{{name}}}", _segment(name, value))
    given = {name: _text(value) for name, value in (query or {}).items() if value is not None}
    asked = {**given, **operation.always}
    target += "?" + urlencode(asked) if asked else ""
    sent = None if body is None else json.dumps(body, default=_json, allow_nan=False).encode()
    wanted = operation.keyed or (operation.may_be_keyed and key is not None)
    return Request(operation, target, sent, _key(key) if wanted else None)


def new_key() -> str:
    """An idempotency key that nobody else has."""
    return str(uuid.uuid4())


def _key(given: str | None) -> str:
    if given is not None and not _KEY.fullmatch(given):
        raise ValueError("an idempotency key has 1 to 255 visible ASCII characters")
    return new_key() if given is None else given


def _segment(name: str, value: str) -> str:
    if value in ("", ".", ".."):  # these would lead to another call
        raise ValueError(f"{name} is {value!r}")
    return quote(value, safe="")


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return _json(value) if isinstance(value, datetime) else str(value)


def _json(value: object) -> str:
    if isinstance(value, datetime):
        return text_of(value)
    raise TypeError(f"{type(value).__name__} cannot be sent")


def without_nulls(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was given: None is left out."""
    return {name: value for name, value in fields.items() if value is not None}


def as_given(fields: Mapping[str, Any]) -> dict[str, Any]:
    """What was given: None is null, UNSET is left out."""
    return {name: value for name, value in fields.items() if value is not UNSET}


def model(kind: type[T]) -> Callable[[httpx.Response], T]:
    """Reads an answer of that shape."""

    def read(response: httpx.Response) -> T:
        replayed = response.headers.get("Idempotent-Replayed") == "true"
        return decode(kind, parsed(response), replayed if issubclass(kind, KeyedAnswer) else None)

    return read


def as_sent(response: httpx.Response) -> Any:
    """Reads a document, which can be sent again as it is."""
    return parsed(response)


def csv(response: httpx.Response) -> CsvPage:
    """Reads a page of an export."""
    return CsvPage(response.text, response.headers.get("Lotbook-Next-Cursor"))


def parsed(response: httpx.Response) -> Any:
    """The JSON object of an answer. Raises UnexpectedAnswer for anything else."""
    try:
        value = response.json()
    except ValueError as error:
        raise UnexpectedAnswer(f"The answer {response.status_code} is not JSON") from error
    if not isinstance(value, dict):
        raise UnexpectedAnswer(f"The answer {response.status_code} is no object")
    return value
