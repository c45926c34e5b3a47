"""Offers, quotes and purchases: what is for sale, the order summary, the order and its checkout page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook import wiring
from lotbook.api import paging, paths, render_buying, schemas
from lotbook.api.http import Answer, Request, dispatch, once
from lotbook.usecases.abandon_purchase import abandon_purchase
from lotbook.usecases.create_purchase import PurchaseRequest, create_purchase
from lotbook.usecases.list_purchases import list_purchases
from lotbook.usecases.read_invoice import read_invoice
from lotbook.usecases.read_offers import quote_item, read_offers
from lotbook.usecases.read_purchase import read_purchase
from lotbook.usecases.require_account import require_account


def show_offers(request: Request) -> Answer:
    """`GET .../offers`."""
    found = read_offers(
        request.account_id,
        request.caller,
        accounts=wiring.accounts(),
        policies=wiring.policies(),
        clock=wiring.clock(),
    )
    return Answer(200, render_buying.offers(found))


def quote(request: Request) -> Answer:
    """`POST .../quotes`."""
    asked = schemas.read(schemas.QuoteBody, request.json_object())
    summary = quote_item(
        request.account_id,
        schemas.bought(asked.item),
        request.caller,
        accounts=wiring.accounts(),
        policies=wiring.policies(),
        clock=wiring.clock(),
    )
    return Answer(200, render_buying.quote(summary))


def buy(request: Request) -> Answer:
    """`POST .../purchases`."""
    asked = schemas.read(schemas.PurchaseBody, request.json_object())
    order = PurchaseRequest(
        account_id=request.account_id,
        item=schemas.bought(asked.item),
        refund_policy_version=asked.consent.refund_policy_version if asked.consent else None,
        success_url=asked.success_url,
        cancel_url=asked.cancel_url,
        save_payment_method=asked.save_payment_method,
        source_ip=request.source_ip,
        user_agent=request.user_agent,
    )
    created = create_purchase(order, request.key, request.caller, sales=wiring.sales())
    return once(201, render_buying.ordered(created.purchase), replayed=created.replayed)


def list_all(request: Request) -> Answer:
    """`GET .../purchases`."""
    of_list = ("purchases", request.account_id)
    limit, after = paging.limit_of(request.query), paging.cursor_of(request.query, *of_list)
    require_account(request.account_id, accounts=wiring.accounts())
    page = list_purchases(request.account_id, limit, after, purchases=wiring.purchases())
    rows = [render_buying.purchase(row) for row in page.purchases]
    return Answer(200, {"purchases": rows, "next_cursor": paging.to_cursor(page.next_after, *of_list)})


def show(request: Request) -> Answer:
    """`GET .../purchases/{purchase_id}`."""
    require_account(request.account_id, accounts=wiring.accounts())
    row = read_purchase(request.account_id, paths.purchase_id(request.path), purchases=wiring.purchases())
    return Answer(200, render_buying.purchase(row))


def show_invoice(request: Request) -> Answer:
    """`GET .../purchases/{purchase_id}/invoice`."""
    require_account(request.account_id, accounts=wiring.accounts())
    invoice = read_invoice(request.account_id, paths.purchase_id(request.path), sales=wiring.sales())
    return Answer(200, render_buying.invoice(invoice))


def abandon(request: Request) -> Answer:
    """`POST .../purchases/{purchase_id}/abandon`."""
    request.no_body()
    purchase_id = paths.purchase_id(request.path)
    return Answer(
        200,
        render_buying.purchase(abandon_purchase(request.account_id, purchase_id, request.caller, sales=wiring.sales())),
    )


ROUTES = {
    "GET /v1/accounts/{account_id}/offers": show_offers,
    "POST /v1/accounts/{account_id}/quotes": quote,
    "POST /v1/accounts/{account_id}/purchases": buy,
    "GET /v1/accounts/{account_id}/purchases": list_all,
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}": show,
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}/invoice": show_invoice,
    "POST /v1/accounts/{account_id}/purchases/{purchase_id}/abandon": abandon,
}


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one call."""
    return dispatch(ROUTES, event)
