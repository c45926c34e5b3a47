"""One call to the table, with what sending it again can help with told apart from what it cannot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError, HTTPClientError
from botocore.exceptions import ConnectionError as NoConnection

from lotbook.domain.errors import Unavailable

if TYPE_CHECKING:
    from collections.abc import Mapping

TRANSIENT = frozenset(
    {
        "InternalServerError",
        "ItemCollectionSizeLimitExceededException",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceUnavailable",
        "ThrottlingException",
        "TransactionConflictException",
    }
)
SERVER_FAULT = 500


def send(client: Any, operation: str, request: Mapping[str, Any]) -> Any:
    """The answer, after the SDK's own bounded retries. Raises Unavailable where sending it again can help."""
    try:
        return getattr(client, operation)(**request)
    except ClientError as error:
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if error.response["Error"]["Code"] in TRANSIENT or status >= SERVER_FAULT:
            raise Unavailable(retry_after_seconds=1) from error
        raise
    except (NoConnection, HTTPClientError) as error:
        raise Unavailable(retry_after_seconds=1) from error
