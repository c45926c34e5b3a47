"""Asks the gateway about purchases without a verdict: one, when a buyer presses the button; all that are due, on schedule."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from lotbook import wiring
from lotbook.api.answers import render_buying
from lotbook.api.http.http import Answer, Request, dispatch
from lotbook.api.requests import paths
from lotbook.usecases.inbox.recheck_purchase import recheck_purchase
from lotbook.usecases.inbox.sweep_money_back import sweep_money_back
from lotbook.usecases.inbox.sweep_purchases import sweep_purchases
from lotbook.usecases.sales.list_purchases import rows_of


class Context(Protocol):
    """What Lambda tells about the invocation."""

    def get_remaining_time_in_millis(self) -> int: ...


def recheck(request: Request) -> Answer:
    """`POST .../recheck`: the purchase after a look at the gateway (NP-29, NP-31)."""
    request.no_body()
    purchase_id = paths.purchase_id(request.path)
    found = recheck_purchase(request.account_id, purchase_id, request.caller, desk=wiring.sales_desk())
    (row,) = rows_of([found], billing=wiring.billing(), clock=wiring.clock())
    return Answer(200, render_buying.purchase(row))


def sweep(context: Context) -> dict[str, Any]:
    """One bounded run. Raises when the gateway does not answer: the schedule tries again, and its alarm rings."""
    swept = sweep_purchases(
        desk=wiring.sales_desk(), due=wiring.due_index(), time_left=context.get_remaining_time_in_millis
    )
    money_back = sweep_money_back(desk=wiring.sales_desk(), time_left=context.get_remaining_time_in_millis)
    done = {
        "checked": swept.checked,
        "decided": swept.decided,
        "followed": money_back.followed,
        "left": money_back.left,
    }
    from lotbook.api.http.metrics import report  # a buyer's recheck does not wait for it

    report("recheck", **done)
    return done


ROUTES = {"POST /v1/accounts/{account_id}/purchases/{purchase_id}/recheck": recheck}


def handler(event: Mapping[str, Any], context: Context) -> dict[str, Any]:
    """A call has a route, the schedule's event has none."""
    return dispatch(ROUTES, event, context) if "routeKey" in event else sweep(context)
