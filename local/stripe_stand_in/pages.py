"""The pages that people see: checkout, invoices, the billing portal. Plain HTML forms; scripts may post JSON to the same addresses."""

from __future__ import annotations

from collections.abc import Callable

from local.stripe_stand_in import html, invoice_pages
from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.http import Request, Response, html_response, json_response, redirect
from local.stripe_stand_in.machine import Machine
from local.stripe_stand_in.page_fields import read_buyer, read_fields, refused
from local.stripe_stand_in.resources.checkout_pay import pay
from local.stripe_stand_in.store import Doc
from local.stripe_stand_in.world import World


def _checkout(machine: Machine, request: Request) -> Response:
    steps = request.path.strip("/").split("/")
    verb = (request.method, steps[2] if len(steps) == 3 else "" if len(steps) == 2 else None)
    actions: dict[tuple[str, str | None], Callable[[Machine, Request, str], Response]] = {
        ("GET", ""): _show,
        ("POST", "pay"): _pay,
        ("POST", "close"): _close,
    }
    if verb not in actions:
        raise invalid(f"There is nothing at {request.method} {request.path[:200]}.", status=404)
    return actions[verb](machine, request, steps[1])


def _show(machine: Machine, _: Request, session_id: str) -> Response:
    with machine.world() as world:
        session = world.find("checkout.session", session_id)
    if session is None:
        return html_response(404, html.message("This checkout does not exist.", "Check the address."))
    return html_response(200, html.checkout(session))


def _session(world: World, session_id: str) -> Doc:
    session = world.find("checkout.session", session_id)
    if session is None:
        raise invalid(f"No such checkout session: '{session_id[:100]}'", code="resource_missing", status=404)
    return session


def _pay(machine: Machine, request: Request, session_id: str) -> Response:
    """Pay with a test card. A decline answers 402 and leaves the session open."""
    fields = read_fields(request)
    with machine.world() as world:
        session = _session(world, session_id)
    try:
        with machine.world_of(session_id) as world:
            session = _session(world, session_id)
            refusal = pay(world, session, read_buyer(fields, request.is_form))
    except StripeError as unpaid:
        refusal = unpaid
    if request.is_form:
        return _paid_page(session, refusal)
    if refusal:
        return refused(refusal, {"session": session_id, "status": session["status"]})
    return json_response(200, _summary(session))


def _summary(session: Doc) -> Doc:
    shown = ("id", "status", "payment_status", "payment_intent", "setup_intent", "subscription", "customer")
    return {**{name: session[name] for name in shown}, "redirect_url": html.success_url(session)}


def _paid_page(session: Doc, refusal: StripeError | None) -> Response:
    if refusal is None:
        return redirect(html.success_url(session))
    return html_response(refusal.status, html.checkout(session, refusal.fields))


def _close(machine: Machine, request: Request, session_id: str) -> Response:
    """The buyer goes away. As at Stripe the session stays open until it expires: another tab could still pay."""
    with machine.world() as world:
        session = _session(world, session_id)
    if not request.is_form:
        return json_response(
            200, {"id": session_id, "status": session["status"], "redirect_url": session["cancel_url"]}
        )
    if session["cancel_url"]:
        return redirect(session["cancel_url"])
    return html_response(200, html.message("You left the checkout.", "Nothing was charged. You can close this window."))


def _portal(machine: Machine, request: Request) -> Response:
    steps = request.path.strip("/").split("/")
    with machine.world() as world:
        session = world.find("billing_portal.session", steps[1]) if len(steps) == 2 else None
    if session is None or request.method != "GET":
        return html_response(404, html.message("This portal session does not exist.", "Check the address."))
    return html_response(
        200, html.message("Billing portal", f"Customer {session['customer']}. There is nothing to do here locally.")
    )


ROOMS: dict[str, Callable[[Machine, Request], Response]] = {
    "checkout": _checkout,
    "invoice": invoice_pages.answer,
    "billing_portal": _portal,
}
