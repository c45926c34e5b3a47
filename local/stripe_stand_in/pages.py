"""The pages that people see: checkout, invoices, the billing portal. Plain HTML forms; scripts may post JSON to the same addresses."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from local.stripe_stand_in import html
from local.stripe_stand_in.cards import read_card
from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.http import Request, Response, html_response, json_response, redirect
from local.stripe_stand_in.machine import Machine
from local.stripe_stand_in.pdf import invoice_pdf
from local.stripe_stand_in.resources.checkout_pay import Buyer, pay
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World

_FIELDS = ("card", "authenticate", "accept_terms", "email", "name", "country")
MAX_FIELD = 200


def _checkout(stand_in: Machine, request: Request) -> Response:
    steps = request.path.strip("/").split("/")
    verb = (request.method, steps[2] if len(steps) == 3 else "" if len(steps) == 2 else None)
    actions: dict[tuple[str, str | None], Callable[[Machine, Request, str], Response]] = {
        ("GET", ""): _show,
        ("POST", "pay"): _pay,
        ("POST", "close"): _close,
    }
    if verb not in actions:
        raise invalid(f"There is nothing at {request.method} {request.path[:200]}.", status=404)
    return actions[verb](stand_in, request, steps[1])


def _show(stand_in: Machine, _: Request, session_id: str) -> Response:
    with stand_in.world() as world:
        session = world.find("checkout.session", session_id)
    if session is None:
        return html_response(404, html.message("This checkout does not exist.", "Check the address."))
    return html_response(200, html.checkout(session))


def _session(world: World, session_id: str) -> Doc:
    session = world.find("checkout.session", session_id)
    if session is None:
        raise invalid(f"No such checkout session: '{session_id[:100]}'", code="resource_missing", status=404)
    return session


def _pay(stand_in: Machine, request: Request, session_id: str) -> Response:
    """Pay with a test card. A decline answers 402 and leaves the session open."""
    fields = _fields(request)
    with stand_in.world() as world:
        session = _session(world, session_id)
    try:
        with stand_in.world() as world:
            session = _session(world, session_id)
            refusal = pay(world, session, _buyer(fields, request.is_form))
    except StripeError as refused:
        refusal = refused
    if request.is_form:
        return _paid_page(session, refusal)
    if refusal:
        content = {
            name: value
            for name, value in refusal.fields.items()
            if name in ("type", "code", "decline_code", "message", "param")
        }
        return json_response(refusal.status, {"error": content, "session": session_id, "status": session["status"]})
    return json_response(200, _summary(session))


def _summary(session: Doc) -> Doc:
    shown = ("id", "status", "payment_status", "payment_intent", "setup_intent", "subscription", "customer")
    return {**{name: session[name] for name in shown}, "redirect_url": html.success_url(session)}


def _paid_page(session: Doc, refusal: StripeError | None) -> Response:
    if refusal is None:
        return redirect(html.success_url(session))
    return html_response(refusal.status, html.checkout(session, refusal.fields))


def _fields(request: Request) -> Doc:
    if request.is_form:
        return request.form()
    try:
        content = json.loads(request.body or b"{}")
    except (ValueError, RecursionError) as malformed:
        raise invalid("The body is not JSON.", code="malformed_json") from malformed
    if not isinstance(content, dict):
        raise invalid("The body must be a JSON object.", code="malformed_json")
    for name in content:
        if name not in _FIELDS:
            raise invalid(f"Unknown field: {name[:100]}. Known are: {', '.join(_FIELDS)}.", param=name, status=422)
    return content


def _buyer(fields: Doc, is_form: bool) -> Buyer:
    card = _text(fields, "card")
    authenticated = _switch(fields, "authenticate")
    if card is None and authenticated is None:
        raise invalid("Your card number is incomplete.", param="card", code="incomplete_number", status=422)
    return Buyer(
        card=read_card(card) if card else None,
        authenticated=authenticated,
        accepts_terms=_switch(fields, "accept_terms") is True
        if is_form
        else _switch(fields, "accept_terms") is not False,
        email=_text(fields, "email"),
        name=_text(fields, "name"),
        country=_text(fields, "country"),
    )


def _text(fields: Doc, name: str) -> str | None:
    value = fields.get(name)
    if value is not None and (not isinstance(value, str) or len(value) > MAX_FIELD):
        raise invalid(f"`{name}` is a text of up to {MAX_FIELD} characters.", param=name, status=422)
    return (value or "").strip() or None


def _switch(fields: Doc, name: str) -> bool | None:
    value: Any = fields.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if value in ("true", "on", "false"):
        return bool(value != "false")
    raise invalid(f"`{name}` is true or false.", param=name, status=422)


def _close(stand_in: Machine, request: Request, session_id: str) -> Response:
    """The buyer goes away. As at Stripe the session stays open until it expires: another tab could still pay."""
    with stand_in.world() as world:
        session = _session(world, session_id)
    if not request.is_form:
        return json_response(
            200, {"id": session_id, "status": session["status"], "redirect_url": session["cancel_url"]}
        )
    if session["cancel_url"]:
        return redirect(session["cancel_url"])
    return html_response(200, html.message("You left the checkout.", "Nothing was charged. You can close this window."))


def _invoice(stand_in: Machine, request: Request) -> Response:
    steps = request.path.strip("/").split("/")
    with stand_in.world() as world:
        invoice = world.find("invoice", steps[1]) if len(steps) in (2, 3) and request.method == "GET" else None
    if invoice is None or not invoice["number"] or (len(steps) == 3 and steps[2] != "pdf"):
        return html_response(404, html.message("This invoice does not exist.", "Check the address."))
    if len(steps) == 2:
        return html_response(200, html.invoice(invoice))
    name = f'inline; filename="{invoice["number"]}.pdf"'
    return Response(200, invoice_pdf(invoice), [("Content-Type", "application/pdf"), ("Content-Disposition", name)])


def _portal(stand_in: Machine, request: Request) -> Response:
    steps = request.path.strip("/").split("/")
    with stand_in.world() as world:
        session = world.find("billing_portal.session", steps[1]) if len(steps) == 2 else None
    if session is None or request.method != "GET":
        return html_response(404, html.message("This portal session does not exist.", "Check the address."))
    return html_response(
        200, html.message("Billing portal", f"Customer {session['customer']}. There is nothing to do here locally.")
    )


ROOMS: dict[str, Callable[[Machine, Request], Response]] = {
    "checkout": _checkout,
    "invoice": _invoice,
    "billing_portal": _portal,
}
