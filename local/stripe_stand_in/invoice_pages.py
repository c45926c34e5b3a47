"""The hosted page of an invoice: shown, downloaded, paid."""

from __future__ import annotations

from local.stripe_stand_in import html
from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.http import Request, Response, html_response, json_response
from local.stripe_stand_in.machine import Machine
from local.stripe_stand_in.page_fields import read_buyer, read_fields, refused
from local.stripe_stand_in.pdf import invoice_pdf
from local.stripe_stand_in.resources.checkout_pay import Buyer, authentication_needed
from local.stripe_stand_in.resources.invoice_collection import NEEDS_BUYER, charge_invoice
from local.stripe_stand_in.resources.invoice_payments import newest_payment
from local.stripe_stand_in.resources.invoices import check_payable
from local.stripe_stand_in.resources.payment_methods import billing_details, make_method
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World


def answer(machine: Machine, request: Request) -> Response:
    """`GET /invoice/{id}`, `GET /invoice/{id}/pdf`, `POST /invoice/{id}/pay`."""
    steps = request.path.strip("/").split("/")
    with machine.world_of(steps[1] if len(steps) > 1 else "") as world:
        invoice = world.find("invoice", steps[1]) if len(steps) in (2, 3) else None
    verb = (request.method, steps[2] if len(steps) == 3 else "")
    if invoice is None or not invoice["number"] or verb not in (("GET", ""), ("GET", "pdf"), ("POST", "pay")):
        return html_response(404, html.message("This invoice does not exist.", "Check the address."))
    if verb[0] == "POST":
        return _pay(machine, request, steps[1])
    if verb[1] == "":
        return html_response(200, _page(machine, invoice))
    name = f'inline; filename="{invoice["number"]}.pdf"'
    return Response(200, invoice_pdf(invoice), [("Content-Type", "application/pdf"), ("Content-Disposition", name)])


def _page(machine: Machine, invoice: Doc, refusal: Doc | None = None) -> str:
    with machine.world_of(invoice["id"]) as world:
        intent = _intent(world, invoice)
    return html.invoice(invoice, refusal, waits=bool(intent and intent["status"] == "requires_action"))


def _intent(world: World, invoice: Doc) -> Doc | None:
    payment = newest_payment(world, invoice["id"])
    return world.find("payment_intent", payment["payment"]["payment_intent"]) if payment else None


def _pay(machine: Machine, request: Request, invoice_id: str) -> Response:
    """Pay with a test card, or answer the bank for the card that was tried. A decline answers 402 and leaves the invoice open."""
    buyer = read_buyer(read_fields(request), request.is_form)
    with machine.world_of(invoice_id) as world:
        invoice = world.get("invoice", invoice_id)
        check_payable(invoice)
        refusal = _charge(world, invoice, buyer)
    if request.is_form:
        status = refusal.status if refusal else 200
        return html_response(status, _page(machine, invoice, refusal.fields if refusal else None))
    shown = {name: invoice[name] for name in ("id", "status", "amount_due", "amount_paid", "amount_remaining")}
    return refused(refusal, {"invoice": shown}) if refusal else json_response(200, shown)


def _charge(world: World, invoice: Doc, buyer: Buyer) -> StripeError | None:
    customer = world.get("customer", invoice["customer"])
    if buyer.card:
        details = billing_details(customer["email"], buyer.name or customer["name"])
        method = make_method(world, buyer.card, billing=details)
    else:
        method = _waiting_method(world, invoice)
    refusal = charge_invoice(world, invoice, method, off_session=False, authenticated=buyer.authenticated)
    return authentication_needed() if refusal and refusal.fields.get("code") == NEEDS_BUYER else refusal


def _waiting_method(world: World, invoice: Doc) -> Doc:
    intent = _intent(world, invoice)
    if intent is None or intent["status"] != "requires_action":
        message = "Nothing waits for authentication: a card number is needed."
        raise invalid(message, param="card", code="incomplete_number", status=422)
    return world.get("payment_method", intent["payment_method"])
