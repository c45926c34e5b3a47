"""What a person typed into a page, or a script posted to it as JSON."""

from __future__ import annotations

import json
from typing import Any

from local.stripe_stand_in.cards import read_card
from local.stripe_stand_in.errors import StripeError, invalid
from local.stripe_stand_in.http import Request, Response, json_response
from local.stripe_stand_in.resources.checkout_pay import Buyer
from local.stripe_stand_in.store import Doc

_FIELDS = ("card", "authenticate", "accept_terms", "email", "name", "country")
_SHOWN = ("type", "code", "decline_code", "message", "param")
MAX_FIELD = 200


def read_fields(request: Request) -> Doc:
    """The fields of a form, or of a JSON object. Raises StripeError for what cannot be read."""
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


def read_buyer(fields: Doc, is_form: bool) -> Buyer:
    """Who pays, with which card. Raises StripeError without a card or an answer to the bank."""
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


def refused(refusal: StripeError, more: Doc) -> Response:
    """A refusal as a script sees it."""
    content = {name: value for name, value in refusal.fields.items() if name in _SHOWN}
    return json_response(refusal.status, {"error": content, **more})
