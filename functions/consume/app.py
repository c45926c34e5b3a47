"""Burn credits: the hot path. Starts fast by importing little: no pydantic, no Stripe, no policies (decisions/0009)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lotbook import wiring
from lotbook.api import burning, render
from lotbook.api.http import Answer, Request, dispatch, once
from lotbook.domain.burning import BurnRequest
from lotbook.usecases.consume import consume


def burn(request: Request) -> Answer:
    """`POST /v1/accounts/{account_id}/consume`."""
    document = request.json_object()
    burning.check_fields(document)
    asked = BurnRequest(
        credits=burning.credits_of(document),
        unit=burning.unit_of(document),
        reference=burning.reference_of(document),
        metadata=burning.metadata_of(document),
        actor=request.caller.actor,
    )
    result = consume(
        request.account_id, request.key, asked, books=wiring.books(), clock=wiring.clock(), renew=wiring.renew()
    )
    return once(200, render.burned(result), replayed=result.replayed)


ROUTES = {"POST /v1/accounts/{account_id}/consume": burn}


def handler(event: Mapping[str, Any], _context: object) -> dict[str, Any]:
    """Answer one call."""
    return dispatch(ROUTES, event)
