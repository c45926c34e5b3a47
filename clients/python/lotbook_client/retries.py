"""Whether a call is sent again, and when: decided here for both clients, without a clock and without a network."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import TypeVar

import httpx

from lotbook_client.calls import Operation, Request
from lotbook_client.errors import BY_CODE, Conflict
from lotbook_client.failures import BY_STATUS, ApiError, LotbookError, NoAnswer, ServerError, TimedOut, UnexpectedAnswer

T = TypeVar("T")
Outcome = httpx.Response | httpx.RequestError
NOT_DONE = frozenset({429, 503})  # the call was turned away before anything was done
MAY_BE_DONE = frozenset({408, 500, 502, 504})
NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@dataclass(frozen=True)
class Retries:
    """How often and how patiently. All seconds.

    The pause doubles from `first` up to `longest`, and is shortened by chance (down to its half), so that callers do not come back
    together. An answer's `Retry-After` is waited for in full, with as much again by chance as a pause has; one that is
    longer than `patience` is not waited for: the error has it as `retry_after`.
    """

    most: int = 3
    first: float = 0.25
    longest: float = 8.0
    patience: float = 30.0
    chance: Callable[[], float] = random.random  # 0 to 1
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc)

    def pause(self, request: Request, tried: int, outcome: Outcome) -> float | None:
        """How long to wait before the next try, after `tried` of them; None: another one would not help."""
        if not self.may_help(request, outcome):
            return None
        pause = min(self.longest, self.first * 2.0 ** (tried - 1))
        asked = self.asked(outcome)
        if asked is None:
            return pause * (0.5 + self.chance() / 2)
        return None if asked > self.patience else asked + pause * self.chance()

    def may_help(self, request: Request, outcome: Outcome) -> bool:
        """Whether the same call may have another end, and does no harm when the first one arrived after all."""
        if isinstance(outcome, httpx.RequestError):
            return request.operation.repeatable or isinstance(outcome, NEVER_SENT)
        if outcome.status_code in NOT_DONE:
            return True
        if outcome.status_code in MAY_BE_DONE:
            return request.operation.repeatable
        if outcome.status_code >= 400 and request.operation.repeatable:
            return "Retry-After" in outcome.headers or code_of(outcome) == Conflict.code
        return False

    def asked(self, outcome: Outcome) -> float | None:
        """What `Retry-After` says, in seconds: a number of them or a date."""
        said = outcome.headers.get("Retry-After", "").strip() if isinstance(outcome, httpx.Response) else ""
        if said.isascii() and said.isdigit():
            return float(said)
        try:
            return max(0.0, (parsedate_to_datetime(said) - self.now()).total_seconds()) if said else None
        except (TypeError, ValueError):
            return None


def code_of(response: httpx.Response) -> str:
    """The code of a refusal; empty where there is none."""
    return str(_members(response).get("code", ""))


def answer_of(operation: Operation[T], request: Request, outcome: Outcome, retries: Retries) -> T:
    """The answer, read; raises what went wrong. The error knows the key, so that the caller can go on."""
    try:
        if isinstance(outcome, httpx.Response) and outcome.is_success:
            return operation.read(outcome)
        raise _error(request, outcome, retries) from (outcome if isinstance(outcome, Exception) else None)
    except LotbookError as error:
        error.idempotency_key = request.key
        raise


def _error(request: Request, outcome: Outcome, retries: Retries) -> LotbookError:
    told = f"{request.operation.method} {request.operation.path}"
    if isinstance(outcome, httpx.TimeoutException):
        return TimedOut(f"{told} was not answered in time ({type(outcome).__name__})")
    if isinstance(outcome, httpx.RequestError):
        return NoAnswer(f"{told} was not answered: {type(outcome).__name__}: {outcome}")
    if outcome.status_code < 400:
        return UnexpectedAnswer(f"{told} was answered {outcome.status_code}")
    return _refusal(outcome, retries)


def _refusal(response: httpx.Response, retries: Retries) -> ApiError:
    data = _members(response)
    status = response.status_code
    by_status = BY_STATUS.get(status, ServerError if status >= 500 else ApiError)
    known = BY_CODE.get(str(data.get("code", "")), by_status)
    data.setdefault("request_id", response.headers.get("apigw-requestid", ""))
    return known(status, data, retries.asked(response))


def _members(response: httpx.Response) -> dict[str, object]:
    try:
        value = response.json()
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
