"""DynamoDB's JSON 1.0 on the wire: binary is base 64 there and bytes here, numbers stay text.

What an answer says of a refusal is told in the SDK's shape (`ServiceRefused.response`).
"""

from __future__ import annotations

import json
from binascii import a2b_base64, b2a_base64, crc32
from typing import TYPE_CHECKING, Any

from lotbook.adapters.refusals import NoAnswer, ServiceRefused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lotbook.adapters.thin.connection import HttpReply

BINARY = "B"  # sets of binary are not kept in the table
CHECKSUM, REQUEST_ID = "x-amz-crc32", "x-amzn-requestid"
REFUSAL, SERVER_FAULT = 300, 500


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return b2a_base64(value, newline=False).decode()
    raise TypeError(f"{type(value).__name__} has no place in a request")


_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_text, allow_nan=False, check_circular=False)


def _bytes_of(values: dict[str, Any]) -> dict[str, Any]:
    """An attribute's value that is binary; an attribute or a table that is called `B` has no text, but an object."""
    if BINARY in values and len(values) == 1 and isinstance(text := values[BINARY], str):
        return {BINARY: a2b_base64(text)}
    return values


_DECODER = json.JSONDecoder(object_hook=_bytes_of)


def written(request: Mapping[str, Any]) -> bytes:
    """A request's body."""
    return _ENCODER.encode(request).encode()


def told(reply: HttpReply, operation: str) -> dict[str, Any]:
    """What the answer says. Raises ServiceRefused, and NoAnswer for one that is spoiled."""
    checksum = reply.headers.get(CHECKSUM)
    if checksum is not None and checksum != str(crc32(reply.body)):
        raise NoAnswer("The answer is not what its checksum says.")
    if reply.status >= REFUSAL:
        raise ServiceRefused(_refusal(reply), operation)
    try:
        found = _DECODER.decode(reply.body.decode())
    except ValueError:
        raise NoAnswer("The answer is no whole JSON.") from None
    if not isinstance(found, dict):
        raise NoAnswer("The answer is no JSON object.")
    found["ResponseMetadata"] = _metadata(reply)
    return found


def _refusal(reply: HttpReply) -> dict[str, Any]:
    """A proxy's own page, or nothing at all, has no word for it: then the status is the code."""
    try:
        found = _DECODER.decode(reply.body.decode())
    except ValueError:
        found = None
    if not isinstance(found, dict):
        found = {}
    kind = str(found.pop("__type", "") or reply.status)
    code = kind.partition(":")[0].rpartition("#")[2]
    message = found.get("message", found.get("Message", ""))
    return {**found, "Error": {"Message": message, "Code": code}, "ResponseMetadata": _metadata(reply)}


def _metadata(reply: HttpReply) -> dict[str, Any]:
    headers = reply.headers
    found = {"HTTPStatusCode": reply.status, "HTTPHeaders": headers, "RetryAttempts": 0}
    return found | {"RequestId": headers[REQUEST_ID]} if REQUEST_ID in headers else found
