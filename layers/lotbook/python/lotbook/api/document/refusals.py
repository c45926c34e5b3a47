"""Every refusal by its code: status, what it means, what to do, and the data that it carries. For ERRORS.md and the document's `x-codes`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from lotbook.api.http import problems
from lotbook.domain.sales import eligibility
from lotbook.domain.values.errors import NotEligible, Outcome

Schema = dict[str, Any]
_INTEGER, _TEXT, _INSTANT = {"type": "integer"}, {"type": "string"}, {"type": "string", "format": "date-time"}
_NULL = {"type": "null"}
_INTEGER_OR_NOT, _TEXT_OR_NOT, _INSTANT_OR_NOT = ({"anyOf": [each, _NULL]} for each in (_INTEGER, _TEXT, _INSTANT))
_TEXTS = {"type": "array", "items": _TEXT}
_PACK: Schema = {
    "type": "object",
    "required": ["pack_id", "credits"],
    "properties": {"pack_id": _TEXT, "credits": _INTEGER},
}
_PACKS: Schema = {"type": "array", "items": _PACK}
_PACKS_OR_NOT: Schema = {"anyOf": [_PACKS, _NULL]}
_FIELD_ERROR: Schema = {
    "type": "object",
    "required": ["code", "field", "message"],
    "properties": {"field": _TEXT, "code": _TEXT, "message": _TEXT},
}

# What the problem document of a code has beside the members of every problem. One that may be null may be missing as well.
DATA: Mapping[str, Mapping[str, Schema]] = {
    "account_paused": {"pause_reason": _TEXT},
    "amount_not_chargeable": {"min_minor": _INTEGER, "max_minor": _INTEGER},
    "body_too_large": {"max_bytes": _INTEGER},
    "card_declined": {"reason": _TEXT_OR_NOT},
    "checkout_required": {"purchase_id": _TEXT_OR_NOT, "checkout_url": _TEXT_OR_NOT, "expires_at": _INSTANT_OR_NOT},
    "consent_required": {"kind": _TEXT, "version": _TEXT, "url": _TEXT_OR_NOT},
    "contact_only": {"contact_url": _TEXT_OR_NOT},
    "endpoint_switched_off": {"disabled_reason": _TEXT_OR_NOT},
    "external_id_taken": {"external_id": _TEXT},
    "hold_closed": {"state": _TEXT},
    "insufficient_credits": {"requested": _INTEGER, "available": _INTEGER},
    "invalid_request": {"errors": {"type": "array", "items": _FIELD_ERROR}},
    "invoice_not_ready": {"reason": _TEXT},
    "newer_format": {"kind": _TEXT, "retry_after_seconds": _INTEGER},
    "not_refundable": {"reason": _TEXT, "state": _TEXT_OR_NOT, "within_days": _INTEGER_OR_NOT},
    "nothing_to_void": {"lot_id": _TEXT, "held": _INTEGER},
    "payment_failed": {"decline_code": _TEXT_OR_NOT, "purchase_id": _TEXT},
    "plan_change_pending": {"purchase_id": _TEXT},
    "portal_link_gone": {"return_url": _TEXT_OR_NOT},
    "portal_session_ended": {"return_url": _TEXT_OR_NOT},
    "purchase_abandoned": {"purchase_id": _TEXT},
    "quantity_not_allowed": {
        "min": _INTEGER_OR_NOT,
        "max": _INTEGER_OR_NOT,
        "step": _INTEGER_OR_NOT,
        "packs": _PACKS_OR_NOT,
    },
    "too_many_endpoints": {"max": _INTEGER},
    "too_many_holds": {"open": _INTEGER, "max": _INTEGER},
    "too_many_secrets": {"first_ends_at": _INSTANT},
    "top_up_pending": {"retry_after_seconds": _INTEGER},
    "unavailable": {"retry_after_seconds": _INTEGER_OR_NOT},
    "unknown_pack": {"packs": _PACKS},
    "unknown_plan": {"plans": _TEXTS},
}
REASONS = {
    name: value
    for name, value in vars(eligibility).items()
    if name.isupper() and isinstance(value, str) and value not in {kind.code for kind in problems.all_kinds()}
}


class Refusal(NamedTuple):
    """A row of the catalogue."""

    code: str
    status: int
    meaning: str
    advice: str


def catalogue() -> list[Refusal]:
    """Every code once, by its name."""
    rows = [
        Refusal(outcome.code, kind.status, _meaning(outcome), kind.advice)
        for outcome, kind in problems.all_kinds().items()
        if outcome.code and outcome.code != getattr(outcome.__base__, "code", "")
    ]
    eligible = problems.all_kinds()[NotEligible]
    told = "As the `reason` of a quote: what this account may not buy."
    rows += [Refusal(reason, eligible.status, told, eligible.advice) for reason in REASONS.values()]
    return sorted(rows)


def schemas() -> dict[str, Schema]:
    """The catalogue as the document shows it: clients make their errors from it."""
    return {
        row.code: {
            "status": row.status,
            "description": row.meaning,
            "advice": row.advice,
            "data": dict(DATA.get(row.code, {})),
        }
        for row in catalogue()
    }


def _meaning(outcome: type[Outcome]) -> str:
    """The words of its class."""
    return " ".join(f"{outcome.__doc__}".split())
