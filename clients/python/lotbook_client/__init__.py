"""Lotbook from Python: prepaid credits, sync and async, typed. Errors are in `errors`, answers in `models`, both listed there."""

from lotbook_client import errors
from lotbook_client.answers import Answer, KeyedAnswer, UnknownKind
from lotbook_client.calls import UNSET, CsvPage
from lotbook_client.clients import AsyncLotbook, Lotbook
from lotbook_client.errors import *  # noqa: F403
from lotbook_client.failures import (
    ApiError,
    BadRequestError,
    ConflictError,
    ForbiddenError,
    GoneError,
    InvalidSignature,
    LotbookError,
    NoAnswer,
    NotFoundError,
    PaymentRequiredError,
    ServerError,
    TimedOut,
    TooLargeError,
    TooManyRequestsError,
    UnauthorizedError,
    UnexpectedAnswer,
    UnprocessableError,
)
from lotbook_client.holds import AsyncHold, Hold
from lotbook_client.pages import AsyncPages, Pages
from lotbook_client.retries import Retries
from lotbook_client.version import VERSION
from lotbook_client.webhooks import WebhookEvent, verify_webhook

__version__ = VERSION
__all__ = [
    "UNSET",
    "Answer",
    "ApiError",
    "AsyncHold",
    "AsyncLotbook",
    "AsyncPages",
    "BadRequestError",
    "ConflictError",
    "CsvPage",
    "ForbiddenError",
    "GoneError",
    "Hold",
    "InvalidSignature",
    "KeyedAnswer",
    "Lotbook",
    "LotbookError",
    "NoAnswer",
    "NotFoundError",
    "Pages",
    "PaymentRequiredError",
    "Retries",
    "ServerError",
    "TimedOut",
    "TooLargeError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnexpectedAnswer",
    "UnknownKind",
    "UnprocessableError",
    "WebhookEvent",
    "__version__",
    "verify_webhook",
]
__all__ += errors.__all__
