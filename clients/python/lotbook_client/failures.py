"""Everything that this client raises: refusals of the API by status (and by code in `errors.py`), and answers that never came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from lotbook_client.instants import instant


class LotbookError(Exception):
    """Of everything that this client raises when a call went wrong.

    `idempotency_key`: the key that was sent, also when the client made it: send the same call with it to go on safely.
    """

    idempotency_key: str | None = None


class NoAnswer(LotbookError):
    """No answer came, after all retries. Whether the call arrived is not known: send it again with the same key."""


class TimedOut(NoAnswer):
    """No answer came in time."""


class UnexpectedAnswer(LotbookError):
    """The answer is not what this client understands: is `base_url` a Lotbook?"""


class InvalidSignature(LotbookError):
    """A webhook's signature does not verify, or its time is out of tolerance: do not trust its body."""


class ApiError(LotbookError):
    """The API refused, or failed. `data` is all that the problem document says; a 4xx changed nothing.

    `code` is empty where API Gateway answered in front of the product. `retry_after`: seconds, where the answer says so.
    """

    code: str = ""
    carries: ClassVar[tuple[str, ...]] = ()  # members of `data` that are attributes, too
    instants: ClassVar[tuple[str, ...]] = ()

    def __init__(self, status: int, data: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.data = dict(data)
        self.code = str(data.get("code") or "")
        self.detail = str(data.get("detail") or data.get("message") or "")
        self.request_id = str(data.get("request_id") or "")
        self.retry_after = retry_after
        for name in self.carries:
            given = data.get(name)
            setattr(self, name, instant(given) if name in self.instants and isinstance(given, str) else given)
        super().__init__(status, self.code, self.detail)

    def __str__(self) -> str:
        said = f"{self.status} {self.code}: {self.detail}" if self.code else f"{self.status}: {self.detail}"
        return f"{said} (request {self.request_id})" if self.request_id else said


class BadRequestError(ApiError):
    """400"""


class UnauthorizedError(ApiError):
    """401"""


class PaymentRequiredError(ApiError):
    """402"""


class ForbiddenError(ApiError):
    """403"""


class NotFoundError(ApiError):
    """404"""


class ConflictError(ApiError):
    """409"""


class GoneError(ApiError):
    """410"""


class TooLargeError(ApiError):
    """413"""


class UnprocessableError(ApiError):
    """422"""


class TooManyRequestsError(ApiError):
    """429"""


class ServerError(ApiError):
    """5xx: nothing is lost, and the same call may be sent again with the same key."""


BY_STATUS: Mapping[int, type[ApiError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    402: PaymentRequiredError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: GoneError,
    413: TooLargeError,
    422: UnprocessableError,
    429: TooManyRequestsError,
}
