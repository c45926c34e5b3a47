"""Outcome -> HTTP, in one table. Nothing else in the product knows a status number of an error (architecture, principle 8)."""

from __future__ import annotations

from typing import Any

from lotbook.domain.values import errors
from lotbook.domain.values.errors import Outcome
from lotbook.domain.values.light_dataclasses import dataclass
from lotbook.domain.values.newer_format import NewerFormat

CONTENT_TYPE = "application/problem+json"
TYPE_PREFIX = "urn:lotbook:problem:"
RETRY_AFTER_SECONDS = 2  # what Retry-After says where the outcome does not know better
OWN_MEMBERS = frozenset({"type", "title", "status", "code", "detail", "request_id"})


@dataclass(frozen=True, slots=True)
class Kind:
    """How one outcome is told: its status, and in ERRORS.md what the caller should do about it."""

    status: int
    advice: str


KINDS: dict[type[Outcome], Kind] = {
    errors.Unauthenticated: Kind(401, "Send `Authorization: Bearer` with a valid member token or service key."),
    errors.Forbidden: Kind(403, "Use a role of the policy's buyers, or a service key with the scope of this call."),
    errors.AccountNotFound: Kind(404, "Check the account id; a member token reaches its own account only."),
    errors.AccountExists: Kind(409, "Choose another id, or send the same body as at first."),
    errors.AccountPaused: Kind(403, "Clear what `pause_reason` names, then send the request again."),
    errors.AccountClosed: Kind(403, "Open another account; this one stays closed."),
    errors.MalformedJson: Kind(400, "Send one JSON object in UTF-8, nested at most 32 levels, no name twice."),
    errors.BodyTooLarge: Kind(413, "Send at most `max_bytes` bytes."),
    errors.InvalidRequest: Kind(422, "Correct the fields that `errors` names."),
    errors.IdempotencyKeyMissing: Kind(400, "Send `Idempotency-Key`: a new one a piece of work, the same one a retry."),
    errors.IdempotencyKeyInvalid: Kind(400, "Use 1 to 255 visible ASCII characters."),
    errors.IdempotencyKeyReused: Kind(422, "Use a new key for other work; send the same body to repeat."),
    errors.InsufficientCredits: Kind(402, "Buy credits; the same key may be sent again."),
    errors.TopUpPending: Kind(402, "Wait `Retry-After` seconds and send the same request again."),
    errors.HoldNotFound: Kind(404, "Check the hold id."),
    errors.TooManyHolds: Kind(
        409, "Capture or release holds that are not needed any more, or send it again when some have lapsed."
    ),
    errors.HoldClosed: Kind(409, "Read `state`; a closed hold stays closed."),
    errors.LotNotFound: Kind(404, "Check the lot id."),
    errors.PolicyNotFound: Kind(404, "Check the policy id and the version."),
    errors.PolicyInvalid: Kind(422, "Correct the paths that `errors` names."),
    errors.NotEligible: Kind(403, "The code is the `reason` that offers and quotes show."),
    errors.QuantityNotAllowed: Kind(422, "Buy a quantity that fits `min`, `max` and `step`, or one of `packs`."),
    errors.AmountNotChargeable: Kind(422, "Buy so that the total lies within `min_minor` and `max_minor`."),
    errors.UnknownPack: Kind(422, "Choose one of `packs`."),
    errors.UnknownPlan: Kind(422, "Choose one of `plans`."),
    errors.ContactOnly: Kind(422, "Go to `contact_url`."),
    errors.AlreadyOnPlan: Kind(400, "Nothing to do."),
    errors.ConsentRequired: Kind(
        422, "Show the refund policy at `url` and send `consent` `{kind, version}` as it came."
    ),
    errors.PurchaseNotFound: Kind(404, "Check the purchase id."),
    errors.PurchaseAbandoned: Kind(409, "Start a new purchase under a new key."),
    errors.CardDeclined: Kind(402, "Use another card."),
    errors.PaymentFailed: Kind(402, "Use another card and a new key; nothing has changed."),
    errors.InvoiceNotReady: Kind(
        409,
        "Try again when the purchase is completed; fill in billing details where `reason` is `waiting_for_billing`.",
    ),
    errors.BillingDetailsNotFound: Kind(404, "Fill them in."),
    errors.NotRefundable: Kind(409, "Read `reason`; nothing was changed. The policy of the purchase decides."),
    errors.PlanChangePending: Kind(409, "Wait until it is settled: look at the purchase that is named."),
    errors.CheckoutRequired: Kind(409, "Send a purchase of kind `plan`."),
    errors.PaymentMethodRequired: Kind(409, "Add a card first."),
    errors.PaymentMethodNotFound: Kind(404, "Check the payment method."),
    errors.NothingToCancel: Kind(409, "Nothing to do."),
    errors.NothingToResume: Kind(409, "Nothing to do."),
    errors.BadSignature: Kind(400, "Sign with an active secret; check the sender's clock."),
    errors.MalformedEvent: Kind(400, "Send the event as the gateway made it."),
    errors.Conflict: Kind(409, "Send the same request again."),
    NewerFormat: Kind(
        503,
        "Wait `Retry-After` seconds and send the same request again: the releases are being changed. Nothing was done.",
    ),
    errors.Unavailable: Kind(503, "Wait `Retry-After` seconds and send the same request again."),
}


def all_kinds() -> dict[type[Outcome], Kind]:
    """With those that single rooms raise; consume raises none of them and does not load them."""
    from lotbook.api.http.problems_of_rooms import OF_ROOMS

    return KINDS | {outcome: Kind(*told) for outcome, told in OF_ROOMS.items()}


def kind_of(outcome: type[Outcome]) -> Kind:
    """The kind of an outcome, or of the nearest class that it derives from; raises KeyError for a class without one."""
    if outcome in KINDS:
        return KINDS[outcome]
    kinds = all_kinds()
    for candidate in outcome.__mro__:
        if candidate in kinds:
            return kinds[candidate]
    raise KeyError(outcome)


def document(outcome: Outcome, request_id: str) -> dict[str, Any]:
    """The problem document (RFC 9457) with the outcome's data beside the members that every problem has."""
    carried = {name: value for name, value in outcome.data.items() if name not in OWN_MEMBERS}
    return {
        "type": TYPE_PREFIX + outcome.code,
        "title": outcome.title,
        "status": kind_of(type(outcome)).status,
        "code": outcome.code,
        "detail": outcome.detail,
        "request_id": request_id,
        **carried,
    }


def headers(outcome: Outcome) -> dict[str, str]:
    """The headers that belong to the outcome: content type, and when or how to come back."""
    answer = {"content-type": CONTENT_TYPE}
    if isinstance(outcome, errors.Unavailable | errors.TopUpPending):
        answer["retry-after"] = str(outcome.data.get("retry_after_seconds", RETRY_AFTER_SECONDS))
    if isinstance(outcome, errors.Unauthenticated):
        answer["www-authenticate"] = "Bearer"
    return answer
