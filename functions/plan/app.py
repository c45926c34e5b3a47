"""The plan of an account: changed, cancelled, gone on with after all; what it buys automatically; and the account's end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from lotbook import wiring, wiring_automatic, wiring_closing
from lotbook.api.answers import render, render_auto, render_buying
from lotbook.api.http import paging
from lotbook.api.http.http import Answer, Request, dispatch, once
from lotbook.api.requests import paths, schemas
from lotbook.domain.sales.items import PlanItem
from lotbook.usecases.accounts.read_account import read_account
from lotbook.usecases.automatic import switch as switching
from lotbook.usecases.closing.close_account import close_account
from lotbook.usecases.closing.erase_account import ask_to_erase
from lotbook.usecases.plans import cancel as cancelling
from lotbook.usecases.plans.change import change_plan
from lotbook.usecases.sales.freeze_order import PurchaseRequest


def change(request: Request) -> Answer:
    """`POST .../plan`."""
    asked = schemas.read(schemas.PlanBody, request.json_object())
    wanted = PurchaseRequest(
        account_id=request.account_id,
        item=PlanItem(asked.plan_id),
        refund_policy_version=asked.consent.accepted if asked.consent else None,
        source_ip=request.source_ip,
        user_agent=request.user_agent,
    )
    changed = change_plan(wanted, request.key, request.caller, desk=wiring.sales_desk())
    return once(200, render_buying.plan_changed(changed), replayed=changed.replayed)


def cancel(request: Request) -> Answer:
    """`POST .../plan/cancel`."""
    request.no_body()
    cancelling.cancel(request.account_id, request.caller, desk=wiring.sales_desk())
    return _account(request.account_id)


def resume(request: Request) -> Answer:
    """`POST .../plan/resume`."""
    request.no_body()
    cancelling.resume(request.account_id, request.caller, desk=wiring.sales_desk())
    return _account(request.account_id)


def _account(account_id: str) -> Answer:
    desk = wiring.credit_desk()
    view = read_account(account_id, accounts=wiring.accounts(), policies=wiring.policies(), desk=desk)
    return Answer(200, render.account(view))


def close(request: Request) -> Answer:
    """`POST .../close`."""
    asked = schemas.read(schemas.CloseBody, request.json_object())
    close_account(request.account_id, asked.reason, request.caller.actor, desk=wiring_closing.closing_desk())
    return _account(request.account_id)


def erase(request: Request) -> Answer:
    """`POST .../erase`."""
    request.no_body()
    ask_to_erase(request.account_id, desk=wiring.sales_desk())
    return replace(_account(request.account_id), status=202)


def show_automatic(request: Request) -> Answer:
    """`GET .../auto-top-up`."""
    found = switching.read(request.account_id, desk=wiring_automatic.auto_desk())
    return Answer(200, render.auto_top_up(found))


def switch_automatic(request: Request) -> Answer:
    """`PUT .../auto-top-up`."""
    asked = schemas.read(schemas.AutoTopUpBody, request.json_object())
    wanted = switching.SwitchRequest(
        account_id=request.account_id,
        enabled=asked.enabled,
        payment_method=paths.payment_method(asked.payment_method) if asked.payment_method is not None else None,
        limit_minor=asked.limit_minor if "limit_minor" in asked.model_fields_set else switching.STAYS,
    )
    switched = switching.switch(wanted, request.caller, desk=wiring_automatic.auto_desk())
    return Answer(200, render.auto_top_up(switched))


def list_automatic(request: Request) -> Answer:
    """`GET .../auto-top-up/history`."""
    listing = paging.Listing("auto-top-up", request.path, request.query, wiring.cursor_key)
    limit, after = paging.limit_of(request.query), listing.start()
    events, following = switching.history(request.account_id, limit, after, desk=wiring_automatic.auto_desk())
    return Answer(200, render_auto.history(events, listing.cursor(following)))


ROUTES = {
    "POST /v1/accounts/{account_id}/plan": change,
    "POST /v1/accounts/{account_id}/plan/cancel": cancel,
    "POST /v1/accounts/{account_id}/plan/resume": resume,
    "POST /v1/accounts/{account_id}/close": close,
    "POST /v1/accounts/{account_id}/erase": erase,
    "GET /v1/accounts/{account_id}/auto-top-up": show_automatic,
    "PUT /v1/accounts/{account_id}/auto-top-up": switch_automatic,
    "GET /v1/accounts/{account_id}/auto-top-up/history": list_automatic,
}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return dispatch(ROUTES, event, context, wiring.standing)
