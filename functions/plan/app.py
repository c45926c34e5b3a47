"""The plan of an account: changed, cancelled, and gone on with after all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook import wiring
from lotbook.api.answers import render, render_buying
from lotbook.api.http.http import Answer, Request, dispatch, once
from lotbook.api.requests import schemas
from lotbook.domain.sales.items import PlanItem
from lotbook.usecases.accounts.read_account import read_account
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


ROUTES = {
    "POST /v1/accounts/{account_id}/plan": change,
    "POST /v1/accounts/{account_id}/plan/cancel": cancel,
    "POST /v1/accounts/{account_id}/plan/resume": resume,
}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return dispatch(ROUTES, event, context, wiring.standing)
