"""The billing page: links into it for a back end, and its pages for a person. Each page calls what the API calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook import wiring, wiring_portal
from lotbook.api.http.http import Answer, Request, dispatch
from lotbook.api.portal.routes import PAGES, ROOT
from lotbook.api.requests import schemas
from lotbook.domain.values.instants import to_text
from lotbook.usecases.portal import sessions


def invite(request: Request) -> Answer:
    """`POST .../portal-sessions`."""
    asked = schemas.read(schemas.PortalSessionBody, request.json_object())
    visitor = asked.to_visitor(request.account_id, request.caller.actor)
    made = sessions.make_link(visitor, desk=wiring_portal.pass_desk())
    base = wiring_portal.brand().url or f"https://{request.host}"
    url = f"{base}{ROOT}/enter?code={made.token.text}"
    return Answer(201, {"url": url, "expires_at": to_text(made.granted.expires_at)})


def revoke(request: Request) -> Answer:
    """`POST .../portal-sessions/revoke`."""
    request.no_body()
    sessions.revoke(request.account_id, desk=wiring_portal.pass_desk())
    return Answer(200, {"account_id": request.account_id})


ROUTES = {
    "POST /v1/accounts/{account_id}/portal-sessions": invite,
    "POST /v1/accounts/{account_id}/portal-sessions/revoke": revoke,
}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call of the API, or show one page."""
    if event["routeKey"] not in PAGES:
        return dispatch(ROUTES, event, context, wiring.standing)
    from lotbook.api.portal.door import Keeper, answer
    from lotbook.portal.pages import SHOWN

    desk = wiring_portal.pass_desk()
    keeper = Keeper(
        wiring_portal.brand(),
        lambda code: sessions.open_link(code, desk=desk),
        lambda token: sessions.read_session(token, desk=desk),
    )
    return answer(SHOWN, event, context, keeper)
