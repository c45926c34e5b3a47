"""The billing page: links into it for a back end, and its pages for a person. Each page calls what the API calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lotbook import wiring, wiring_portal
from lotbook.api.http.http import Answer, Request, dispatch
from lotbook.api.portal.routes import PAGES, ROOT
from lotbook.api.requests import schemas
from lotbook.domain.values.instants import to_text
from lotbook.usecases.portal import sessions

if TYPE_CHECKING:
    from lotbook.api.portal.door import Show
    from lotbook.api.portal.replies import Reply
    from lotbook.api.portal.visits import Visit
    from lotbook.usecases.accounts.load_account import LoadedAccount


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


def overview(visit: Visit) -> Reply:
    """`GET /portal/`."""
    from lotbook.api.portal import overviews
    from lotbook.usecases.portal.overview import read_overview

    found = read_overview(_account(visit), desk=wiring.reading_desk(), purchases=wiring.purchases())
    return overviews.page(found, visit)


def leave(visit: Visit) -> Reply:
    """`POST /portal/leave`."""
    from lotbook.api.portal import sentences

    sessions.leave(visit.session, desk=wiring_portal.pass_desk())
    return sentences.signed_out(visit.session.granted.visitor.return_url)


def _account(visit: Visit) -> LoadedAccount:
    from lotbook.usecases.accounts.load_account import load_account

    ports = wiring.accounts(), wiring.policies(), wiring.clock()
    return load_account(visit.account_id, accounts=ports[0], policies=ports[1], clock=ports[2])


ROUTES = {
    "POST /v1/accounts/{account_id}/portal-sessions": invite,
    "POST /v1/accounts/{account_id}/portal-sessions/revoke": revoke,
}
SHOWN: dict[str, Show] = {
    f"GET {ROOT}/": overview,
    f"POST {ROOT}/leave": leave,
}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call of the API, or show one page."""
    if event["routeKey"] not in PAGES:
        return dispatch(ROUTES, event, context, wiring.standing)
    from lotbook.api.portal.door import Keeper, answer

    desk = wiring_portal.pass_desk()
    keeper = Keeper(
        wiring_portal.brand(),
        lambda code: sessions.open_link(code, desk=desk),
        lambda token: sessions.read_session(token, desk=desk),
    )
    return answer(SHOWN, event, context, keeper)
