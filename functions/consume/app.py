"""Burn credits: the hot path. Starts fast by importing little: no pydantic, no Stripe, no policies (decisions/0009).

A route beside consume imports its own use case when it is called first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from lotbook import wiring, wiring_automatic
from lotbook.api.answers import render
from lotbook.api.http import idempotency
from lotbook.api.http.http import Answer, Request, dispatch, once
from lotbook.api.requests import burning
from lotbook.domain.credits.requests import Burned, BurnRequest, Held, HoldRequest, ResolveHold
from lotbook.domain.values.light_dataclasses import replace
from lotbook.usecases.credits.consume import consume

if TYPE_CHECKING:
    from lotbook.domain.credits.batches import BurnedLines
    from lotbook.domain.credits.checked import Checked

Asked = TypeVar("Asked", BurnRequest, HoldRequest)


def burn(request: Request) -> Answer:
    """`POST /v1/accounts/{account_id}/consume`."""
    document, actor = request.json_object(), request.caller.actor

    def within(unit: str) -> Burned:
        asked = burning.consume_of(document, actor, unit)
        asked = asked if asked.usage is None else _rated(request, asked, document)
        return consume(request.account_id, request.key, asked, desk=wiring_automatic.burning_desk())

    result = wiring.units().within(request.account_id, burning.unit_of(document), within)
    return once(200, render.burned(result), replayed=result.replayed)


def _rated(request: Request, asked: Asked, document: dict[str, Any]) -> Asked:
    """With the credits that its usage costs; a burn by credits loads nothing of this."""
    from lotbook.wiring_rating import rater

    return rater().rated(request.account_id, asked, burning.unit_of(document), request.key)


def check_one(request: Request) -> Answer:
    """`POST /v1/accounts/{account_id}/check`."""
    from lotbook.api.answers.render_check import checked
    from lotbook.usecases.credits.check import check
    from lotbook.wiring_check import DryDesk

    document, actor = request.json_object(), request.caller.actor

    def within(unit: str) -> Checked:
        asked = burning.check_of(document, actor, unit)
        asked = asked if asked.usage is None else _rated(request, asked, document)
        return check(request.account_id, asked, begin=DryDesk)

    result = wiring.units().within(request.account_id, burning.unit_of(document), within)
    return Answer(200, checked(result))


def burn_batch(request: Request) -> Answer:
    """`POST /v1/accounts/{account_id}/consume/batch`: by the items' own keys, or under one key for all of them."""
    if idempotency.HEADER in request.headers:
        return _burn_lines(request)
    from lotbook.api.answers.render_batches import batch
    from lotbook.api.requests.burning_batches import batch_of
    from lotbook.usecases.credits.consume_batch import consume_batch

    account_id, units = request.account_id, wiring.units()
    items = batch_of(request.json_object(), request.caller.actor, lambda: units.first(account_id))
    if any(item.request.usage is not None for item in items):
        from lotbook.wiring_rating import rater

        items = rater().rated_items(account_id, items)
    result = consume_batch(
        account_id, items, desk=wiring_automatic.burning_desk(), first_unit=lambda: units.first(account_id)
    )
    told = units.described(account_id) if result.has_unknown_unit else None
    return Answer(200, batch(result, told))


def _burn_lines(request: Request) -> Answer:
    """A batch under one key: one burn."""
    from lotbook.api.answers.render_batches import burned_lines
    from lotbook.api.requests.burning_batches import lines_of
    from lotbook.domain.credits.batches import lines_of_request
    from lotbook.usecases.credits.consume_lines import consume_lines

    account_id, key = request.account_id, idempotency.key_of(request.headers)
    lines, named = lines_of(request.json_object(), request.caller.actor)

    def within(unit: str) -> BurnedLines:
        if any(line.usage is not None for line in lines):
            from lotbook.wiring_rating import rater

            asked = rater().rated_lines(account_id, key, lines)
        else:
            asked = lines_of_request([replace(line, unit=unit) for line in lines])
        return consume_lines(account_id, key, asked, desk=wiring_automatic.burning_desk())

    result = wiring.units().within(account_id, named, within)
    return once(200, burned_lines(result), replayed=result.burned.replayed)


def place_hold(request: Request) -> Answer:
    """`POST /v1/accounts/{account_id}/holds`."""
    from lotbook.usecases.credits.hold import hold

    document, actor = request.json_object(), request.caller.actor

    def within(unit: str) -> Held:
        asked = burning.hold_of(document, actor, unit)
        asked = asked if asked.usage is None else _rated(request, asked, document)
        return hold(request.account_id, request.key, asked, desk=wiring_automatic.burning_desk())

    result = wiring.units().within(request.account_id, burning.unit_of(document), within)
    return once(201, render.held(result), replayed=result.replayed)


def capture(request: Request) -> Answer:
    """`POST /v1/accounts/{account_id}/holds/{hold_id}/capture`."""
    return _close(request, burning.captured_of(request.json_object()))


def release(request: Request) -> Answer:
    """`POST /v1/accounts/{account_id}/holds/{hold_id}/release`."""
    request.no_body()
    return _close(request, None)


def _close(request: Request, credits: int | None) -> Answer:
    from lotbook.usecases.credits.resolve_on_request import resolve_on_request

    result = resolve_on_request(
        request.account_id,
        ResolveHold(request.path["hold_id"], request.key, credits, request.caller.actor),
        desk=wiring_automatic.burning_desk(),
        keys=wiring.idempotency(),
        accounts=wiring.accounts(),
    )
    return once(200, render.resolved(result), replayed=result.replayed)


ACCOUNT = "/v1/accounts/{account_id}"
ROUTES = {
    f"POST {ACCOUNT}/check": check_one,
    f"POST {ACCOUNT}/consume": burn,
    f"POST {ACCOUNT}/consume/batch": burn_batch,
    f"POST {ACCOUNT}/holds": place_hold,
    f"POST {ACCOUNT}/holds/{{hold_id}}/capture": capture,
    f"POST {ACCOUNT}/holds/{{hold_id}}/release": release,
}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return dispatch(ROUTES, event, context, wiring.standing)
