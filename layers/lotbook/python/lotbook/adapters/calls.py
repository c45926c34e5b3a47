"""The one door to AWS: every adapter calls its client through here, so every store answers a fault in the same way.

What sending again can help with is `Unavailable`; a write that lost to somebody is `Conflict`, for those who ask for that;
the rest is `ServiceRefused`: a condition that its caller knows the meaning of, or a defect of ours that must crash. Which client it was,
the SDK's or the table's own (`thin`), shows nowhere behind this door.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from lotbook.adapters.refusals import NoAnswer, ServiceRefused
from lotbook.domain.values.errors import Conflict, ItemTooLarge, Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

CONDITION_FAILED = "ConditionalCheckFailedException"
TRANSACTION_CANCELED = "TransactionCanceledException"
# A transaction holds the item: whoever writes over a version takes it for a lost race, for everybody else it passes.
HELD = frozenset({"TransactionConflictException", "TransactionInProgressException"})
TRANSIENT = HELD | {
    "InternalException",
    "InternalFailure",
    "InternalServerError",
    "ItemCollectionSizeLimitExceededException",
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ServiceUnavailable",
    "ThrottlingException",
}
SERVER_FAULT = 500
INVALID, ITEM_SIZE = "ValidationException", "Item size"  # how the table says that an item would pass 400 KB
# Why a transaction was canceled, by item.
LOST = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
ITEM_REFUSED = "ConditionalCheckFailed"  # of one item
THROTTLED = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})
RETRY_AFTER_SECONDS = 1


def send(client: Any, operation: str, request: Mapping[str, Any]) -> Any:
    """The answer, after the client's own bounded retries.

    Raises Unavailable where sending it again can help, ItemTooLarge where the item has outgrown the table, else ServiceRefused.
    """
    try:
        return _answer(client, operation, request)
    except ServiceRefused as refusal:
        if _is_transient(refusal):
            raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from refusal
        if refusal.code == INVALID and ITEM_SIZE in refusal.response["Error"].get("Message", ""):
            raise ItemTooLarge(_item_of(request)) from refusal
        raise
    except NoAnswer as silence:
        raise Unavailable(retry_after_seconds=RETRY_AFTER_SECONDS) from silence


def _answer(client: Any, operation: str, request: Mapping[str, Any]) -> Any:
    """Raises ServiceRefused or NoAnswer, also for what the SDK says in its own words."""
    try:
        return getattr(client, operation)(**request)
    except _sdk("ClientError") as error:
        raise ServiceRefused(error.response, error.operation_name) from error
    except _sdk("ConnectionError", "HTTPClientError") as error:
        raise NoAnswer(str(error)) from error


def _sdk(*names: str) -> tuple[Any, ...]:
    """The SDK's own errors of these names; none where nobody has loaded it, for then nobody raises them."""
    known = sys.modules.get("botocore.exceptions")
    return tuple(getattr(known, name) for name in names) if known is not None else ()


def write_over(client: Any, operation: str, request: Mapping[str, Any]) -> Any:
    """A write whose condition, or whose transaction, says that nobody was faster. Raises Conflict when somebody was.

    Also after a try of the client's own whose answer was lost: then it was ourselves. So whoever catches Conflict reads again.
    Raises Unavailable like `send`.
    """
    try:
        return send(client, operation, request)
    except ServiceRefused as error:
        if _was_lost(error):
            raise Conflict from error
        raise
    except Unavailable as unavailable:
        if isinstance(unavailable.__cause__, ServiceRefused) and unavailable.__cause__.code in HELD:
            raise Conflict from unavailable.__cause__
        raise


def was_canceled(error: ServiceRefused) -> bool:
    """Whether it was a transaction that did not come about."""
    return error.code == TRANSACTION_CANCELED


def was_refused(error: ServiceRefused) -> bool:
    """Whether the write's condition did not hold."""
    return error.code == CONDITION_FAILED


def refused_by(conflict: Conflict, place: int) -> str:
    """Why a transaction was canceled, by its item at that place, counted from 1."""
    error = conflict.__cause__
    reasons = error.response.get("CancellationReasons", ()) if isinstance(error, ServiceRefused) else ()
    return str(reasons[place - 1].get("Code", "")) if len(reasons) >= place else ""


def _item_of(request: Mapping[str, Any]) -> str:
    """The item that a request writes, by its keys; of a transaction, that it is one."""
    key = request.get("Key") or request.get("Item") or {}
    return " ".join(key[name]["S"] for name in ("pk", "sk") if name in key) or "an item of a transaction"


def _is_transient(error: ServiceRefused) -> bool:
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    reasons = _reasons(error)
    return error.code in TRANSIENT or status >= SERVER_FAULT or (bool(reasons & THROTTLED) and not reasons & LOST)


def _was_lost(error: ServiceRefused) -> bool:
    if error.code == TRANSACTION_CANCELED:
        reasons = _reasons(error)
        return not reasons or bool(reasons & LOST)
    return was_refused(error)


def _reasons(error: ServiceRefused) -> set[str]:
    """Why a transaction was canceled; nothing for every other error."""
    return {reason.get("Code", "None") for reason in error.response.get("CancellationReasons", ())}
