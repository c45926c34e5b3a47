"""What is sent again, when, and how often: as botocore's standard mode does it (`tests/contracts/thin` holds the two together).

A client has one bucket of tokens: where much fails, little is sent again, and a service that is down is left alone.
"""

from __future__ import annotations

from threading import Lock

from lotbook.adapters.refusals import NoAnswer, ServiceRefused
from lotbook.adapters.system import jitter

TOKENS = 500
OF_A_FAULT, OF_A_THROTTLE, OF_A_SUCCESS = 14, 5, 1
THROTTLE_SECONDS, FAULT_SECONDS = 1, 0.025  # the most before the second try; each later pause may be twice as long
MAX_ASKED_SECONDS = 1  # how much longer the service may ask us to wait: a function has some seconds in all
RETRY_AFTER = "x-amz-retry-after"  # milliseconds
MILLISECONDS = 1_000
TOO_MANY = 429
SERVER_FAULTS = frozenset({500, 502, 503, 504})
THROTTLES = frozenset(
    {
        "BandwidthLimitExceeded",
        "LimitExceededException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)
FAULTS = frozenset({"ReplicatedWriteConflictException", "RequestTimeout", "RequestTimeoutException"})


class Tokens:
    """The bucket. Safe under threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self.left = TOKENS

    def take(self, count: int) -> bool:
        """Whether there were as many."""
        with self._lock:
            if count > self.left:
                return False
            self.left -= count
            return True

    def put_back(self, count: int) -> None:
        """Never more than TOKENS."""
        if self.left == TOKENS:
            return
        with self._lock:
            self.left = min(TOKENS, self.left + count)


class Retries:
    """Of one call."""

    def __init__(self, tokens: Tokens, tries: int, tells_throttles: bool = False) -> None:
        """`tries` with the first one; `tells_throttles`: what was too much for the service is not sent again at all."""
        self._tokens, self._left, self._tells_throttles = tokens, tries - 1, tells_throttles
        self._taken = 0
        self._number = 0

    def pause(self, fault: NoAnswer | ServiceRefused) -> float | None:
        """Seconds before the next try; None where there is none."""
        if self._left <= 0 or not is_passing(fault) or (self._tells_throttles and is_throttle(fault)):
            return None
        price = OF_A_THROTTLE if is_throttle(fault) else OF_A_FAULT
        if not self._tokens.take(price):
            return None
        self._left -= 1
        self._taken = price
        least = THROTTLE_SECONDS if is_throttle(fault) else FAULT_SECONDS
        pause: float = jitter() * least * 2**self._number
        self._number += 1
        return max(pause, min(_asked_seconds(fault), pause + MAX_ASKED_SECONDS))

    def at_once(self) -> bool:
        """Whether there is another try for what costs no token and no pause: nobody has failed at it."""
        if self._left <= 0:
            return False
        self._left -= 1
        return True

    def succeeded(self) -> None:
        """What the last try has cost comes back, or one token."""
        self._tokens.put_back(self._taken or OF_A_SUCCESS)


def is_throttle(fault: NoAnswer | ServiceRefused) -> bool:
    """Whether it was too much for the service."""
    if isinstance(fault, NoAnswer):
        return False
    return fault.code in THROTTLES or _status(fault) == TOO_MANY


def is_passing(fault: NoAnswer | ServiceRefused) -> bool:
    """Whether sending it again can help."""
    if isinstance(fault, NoAnswer):
        return True
    return is_throttle(fault) or fault.code in FAULTS or _status(fault) in SERVER_FAULTS


def _status(refused: ServiceRefused) -> int:
    return int(refused.response["ResponseMetadata"]["HTTPStatusCode"])


def _asked_seconds(fault: NoAnswer | ServiceRefused) -> float:
    if isinstance(fault, NoAnswer):
        return 0
    asked = fault.response["ResponseMetadata"]["HTTPHeaders"].get(RETRY_AFTER, "")
    return int(asked) / MILLISECONDS if asked.isascii() and asked.isdigit() else 0
