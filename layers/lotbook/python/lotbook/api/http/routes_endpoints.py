"""The calls about endpoints of the seller. A part of `routes.CONTRACT`."""

from __future__ import annotations

from lotbook.api.http.route import CALL, ENDPOINT, Route

ENDPOINT_ROUTES: dict[str, Route] = {
    "POST /v1/endpoints": Route(
        "Make an endpoint, to which events are sent as signed calls; its secret is shown here and never again",
        "endpoints",
        {201: "NewEndpoint"},
        scopes=CALL,
        body="EndpointBody",
        codes=("too_many_endpoints", "conflict"),
    ),
    "GET /v1/endpoints": Route("All endpoints, the oldest first", "endpoints", {200: "Endpoints"}, scopes=CALL),
    f"GET {ENDPOINT}": Route(
        "Read an endpoint", "endpoints", {200: "Endpoint"}, scopes=CALL, codes=("endpoint_not_found",)
    ),
    f"PATCH {ENDPOINT}": Route(
        "Change an endpoint, or switch it off or on",
        "endpoints",
        {200: "Endpoint"},
        scopes=CALL,
        body="EndpointPatchBody",
        codes=("endpoint_not_found", "conflict"),
    ),
    f"DELETE {ENDPOINT}": Route(
        "Take an endpoint away; what is still to be sent to it is not",
        "endpoints",
        {200: "EndpointDeleted"},
        scopes=CALL,
        codes=("endpoint_not_found", "conflict"),
    ),
    f"POST {ENDPOINT}/rotate": Route(
        "Make another secret of an endpoint; those before go on signing for a day",
        "endpoints",
        {200: "NewEndpoint"},
        scopes=CALL,
        body="RotateBody",
        body_optional=True,
        codes=("endpoint_not_found", "too_many_secrets", "conflict"),
    ),
    f"GET {ENDPOINT}/deliveries": Route(
        "What was sent to an endpoint and what is to be, newest event first",
        "endpoints",
        {200: "EndpointDeliveries"},
        scopes=CALL,
        query=("state", "limit", "cursor"),
        codes=("endpoint_not_found",),
    ),
    f"POST {ENDPOINT}/deliveries/{{delivery_id}}/again": Route(
        "Send an event to an endpoint once more, under the same webhook-id",
        "endpoints",
        {202: "EndpointDelivery"},
        scopes=CALL,
        codes=("endpoint_not_found", "delivery_not_found", "endpoint_switched_off", "conflict"),
    ),
}
