"""The client: the nine operations of the table that the product uses, asked and answered as botocore's client does.

Safe under threads. A call is tried again inside `tries`; each try is bounded by `Limits`, and pauses by `retries`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lotbook.adapters.refusals import NoAnswer, ServiceRefused
from lotbook.adapters.system import SystemClock, SystemEntropy, pause
from lotbook.adapters.thin import credentials
from lotbook.adapters.thin.connection import Limits, Unheard
from lotbook.adapters.thin.pool import Pool
from lotbook.adapters.thin.retries import Retries, Tokens
from lotbook.adapters.thin.signature import Scope, authorization
from lotbook.adapters.thin.target import SERVICE, Place
from lotbook.adapters.thin.wire_json import told, written
from lotbook.domain.values.instants import SECOND, to_text

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from lotbook.adapters.thin.connection import HttpReply
    from lotbook.adapters.thin.credentials import Credentials
    from lotbook.ports.shop import Clock

VERSION = "DynamoDB_20120810"
CONTENT_TYPE = "application/x-amz-json-1.0"
EXPIRED = "ExpiredTokenException"
TOKEN, TOKEN_BYTES = "ClientRequestToken", 16
# Each is asked before a call of any client, and may raise ServiceRefused: the local run holds functions to the template's permissions.
BEFORE_A_CALL: list[Callable[[str, Mapping[str, Any]], None]] = []


class Client:
    """One endpoint, one set of credentials, one pool."""

    def __init__(self, place: Place, whose: Credentials, pool: Pool, *, tries: int, clock: Clock | None = None) -> None:
        self.place = place
        self._authority = place.target.authority
        self.pool = pool
        self.tokens = Tokens()
        self.tries = tries
        self.tells_throttles = False  # whether what is too much for the service is told at once instead of tried again
        self._whose = whose
        self._scope = Scope(place.region, SERVICE)
        self._stamp = 0, ""  # the last second, and how it is written: most calls come in the same one
        self._clock = clock or SystemClock()

    def batch_get_item(self, **request: Any) -> dict[str, Any]:
        """BatchGetItem."""
        return self._call("BatchGetItem", request)

    def batch_write_item(self, **request: Any) -> dict[str, Any]:
        """BatchWriteItem. What the service leaves is in the answer's `UnprocessedItems`, and not sent again in here."""
        return self._call("BatchWriteItem", request)

    def delete_item(self, **request: Any) -> dict[str, Any]:
        """DeleteItem."""
        return self._call("DeleteItem", request)

    def get_item(self, **request: Any) -> dict[str, Any]:
        """GetItem."""
        return self._call("GetItem", request)

    def put_item(self, **request: Any) -> dict[str, Any]:
        """PutItem."""
        return self._call("PutItem", request)

    def query(self, **request: Any) -> dict[str, Any]:
        """Query."""
        return self._call("Query", request)

    def transact_get_items(self, **request: Any) -> dict[str, Any]:
        """TransactGetItems."""
        return self._call("TransactGetItems", request)

    def transact_write_items(self, **request: Any) -> dict[str, Any]:
        """TransactWriteItems. All tries have one token, so one that comes again after it was done is done once."""
        return self._call("TransactWriteItems", {TOKEN: SystemEntropy().read(TOKEN_BYTES).hex()} | request)

    def update_item(self, **request: Any) -> dict[str, Any]:
        """UpdateItem."""
        return self._call("UpdateItem", request)

    def _call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Raises ServiceRefused, or NoAnswer, once there is no try left or none that can help."""
        for ask in BEFORE_A_CALL:
            ask(operation, request)
        body = written(request)
        retries = Retries(self.tokens, self.tries, self.tells_throttles)
        for number in range(self.tries):
            try:
                found = told(self._exchange(operation, body), operation)
            except (NoAnswer, ServiceRefused) as fault:
                seconds = self._pause_after(fault, retries)
                if seconds is None:
                    raise
                pause(seconds)
            else:
                retries.succeeded()
                found["ResponseMetadata"]["RetryAttempts"] = number
                return found
        raise NoAnswer("There is no try left.")

    def _pause_after(self, fault: NoAnswer | ServiceRefused, retries: Retries) -> float | None:
        if isinstance(fault, Unheard) and retries.at_once():
            self.pool.drop()  # the others have waited longer
            return 0
        if isinstance(fault, ServiceRefused) and fault.code == EXPIRED and self._whose.forget() and retries.at_once():
            return 0
        return retries.pause(fault)

    def _exchange(self, operation: str, body: bytes) -> HttpReply:
        request = self._request(operation, body)
        connection = self.pool.take()
        try:
            return connection.exchange(request)
        finally:
            self.pool.give_back(connection)

    def _request(self, operation: str, body: bytes) -> bytes:
        keys = self._whose.keys()
        headers = {
            "content-type": CONTENT_TYPE,
            "host": self._authority,
            "x-amz-date": self._date(),
        }
        if keys.token is not None:
            headers["x-amz-security-token"] = keys.token
        headers["x-amz-target"] = f"{VERSION}.{operation}"
        proof = authorization(keys, self._scope, headers, body)
        lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
        rest = f"authorization: {proof}\r\naccept-encoding: identity\r\ncontent-length: {len(body)}\r\n\r\n"
        return f"POST / HTTP/1.1\r\n{lines}{rest}".encode() + body

    def _date(self) -> str:
        second, text = self._stamp
        now = self._clock.now() // SECOND
        if now != second:
            text = stamp(now * SECOND)
            self._stamp = now, text
        return text


def of(
    environment: Mapping[str, str], limits: Limits, *, tries: int, clock: Clock | None = None, roots: str | None = None
) -> Client:
    """The client that AWS's own variables describe. Raises NotUnderstood."""
    place, wall = Place.read(environment), clock or SystemClock()

    def trust() -> ssl.SSLContext:
        from lotbook.adapters.thin import trust  # not where an engine speaks plain HTTP

        return trust.context(roots or environment.get("AWS_CA_BUNDLE") or None)

    pool = Pool(place.target, limits, wall, trust)
    return Client(place, credentials.of(environment, wall, trust), pool, tries=tries, clock=wall)


def stamp(at: int) -> str:
    """Such as 20150830T123600Z."""
    return to_text(at).replace("-", "").replace(":", "")
