"""Offers, quotes, purchases, cards on file: what is for sale, the order, its checkout page, and what it can be paid with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lotbook import wiring
from lotbook.api.answers import render_buying, render_cards, render_csv, render_evidence, render_orders
from lotbook.api.http import paging
from lotbook.api.http.http import Answer, Request, dispatch, once
from lotbook.api.requests import filters, paths, schemas
from lotbook.domain.sales.purchase import Purchase
from lotbook.domain.sales.transactions import PurchaseRow
from lotbook.usecases.accounts.load_account import LoadedAccount, load_account
from lotbook.usecases.money_back.read_evidence import read_evidence
from lotbook.usecases.money_back.refund_purchase import RefundRequest, refund_purchase
from lotbook.usecases.portal.reading import read_once
from lotbook.usecases.sales.abandon_purchase import abandon_purchase
from lotbook.usecases.sales.billing_details import fill_in_billing, read_billing
from lotbook.usecases.sales.cards import SetupRequest, choose_card, remove_card, set_up_card
from lotbook.usecases.sales.create_purchase import create_purchase
from lotbook.usecases.sales.follow_cards import follow_cards
from lotbook.usecases.sales.freeze_order import PurchaseRequest
from lotbook.usecases.sales.list_purchases import MAX_ROWS_READ, bring_rows, list_purchases, rows_of
from lotbook.usecases.sales.read_invoice import read_invoice
from lotbook.usecases.sales.read_offers import quote_item, read_offers


def show_offers(request: Request) -> Answer:
    """`GET .../offers`."""
    planned = filters.planned_of(request.query)
    desk, purchases = read_once(wiring.reading_desk()), wiring.purchases()
    found = read_offers(_account(request), request.caller, planned, desk=desk, purchases=purchases)
    return Answer(200, render_buying.offers(found))


def quote(request: Request) -> Answer:
    """`POST .../quotes`."""
    asked = schemas.read(schemas.QuoteBody, request.json_object())
    item, purchases = schemas.bought(asked.item), wiring.purchases()
    summary = quote_item(_account(request), item, request.caller, desk=wiring.reading_desk(), purchases=purchases)
    return Answer(200, render_buying.quote(summary))


def _account(request: Request) -> LoadedAccount:
    """For those who order nothing: they need no gateway, whose library takes half a second to load."""
    ports = wiring.accounts(), wiring.policies(), wiring.clock()
    return load_account(request.account_id, accounts=ports[0], policies=ports[1], clock=ports[2])


def buy(request: Request) -> Answer:
    """`POST .../purchases`."""
    asked = schemas.read(schemas.PurchaseBody, request.json_object())
    order = PurchaseRequest(
        account_id=request.account_id,
        item=schemas.bought(asked.item),
        refund_policy_version=asked.consent.accepted if asked.consent else None,
        success_url=asked.success_url,
        cancel_url=asked.cancel_url,
        save_payment_method=asked.save_payment_method,
        source_ip=request.source_ip,
        user_agent=request.user_agent,
    )
    created = create_purchase(order, request.key, request.caller, desk=wiring.sales_desk())
    request.noted["purchase_id"] = created.purchase.purchase_id
    return once(201, render_buying.ordered(created.purchase), replayed=created.replayed)


def list_all(request: Request) -> Answer:
    """`GET .../purchases`."""
    listing = _purchases(request)
    limit, after = paging.limit_of(request.query), listing.start()
    wanted = filters.purchases_of(request.query)
    _bring_rows(request)
    page = list_purchases(request.account_id, limit, after, purchases=wiring.purchases(), wanted=wanted)
    rows = [render_buying.purchase(row) for row in _rows(page.purchases)]
    return Answer(200, {"purchases": rows, "next_cursor": listing.cursor(page.next_after)})


def export(request: Request) -> Answer:
    """`GET .../purchases/export`."""
    listing = _purchases(request)
    after, wanted = listing.start(), filters.purchases_of(request.query)
    _bring_rows(request)
    page = list_purchases(request.account_id, MAX_ROWS_READ, after, purchases=wiring.purchases(), wanted=wanted)
    next_cursor = listing.cursor(page.next_after)
    return Answer(200, render_csv.purchases(_rows(page.purchases)), render_csv.headers("purchases.csv", next_cursor))


def _purchases(request: Request) -> paging.Listing:
    """The same list for both: a cursor of one goes on in the other."""
    return paging.Listing("purchases", request.path, request.query, wiring.cursor_key)


def _bring_rows(request: Request) -> None:
    bring_rows(request.account_id, accounts=wiring.accounts(), desk=wiring.credit_desk())


def _rows(found: Iterable[Purchase]) -> list[PurchaseRow]:
    return rows_of(found, billing=wiring.billing(), clock=wiring.clock())


def _shown(found: Purchase) -> Answer:
    (row,) = _rows([found])
    return Answer(200, render_buying.purchase(row))


def show(request: Request) -> Answer:
    """`GET .../purchases/{purchase_id}`."""
    _bring_rows(request)
    return _shown(wiring.sales_desk().purchase(request.account_id, paths.purchase_id(request.path)))


def show_invoice(request: Request) -> Answer:
    """`GET .../purchases/{purchase_id}/invoice`."""
    _bring_rows(request)
    invoice = read_invoice(request.account_id, paths.purchase_id(request.path), desk=wiring.sales_desk())
    return Answer(200, render_buying.invoice(invoice))


def abandon(request: Request) -> Answer:
    """`POST .../purchases/{purchase_id}/abandon`."""
    request.no_body()
    purchase_id = paths.purchase_id(request.path)
    return _shown(abandon_purchase(request.account_id, purchase_id, request.caller, desk=wiring.sales_desk()))


def refund(request: Request) -> Answer:
    """`POST .../purchases/{purchase_id}/refund`."""
    request.no_body()
    asked = RefundRequest(request.account_id, paths.purchase_id(request.path), request.key)
    paid_back = refund_purchase(asked, request.caller, desk=wiring.sales_desk(), keys=wiring.idempotency())
    return once(201, render_buying.refunded(paid_back), replayed=paid_back.replayed)


def show_evidence(request: Request) -> Answer:
    """`GET .../purchases/{purchase_id}/evidence`."""
    listing = paging.Listing("evidence", request.path, request.query, wiring.cursor_key)
    found = read_evidence(
        request.account_id,
        paths.purchase_id(request.path),
        listing.start(),
        request.caller,
        desk=wiring.sales_desk(),
    )
    return Answer(200, render_evidence.evidence(found, listing.cursor(found.page.next_cursor)))


def show_billing(request: Request) -> Answer:
    """`GET .../billing-details`."""
    details = read_billing(request.account_id, accounts=wiring.accounts(), billing=wiring.billing())
    return Answer(200, render_orders.billing_details(details))


def fill_in(request: Request) -> Answer:
    """`PUT .../billing-details`."""
    asked = schemas.read(schemas.BillingBody, request.json_object())
    details = fill_in_billing(request.account_id, asked.to_details(), request.caller, desk=wiring.sales_desk())
    return Answer(200, render_orders.billing_details(details))


def list_cards(request: Request) -> Answer:
    """`GET .../payment-methods`."""
    return Answer(200, render_cards.payment_methods(follow_cards(request.account_id, desk=wiring.sales_desk())))


def add_card(request: Request) -> Answer:
    """`POST .../payment-methods/setup`."""
    asked = schemas.read(schemas.SetupBody, request.json_object_or_none())
    setup = SetupRequest(request.account_id, asked.success_url, asked.cancel_url)
    return Answer(201, {"setup_url": set_up_card(setup, request.caller, desk=wiring.sales_desk())})


def make_default(request: Request) -> Answer:
    """`PUT .../payment-methods/default`."""
    asked = schemas.read(schemas.DefaultCardBody, request.json_object())
    card = paths.payment_method(asked.payment_method)
    found = choose_card(request.account_id, card, request.caller, desk=wiring.sales_desk())
    return Answer(200, render_cards.payment_methods(found))


def take_off_file(request: Request) -> Answer:
    """`DELETE .../payment-methods/{payment_method}`."""
    request.no_body()
    card = paths.payment_method(request.path.get("payment_method", ""))
    found = remove_card(request.account_id, card, request.caller, desk=wiring.sales_desk())
    return Answer(200, render_cards.payment_methods(found))


ROUTES = {
    "GET /v1/accounts/{account_id}/offers": show_offers,
    "POST /v1/accounts/{account_id}/quotes": quote,
    "POST /v1/accounts/{account_id}/purchases": buy,
    "GET /v1/accounts/{account_id}/purchases": list_all,
    "GET /v1/accounts/{account_id}/purchases/export": export,
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}/evidence": show_evidence,
    "GET /v1/accounts/{account_id}/billing-details": show_billing,
    "PUT /v1/accounts/{account_id}/billing-details": fill_in,
    "GET /v1/accounts/{account_id}/payment-methods": list_cards,
    "POST /v1/accounts/{account_id}/payment-methods/setup": add_card,
    "PUT /v1/accounts/{account_id}/payment-methods/default": make_default,
    "DELETE /v1/accounts/{account_id}/payment-methods/{payment_method}": take_off_file,
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}": show,
    "GET /v1/accounts/{account_id}/purchases/{purchase_id}/invoice": show_invoice,
    "POST /v1/accounts/{account_id}/purchases/{purchase_id}/abandon": abandon,
    "POST /v1/accounts/{account_id}/purchases/{purchase_id}/refund": refund,
}


def handler(event: Mapping[str, Any], context: object) -> dict[str, Any]:
    """Answer one call."""
    return dispatch(ROUTES, event, context, wiring.standing)
