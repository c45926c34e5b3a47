"""Send one delivery: lease it, call, write what the endpoint's health and the delivery have come to.

A worker that dies at any point loses nothing: before the lease the message comes again, after it the schedule finds the delivery
when the lease is over, and the endpoint may hear of the same `webhook-id` twice. Health is written before the result: a try
whose result is lost is made again, one whose failure was not counted would let a dead endpoint stay on.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from lotbook.domain.endpoints import addresses, deliveries, signing
from lotbook.domain.endpoints import endpoint as endpoints
from lotbook.domain.endpoints.deliveries import LEASE, Reply
from lotbook.domain.values.errors import Conflict, InvalidRequest, Unavailable
from lotbook.domain.values.instants import SECOND
from lotbook.usecases.alarms import alarm
from lotbook.usecases.endpoints.manage import saved

if TYPE_CHECKING:
    from lotbook.domain.endpoints.deliveries import Delivery
    from lotbook.domain.endpoints.endpoint import Endpoint
    from lotbook.ports.endpoints import (
        Courier,
        DeliveryQueue,
        DeliveryStore,
        Dice,
        EndpointSecrets,
        EndpointStore,
        Lanes,
    )
    from lotbook.ports.news import EventBus
    from lotbook.ports.shop import Clock

LANES = 4  # calls to one endpoint at once
LANES_TRIED = 2  # by one message: the more are tried, the more an endpoint that hangs costs
BUSY_PAUSE = 15 * SECOND  # until a message that found no lane comes again
CONTENT_TYPE, USER_AGENT = "application/json", "Lotbook-Webhooks/1"

Outcome = Literal["sent", "failed", "nothing", "busy"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayDesk:
    """The ports of sending. `loopback`: this machine may be called, as in the local run."""

    endpoints: EndpointStore
    secrets: EndpointSecrets
    deliveries: DeliveryStore
    lanes: Lanes
    queue: DeliveryQueue
    caller: Courier
    bus: EventBus
    clock: Clock
    dice: Dice
    loopback: bool


def relay(endpoint_id: str, delivery_id: str, *, desk: RelayDesk) -> Outcome:
    """Send it if it is due. Raises Unavailable: then the message is to come again."""
    delivery = desk.deliveries.get(endpoint_id, delivery_id)
    if delivery is None or not delivery.is_due(desk.clock.now()):
        return "nothing"
    endpoint = desk.endpoints.get(endpoint_id)
    if endpoint is None or not endpoint.is_on:
        return _end(deliveries.given_up(delivery, "endpoint_disabled" if endpoint else "endpoint_deleted"), desk)
    if delivery.is_worn_out:
        return _end(deliveries.worn_out(delivery), desk)
    return _in_a_lane(endpoint, delivery, desk)


def _end(ended: Delivery, desk: RelayDesk) -> Outcome:
    with suppress(Conflict):  # somebody asked for it again meanwhile, or another message was faster
        desk.deliveries.save(ended)
    return "nothing"


def _in_a_lane(endpoint: Endpoint, delivery: Delivery, desk: RelayDesk) -> Outcome:
    """Where all lanes are taken, the message comes again later: an endpoint that hangs holds up nobody but itself."""
    now = desk.clock.now()
    until = now + LEASE
    first = desk.dice.throw(LANES)
    for lane in ((first + step) % LANES for step in range(LANES_TRIED)):
        if desk.lanes.take(endpoint.endpoint_id, lane, now, until):
            try:
                return _leased(endpoint, delivery, desk)
            finally:
                desk.lanes.leave(endpoint.endpoint_id, lane, until)
    desk.queue.ask(endpoint.endpoint_id, delivery.delivery_id, BUSY_PAUSE)
    return "busy"


def _leased(endpoint: Endpoint, delivery: Delivery, desk: RelayDesk) -> Outcome:
    try:
        held = desk.deliveries.save(deliveries.leased(delivery, desk.clock.now()))
    except Conflict:  # another message of the same delivery has it
        return "nothing"
    reply = _call(endpoint, held, desk)
    if not reply.is_good or endpoint.failing_since is not None:  # one that answers as ever costs no write
        _note_health(endpoint.endpoint_id, reply, desk)
    _note_result(held, reply, desk)
    return "sent" if reply.is_good else "failed"


def _call(endpoint: Endpoint, delivery: Delivery, desk: RelayDesk) -> Reply:
    try:
        target = addresses.target_of(endpoint.url, loopback=desk.loopback)
    except InvalidRequest:  # what may be called has become less since it was made
        return Reply("not_public")
    now, body = desk.clock.now(), delivery.body.encode()
    secrets = signing.valid(desk.secrets.read(endpoint.endpoint_id), now)
    signed = signing.headers(delivery.event_id, now, body, secrets)
    return desk.caller.post(target, {"content-type": CONTENT_TYPE, "user-agent": USER_AGENT, **signed}, body)


def _note_result(held: Delivery, reply: Reply, desk: RelayDesk) -> None:
    """A delivery that somebody asked for again meanwhile is sent again: its own write has won."""
    now = desk.clock.now()
    after = deliveries.after_reply(held, reply, now, desk.dice.throw(100))
    with suppress(Conflict):
        desk.deliveries.save(after)
    wait = after.wait(now)
    if wait is not None:
        desk.queue.ask(after.endpoint_id, after.delivery_id, wait)


def _note_health(endpoint_id: str, reply: Reply, desk: RelayDesk) -> None:
    """Since when it fails, and whether that is too long. Who hears of it is told before it is so: said again it is the same.

    Raises Unavailable, also where others are always faster.
    """

    def noted() -> Endpoint | None:
        before = desk.endpoints.get(endpoint_id)
        if before is None:
            return None
        now = desk.clock.now()
        after = (
            endpoints.after_success(before)
            if reply.is_good
            else endpoints.after_failure(before, now, is_gone=reply.result == "gone")
        )
        if after == before:
            return None
        if before.is_on and not after.is_on:
            desk.bus.publish([endpoints.told(after, now)])
        return desk.endpoints.save(after)

    try:
        changed = saved(noted)
    except Conflict as lost:
        raise Unavailable("Others are faster.") from lost
    if changed is not None and not changed.is_on and changed.disabled_reason != "by_hand":
        alarm("endpoint_disabled", endpoint_id=endpoint_id, reason=changed.disabled_reason)
