"""What calls to sellers' endpoints need from outside. Every method of a store raises Unavailable when it does not answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lotbook.domain.endpoints.addresses import EndpointTarget
    from lotbook.domain.endpoints.deliveries import Delivery, Reply
    from lotbook.domain.endpoints.endpoint import Endpoint
    from lotbook.domain.endpoints.signing import Secret


class EndpointStore(Protocol):
    """Endpoints. Reads are strongly consistent. Secrets are written with them, and read by none of these."""

    def list(self) -> list[Endpoint]:
        """All of them, the oldest first."""
        ...

    def get(self, endpoint_id: str) -> Endpoint | None:
        """One of them."""
        ...

    def create(self, endpoint: Endpoint, secret: str) -> None:
        """Write a new one and its secret together. Raises Conflict where the id is taken, or a lost answer has made it."""
        ...

    def save(self, endpoint: Endpoint) -> Endpoint:
        """Write it over the version that was read; answers it with the next. Raises Conflict when somebody was faster."""
        ...

    def rotate(self, endpoint: Endpoint, secret: str) -> Endpoint:
        """Save it with another secret in one write: the secret before ends at the first of `endpoint.secret_ends`, at once
        where there is none. Raises Conflict."""
        ...

    def delete(self, endpoint_id: str) -> None:
        """Take it away with its secrets; nothing where it is gone. Raises Conflict when somebody writes it now."""
        ...


class EndpointSecrets(Protocol):
    """The secrets that sign. Only the relay reads them."""

    def read(self, endpoint_id: str) -> Sequence[Secret]:
        """Those of an endpoint, the newest first; none where it is gone. Strongly consistent."""
        ...


class DeliveryStore(Protocol):
    """Deliveries by endpoint; ids sort by the event's time. Reads are strongly consistent."""

    def create(self, delivery: Delivery) -> bool:
        """Write it unless it is there; whether it was written."""
        ...

    def get(self, endpoint_id: str, delivery_id: str) -> Delivery | None:
        """One of them."""
        ...

    def save(self, delivery: Delivery) -> Delivery:
        """Write it over the version that was read; answers it with the next. Raises Conflict when somebody was faster."""
        ...

    def page(self, endpoint_id: str, after: str | None, limit: int) -> tuple[Sequence[Delivery], bool]:
        """At most `limit` from behind the delivery `after`, newest first, and whether there are more."""
        ...


class Lanes(Protocol):
    """How many calls to one endpoint are under way at once: as many as it has lanes."""

    def take(self, endpoint_id: str, lane: int, now: int, until: int) -> bool:
        """The lane is ours until then, unless somebody has it now."""
        ...

    def leave(self, endpoint_id: str, lane: int, until: int) -> None:
        """Give back the lane that was taken until then; nothing where it is somebody's by now."""
        ...


class DeliveryQueue(Protocol):
    """Which deliveries are to be sent now, or in a moment."""

    def ask(self, endpoint_id: str, delivery_id: str, wait: int = 0) -> None:
        """One message that is handed over after `wait` milliseconds, at least once. Raises Unavailable."""
        ...


class Names(Protocol):
    """DNS."""

    def numbers(self, host: str, port: int) -> Sequence[str]:
        """All numeric addresses of a name; none where it has none, or nobody answers in time."""
        ...


class Courier(Protocol):
    """Calls endpoints: only where every address of the name may be called, and at exactly one that was looked at."""

    def post(self, target: EndpointTarget, headers: Mapping[str, str], body: bytes) -> Reply:
        """One POST inside named bounds of time and size. Raises nothing: what went wrong is the reply's `result`."""
        ...


class Dice(Protocol):
    """Chance that is no secret."""

    def throw(self, sides: int) -> int:
        """0 to `sides` - 1."""
        ...
