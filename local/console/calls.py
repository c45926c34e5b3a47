"""Calls that the console makes, and what was answered: a problem with its code, its sentence, its fields."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

Place = Literal["api", "local", "gateway"]
NO_ANSWER = 0  # the place of a status where the connection was closed
LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Call:
    """One request. `path` begins with `/` and may have a query; `key` is its idempotency key."""

    place: Place
    method: str
    path: str
    body: Mapping[str, Any] | None = None
    key: str | None = None

    @property
    def payload(self) -> bytes:
        """The body as it goes over the wire."""
        return b"" if self.body is None else json.dumps(self.body, ensure_ascii=False).encode()


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was refused: `code` as programs read it, and what each field is about."""

    status: int
    code: str
    detail: str
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Told:
    """An answer. `content` is JSON, or text where it is none."""

    status: int
    content: Any
    milliseconds: int

    @property
    def problem(self) -> Problem | None:
        """What is wrong; None where it was done."""
        return None if 200 <= self.status < 400 else problem_of(self.status, self.content)


def read(status: int, body: bytes, milliseconds: int) -> Told:
    """An answer from its bytes."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        content = body.decode("utf-8", "replace")[:LONGEST_TEXT]
    return Told(status, content, milliseconds)


def problem_of(status: int, content: Any) -> Problem:
    """From a problem document of the API's, an error of the gateway's, or API Gateway's own `{"message": ...}`."""
    if status == NO_ANSWER:
        return Problem(status, "no_answer", "The connection was closed without an answer.", {})
    found: dict[str, Any] = content if isinstance(content, dict) else {"message": str(content)}
    if isinstance(error := found.get("error"), dict):
        param = error.get("param")
        said = str(error.get("message") or "")
        code = str(error.get("decline_code") or error.get("code") or error.get("type"))
        return Problem(status, code, said, {str(param): said} if param else {})
    fields = {str(each.get("field")): str(each.get("message")) for each in found.get("errors") or []}
    detail = str(found.get("detail") or found.get("message") or found.get("title") or "")
    return Problem(status, str(found.get("code") or status), detail, fields)


class CallRefused(Exception):
    """A call of an action was refused: nothing after it was done."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem
