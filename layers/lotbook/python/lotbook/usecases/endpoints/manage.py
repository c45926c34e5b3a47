"""Endpoints as the seller's back end keeps them: made, changed, rotated, taken away; their deliveries listed and sent again."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeVar

from lotbook.domain.endpoints import addresses, deliveries, signing
from lotbook.domain.endpoints import endpoint as endpoints
from lotbook.domain.endpoints.refusals import (
    DeliveryNotFound,
    EndpointNotFound,
    EndpointSwitchedOff,
    TooManyEndpoints,
    TooManySecrets,
)
from lotbook.domain.values import ids, instants
from lotbook.domain.values.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lotbook.domain.endpoints.deliveries import Delivery, DeliveryState
    from lotbook.domain.endpoints.endpoint import Endpoint, State
    from lotbook.ports.endpoints import DeliveryQueue, DeliveryStore, EndpointStore, Names
    from lotbook.ports.shop import Clock, Entropy

SAVE_ATTEMPTS = 4  # lost races: each means that somebody else changed it meanwhile
PAGE = 100  # deliveries that one read of a filtered list looks at
MAX_PAGES = 10

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointDesk:
    """The ports of keeping endpoints. `loopback`: this machine may be called, as in the local run."""

    endpoints: EndpointStore
    deliveries: DeliveryStore
    queue: DeliveryQueue
    names: Names
    clock: Clock
    entropy: Entropy
    loopback: bool


@dataclass(frozen=True, slots=True)
class NewEndpoint:
    """What is asked for. `email`: who is told when it switches itself off."""

    url: str
    types: tuple[str, ...]
    email: str | None = None


@dataclass(frozen=True, slots=True)
class EndpointChange:
    """What is to be changed; None stays, and so does the e-mail address unless `sets_email`."""

    url: str | None = None
    types: tuple[str, ...] | None = None
    state: State | None = None
    email: str | None = None
    sets_email: bool = False


def create(asked: NewEndpoint, *, desk: EndpointDesk) -> tuple[Endpoint, str]:
    """A new endpoint and its secret, which nobody can read again. Raises InvalidRequest, TooManyEndpoints, Conflict."""
    check_url(asked.url, desk=desk)
    types = endpoints.checked_types(asked.types)
    if len(desk.endpoints.list()) >= endpoints.MAX_ENDPOINTS:
        raise TooManyEndpoints(max=endpoints.MAX_ENDPOINTS)
    now = desk.clock.now()
    endpoint_id = ids.at_time("end", now, desk.entropy.read(ids.ENTROPY_BYTES))
    made = endpoints.Endpoint(endpoint_id, asked.url, types, now, asked.email)
    secret = signing.new_secret(desk.entropy.read(signing.SECRET_BYTES))
    desk.endpoints.create(made, secret)
    return made, secret


def check_url(url: str, *, desk: EndpointDesk) -> None:
    """Raises InvalidRequest for an address that may not be called. A name without an address is no refusal: it may come later,
    and each delivery looks again."""
    target = addresses.target_of(url, loopback=desk.loopback)
    numbers = desk.names.numbers(target.host, target.port)
    if numbers and not addresses.may_be_called(target, numbers):
        raise addresses.refused_numbers()


def read(endpoint_id: str, *, desk: EndpointDesk) -> Endpoint:
    """Raises EndpointNotFound."""
    found = desk.endpoints.get(endpoint_id)
    if found is None:
        raise EndpointNotFound
    return found


def change(endpoint_id: str, asked: EndpointChange, *, desk: EndpointDesk) -> Endpoint:
    """Raises EndpointNotFound, InvalidRequest, Conflict."""
    if asked.url is not None:
        check_url(asked.url, desk=desk)
    types = None if asked.types is None else endpoints.checked_types(asked.types)

    def changed() -> Endpoint:
        before = read(endpoint_id, desk=desk)
        after = replace(
            before,
            url=before.url if asked.url is None else asked.url,
            types=before.types if types is None else types,
            email=asked.email if asked.sets_email else before.email,
        )
        if asked.state is not None:
            after = endpoints.switched(after, asked.state, desk.clock.now())
        return before if after == before else desk.endpoints.save(after)

    return saved(changed)


def remove(endpoint_id: str, *, desk: EndpointDesk) -> None:
    """What is under way to it ends. Raises EndpointNotFound, Conflict."""
    read(endpoint_id, desk=desk)
    saved(lambda: desk.endpoints.delete(endpoint_id))


def rotate(endpoint_id: str, overlap: int, *, desk: EndpointDesk) -> tuple[Endpoint, str]:
    """Another secret; those before sign for `overlap` milliseconds at most, not at all with 0.

    Raises EndpointNotFound, TooManySecrets, Conflict.
    """
    secret = signing.new_secret(desk.entropy.read(signing.SECRET_BYTES))

    def rotated() -> Endpoint:
        now, before = desk.clock.now(), read(endpoint_id, desk=desk)
        valid = tuple(end for end in before.secret_ends if end > now) if overlap else ()
        if len(valid) >= signing.MAX_SECRETS - 1:
            raise TooManySecrets(first_ends_at=instants.to_text(min(valid)))
        ends = (now + overlap, *valid) if overlap else ()
        return desk.endpoints.rotate(replace(before, secret_ends=ends), secret)

    return saved(rotated), secret


def list_deliveries(
    endpoint_id: str, state: DeliveryState | None, limit: int, after: str | None, *, desk: EndpointDesk
) -> tuple[Sequence[Delivery], str | None]:
    """At most `limit` of that state, newest first, and where to go on (None at the end). A page may be short and not the last.

    Raises EndpointNotFound.
    """
    read(endpoint_id, desk=desk)
    shown: list[Delivery] = []
    for _ in range(MAX_PAGES):
        page, more = desk.deliveries.page(endpoint_id, after, limit if state is None else PAGE)
        for place, each in enumerate(page):
            if state in (None, each.state):
                shown.append(each)
            after = each.delivery_id
            if len(shown) == limit:
                return shown, after if more or place + 1 < len(page) else None
        if not more:
            return shown, None
    return shown, after


def send_again(endpoint_id: str, delivery_id: str, *, desk: EndpointDesk) -> Delivery:
    """Once more, under the same `webhook-id`. Raises EndpointNotFound, EndpointSwitchedOff, DeliveryNotFound, Conflict."""
    endpoint = read(endpoint_id, desk=desk)
    if not endpoint.is_on:
        raise EndpointSwitchedOff(disabled_reason=endpoint.disabled_reason)

    def asked() -> Delivery:
        found = desk.deliveries.get(endpoint_id, delivery_id)
        if found is None:
            raise DeliveryNotFound
        return desk.deliveries.save(deliveries.asked_again(found, desk.clock.now()))

    again = saved(asked)
    desk.queue.ask(endpoint_id, delivery_id)
    return again


def saved(change: Callable[[], Kept]) -> Kept:
    """What a read and a write over it come to, begun anew while others are faster. Raises Conflict, and what `change` raises."""
    for _ in range(SAVE_ATTEMPTS - 1):
        try:
            return change()
        except Conflict:
            continue
    return change()
