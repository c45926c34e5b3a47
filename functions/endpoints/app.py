"""Endpoints of the seller, to which events are sent: made, changed, rotated, taken away; deliveries listed and sent again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook import wiring, wiring_endpoints
from lotbook.api.answers import render_endpoints as render
from lotbook.api.http import paging
from lotbook.api.http.http import Answer, Request, dispatch
from lotbook.api.requests import endpoint_bodies as bodies
from lotbook.api.requests import filters
from lotbook.api.requests.reading import read
from lotbook.domain.endpoints.endpoint import Endpoint
from lotbook.domain.values.instants import SECOND
from lotbook.usecases.endpoints import manage


def create(request: Request) -> Answer:
    """`POST /v1/endpoints`."""
    asked = read(bodies.EndpointBody, request.json_object())
    wanted = manage.NewEndpoint(asked.url, tuple(asked.types), asked.email)
    return _with_secret(request, 201, *manage.create(wanted, desk=wiring_endpoints.endpoint_desk()))


def list_all(_request: Request) -> Answer:
    """`GET /v1/endpoints`."""
    desk = wiring_endpoints.endpoint_desk()
    return Answer(200, {"endpoints": [render.endpoint(each, desk.clock.now()) for each in desk.endpoints.list()]})


def show(request: Request) -> Answer:
    """`GET /v1/endpoints/{endpoint_id}`."""
    return _shown(manage.read(_id(request), desk=wiring_endpoints.endpoint_desk()))


def change(request: Request) -> Answer:
    """`PATCH /v1/endpoints/{endpoint_id}`."""
    asked = read(bodies.EndpointPatchBody, request.json_object())
    wanted = manage.EndpointChange(
        url=asked.url,
        types=None if asked.types is None else tuple(asked.types),
        state=asked.state,
        email=asked.email,
        sets_email="email" in asked.model_fields_set,
    )
    return _shown(manage.change(_id(request), wanted, desk=wiring_endpoints.endpoint_desk()))


def remove(request: Request) -> Answer:
    """`DELETE /v1/endpoints/{endpoint_id}`."""
    request.no_body()
    endpoint_id = _id(request)
    manage.remove(endpoint_id, desk=wiring_endpoints.endpoint_desk())
    return Answer(200, {"endpoint_id": endpoint_id, "deleted": True})


def rotate(request: Request) -> Answer:
    """`POST .../rotate`."""
    asked = read(bodies.RotateBody, request.json_object_or_none())
    overlap = asked.overlap_seconds * SECOND
    return _with_secret(request, 200, *manage.rotate(_id(request), overlap, desk=wiring_endpoints.endpoint_desk()))


def list_deliveries(request: Request) -> Answer:
    """`GET .../deliveries`."""
    listing = paging.Listing("deliveries", request.path, request.query, wiring.cursor_key)
    limit, state = paging.limit_of(request.query), filters.delivery_state_of(request.query)
    desk = wiring_endpoints.endpoint_desk()
    found, after = manage.list_deliveries(_id(request), state, limit, listing.start(), desk=desk)
    return Answer(200, render.deliveries(found, listing.cursor(after)))


def send_again(request: Request) -> Answer:
    """`POST .../deliveries/{delivery_id}/again`."""
    request.no_body()
    delivery_id = request.path["delivery_id"]
    again = manage.send_again(_id(request), delivery_id, desk=wiring_endpoints.endpoint_desk())
    return Answer(202, render.delivery(again))


def _id(request: Request) -> str:
    """What cannot be an id is one that does not exist; its log line names it all the same."""
    endpoint_id = request.path["endpoint_id"]
    request.noted["endpoint_id"] = endpoint_id
    return endpoint_id


def _shown(found: Endpoint) -> Answer:
    return Answer(200, render.endpoint(found, wiring.clock().now()))


def _with_secret(request: Request, status: int, found: Endpoint, secret: str) -> Answer:
    request.noted["endpoint_id"] = found.endpoint_id
    return Answer(status, render.with_secret(found, secret, wiring.clock().now()))


ROUTES = {
    "POST /v1/endpoints": create,
    "GET /v1/endpoints": list_all,
    "GET /v1/endpoints/{endpoint_id}": show,
    "PATCH /v1/endpoints/{endpoint_id}": change,
    "DELETE /v1/endpoints/{endpoint_id}": remove,
    "POST /v1/endpoints/{endpoint_id}/rotate": rotate,
    "GET /v1/endpoints/{endpoint_id}/deliveries": list_deliveries,
    "POST /v1/endpoints/{endpoint_id}/deliveries/{delivery_id}/again": send_again,
}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return dispatch(ROUTES, event, context, wiring.standing)
