"""Whose name a request is signed with: Lambda's own variables, or, where SnapStart takes those away, the address that gives some.

Profiles, roles to be assumed and machines' metadata are the SDK's business (`TABLE_CLIENT=botocore`).
"""

from __future__ import annotations

import json
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from lotbook.adapters.refusals import NoAnswer
from lotbook.adapters.thin.connection import Connection, Limits
from lotbook.adapters.thin.signature import Keys
from lotbook.adapters.thin.target import NotUnderstood, Target
from lotbook.domain.values.instants import MINUTE, from_text

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable, Mapping

    from lotbook.ports.shop import Clock

ADDRESS, PASSWORD = "AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"
# By plain HTTP only this machine is asked, and the addresses of AWS's own agents beside it.
NEAR = frozenset({"127.0.0.1", "[::1]", "localhost", "169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"})
RENEWED_BEFORE = 5 * MINUTE  # while there are some left, a fetch that fails is tried again by the next call
LIMITS, TRIES, OK = Limits(connect=1, read=2), 3, 200


class Credentials(Protocol):
    """Where keys come from."""

    def keys(self) -> Keys:
        """Such as are good now. Raises NoAnswer."""
        ...

    def forget(self) -> bool:
        """They were said to be expired. Whether others may come."""
        ...


class OfEnvironment:
    """Lambda's variables: good as long as the environment lives."""

    def __init__(self, keys: Keys) -> None:
        self._keys = keys

    def keys(self) -> Keys:
        """The same each time."""
        return self._keys

    def forget(self) -> bool:
        """There are no others."""
        return False


class OfContainer:
    """Fetched, and renewed before they end. Safe under threads: one fetches, the others go on with what there is."""

    def __init__(
        self, target: Target, password: str | None, clock: Clock, trust: Callable[[], ssl.SSLContext] | None = None
    ) -> None:
        self._target, self._password, self._clock, self._trust = target, password, clock, trust
        self._lock = Lock()
        self._kept: tuple[Keys, int] | None = (
            None  # and when they end: by the wall clock, so a snapshot's are seen to be old
        )

    def keys(self) -> Keys:
        """Raises NoAnswer while there are none."""
        kept, now = self._kept, self._clock.now()
        if kept is not None and now < kept[1] - RENEWED_BEFORE:
            return kept[0]
        is_good = kept is not None and now < kept[1]
        if not self._lock.acquire(blocking=not is_good):
            return kept[0] if kept is not None else self.keys()
        try:
            if self._kept is kept:  # nobody was faster
                self._renew(is_good)
            kept = self._kept
        finally:
            self._lock.release()
        if kept is None:
            raise NoAnswer("No credentials were given.")
        return kept[0]

    def forget(self) -> bool:
        """The next call fetches."""
        with self._lock:
            self._kept = None
        return True

    def _renew(self, is_good: bool) -> None:
        try:
            self._kept = self._fetched()
        except NoAnswer:
            if not is_good:
                raise

    def _fetched(self) -> tuple[Keys, int]:
        for number in range(1, TRIES + 1):
            try:
                return self._asked()
            except NoAnswer:
                if number == TRIES:
                    raise
        raise NoAnswer("No credentials were given.")

    def _asked(self) -> tuple[Keys, int]:
        lines = [f"GET {self._target.path} HTTP/1.1", f"Host: {self._target.authority}", "Connection: close"]
        if self._password:
            lines.append(f"Authorization: {self._password}")
        secured = self._trust() if self._trust is not None and self._target.scheme == "https" else None
        connection = Connection(self._target, LIMITS, secured)
        try:
            reply = connection.exchange("\r\n".join([*lines, "", ""]).encode())
        finally:
            connection.close()
        if reply.status != OK:
            raise NoAnswer(f"No credentials were given: HTTP status {reply.status}.")
        try:
            found = json.loads(reply.body)
            return Keys(found["AccessKeyId"], found["SecretAccessKey"], found["Token"]), from_text(found["Expiration"])
        except (ValueError, KeyError, TypeError):
            raise NoAnswer("What was given are no credentials.") from None


def of(environment: Mapping[str, str], clock: Clock, trust: Callable[[], ssl.SSLContext]) -> Credentials:
    """Raises NotUnderstood where there are none."""
    access, secret = environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY")
    if access and secret:
        return OfEnvironment(Keys(access, secret, environment.get("AWS_SESSION_TOKEN") or None))
    if ADDRESS not in environment:
        raise NotUnderstood(
            "There are no AWS credentials in the environment: for a profile or a role set TABLE_CLIENT to botocore."
        )
    target, password = Target.read(environment[ADDRESS]), environment.get(PASSWORD)
    if target.scheme == "http" and target.host not in NEAR:
        raise NotUnderstood(f"{ADDRESS} names {target.host}: by plain HTTP credentials come from this machine only.")
    if password and not password.isprintable():
        raise NotUnderstood(f"{PASSWORD} is no header's value.")
    return OfContainer(target, password, clock, trust)
