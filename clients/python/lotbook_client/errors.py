"""Refusals, a class for each code.

Generated from openapi.json by `python -m local.generate clients`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from lotbook_client.failures import (
    ApiError,
    BadRequestError,
    ConflictError,
    ForbiddenError,
    NotFoundError,
    PaymentRequiredError,
    ServerError,
    TooLargeError,
    UnauthorizedError,
    UnprocessableError,
)


class AccountClosed(ForbiddenError):
    """The account was closed for good. Open another account; this one stays closed."""

    code = "account_closed"


class AccountExists(ConflictError):
    """The account id is taken by an account with other data. Choose another id, or send the same body as at first."""

    code = "account_exists"


class AccountNotClosed(ConflictError):
    """Only a closed account is erased. Close the account first; then send the request again."""

    code = "account_not_closed"


class AccountNotFound(NotFoundError):
    """Absent, or not visible to the caller: the two are the same answer.

    Check the account id; a member token reaches its own account only.
    """

    code = "account_not_found"


class AccountPaused(ForbiddenError):
    """The account may not burn credits.

    Data: `pause_reason`. Clear what `pause_reason` names, then send the request again.
    """

    code = "account_paused"
    carries = ("pause_reason",)
    pause_reason: str


class AlreadyOnPlan(BadRequestError):
    """Buying the plan that one is on. Nothing to do."""

    code = "already_on_plan"


class AmountNotChargeable(UnprocessableError):
    """The gateway cannot charge this total.

    Data: `min_minor`, `max_minor`. Buy so that the total lies within `min_minor` and `max_minor`.
    """

    code = "amount_not_chargeable"
    carries = ("min_minor", "max_minor")
    min_minor: int
    max_minor: int


class BadSignature(BadRequestError):
    """No active secret signs this body, or its time is out of tolerance.

    Sign with an active secret; check the sender's clock.
    """

    code = "bad_signature"


class BillingDetailsNotFound(NotFoundError):
    """Nobody has filled in billing details yet. Fill them in."""

    code = "billing_details_not_found"


class BodyTooLarge(TooLargeError):
    """The body is larger than the bound. Data: `max_bytes`. Send at most `max_bytes` bytes."""

    code = "body_too_large"
    carries = ("max_bytes",)
    max_bytes: int


class CheckoutRequired(ConflictError):
    """The change needs a checkout page: buy it as a purchase of kind plan. Send a purchase of kind `plan`."""

    code = "checkout_required"
    carries = ("purchase_id", "checkout_url", "expires_at")
    instants = ("expires_at",)
    purchase_id: str | None
    checkout_url: str | None
    expires_at: datetime | None


class Conflict(ConflictError):
    """Somebody was faster; retried inside a named bound before it is told to the caller.

    Send the same request again.
    """

    code = "conflict"


class ConsentRequired(UnprocessableError):
    """The refund policy of this very version must be accepted for this purchase.

    Data: `kind`, `version`, `url`. Show the refund policy at `url` and send `consent` `{kind, version}` as it came.
    """

    code = "consent_required"
    carries = ("kind", "version", "url")
    kind: str
    version: str
    url: str | None


class ContactOnly(UnprocessableError):
    """The plan is sold by people, not here. Data: `contact_url`. Go to `contact_url`."""

    code = "contact_only"
    carries = ("contact_url",)
    contact_url: str | None


class CurrencyNotSold(ForbiddenError):
    """As the `reason` of a quote: what this account may not buy.

    The code is the `reason` that offers and quotes show.
    """

    code = "currency_not_sold"


class DeliveryNotFound(NotFoundError):
    """No delivery of that id to that endpoint; they are kept for some weeks.

    Check the delivery id; deliveries are kept for 30 days.
    """

    code = "delivery_not_found"


class EndpointNotFound(NotFoundError):
    """No endpoint of that id. Check the endpoint id."""

    code = "endpoint_not_found"


class EndpointSwitchedOff(ConflictError):
    """The endpoint is switched off, so nothing is sent to it.

    Data: `disabled_reason`. Switch it on (`PATCH` with `state: enabled`), then send the request again.
    """

    code = "endpoint_switched_off"
    carries = ("disabled_reason",)
    disabled_reason: str | None


class EntryNotFound(NotFoundError):
    """No entry of that id in this account: statements show their ids.

    Check the entry id; those that release 0.2.0 gave out lead nowhere, the statement shows the new ones.
    """

    code = "entry_not_found"


class ExternalIdTaken(ConflictError):
    """Another account has that external id.

    Data: `external_id`. Find the account that has it (`GET /v1/accounts?external_id=`), or choose another.
    """

    code = "external_id_taken"
    carries = ("external_id",)
    external_id: str


class Forbidden(ForbiddenError):
    """Role or scope too small. Use a role of the policy's buyers, or a service key with the scope of this call."""

    code = "forbidden"


class HoldClosed(ConflictError):
    """The hold was captured, released or lapsed. Data: `state`. Read `state`; a closed hold stays closed."""

    code = "hold_closed"
    carries = ("state",)
    state: str


class HoldNotFound(NotFoundError):
    """No hold of that id in this account. Check the hold id."""

    code = "hold_not_found"


class IdempotencyKeyInvalid(BadRequestError):
    """The key is not 1 to 255 visible ASCII characters. Use 1 to 255 visible ASCII characters."""

    code = "idempotency_key_invalid"


class IdempotencyKeyMissing(BadRequestError):
    """A call that moves credits or money came without `Idempotency-Key`.

    Send `Idempotency-Key`: a new one a piece of work, the same one a retry.
    """

    code = "idempotency_key_missing"


class IdempotencyKeyReused(UnprocessableError):
    """The key was used before with another body. Use a new key for other work; send the same body to repeat."""

    code = "idempotency_key_reused"


class InsufficientCredits(PaymentRequiredError):
    """Fewer credits than asked for; nothing was burned.

    Data: `requested`, `available`. Buy credits; the same key may be sent again.
    """

    code = "insufficient_credits"
    carries = ("requested", "available")
    requested: int
    available: int


class InvalidRequest(UnprocessableError):
    """Fields are missing, unknown or out of range.

    Data: `errors: [{field, code, message}]`. Correct the fields that `errors` names.
    """

    code = "invalid_request"
    carries = ("errors",)
    errors: list[dict[str, Any]]


class InvoiceNotReady(ConflictError):
    """The purchase has no invoice (yet).

    Data: `reason`, with `waiting_for_billing` when it waits for billing details. Try again when the purchase is
    completed; fill in billing details where `reason` is `waiting_for_billing`.
    """

    code = "invoice_not_ready"
    carries = ("reason",)
    reason: str


class LotNotFound(NotFoundError):
    """A claw-back or confirmation named a lot that is not granted (yet): the sender tries again later.

    Check the lot id.
    """

    code = "lot_not_found"


class MalformedEvent(BadRequestError):
    """Signed, but not an event. Send the event as the gateway made it."""

    code = "malformed_event"


class MalformedJson(BadRequestError):
    """The body is not JSON, is empty, nests too deep or holds NaN.

    Send one JSON object in UTF-8, nested at most 32 levels, no name twice.
    """

    code = "malformed_json"


class NewerFormat(ServerError):
    """A newer release has written what was to be read.

    Nothing was changed; an alarm rings. Data: `kind`, `retry_after_seconds`. Wait `Retry-After` seconds and send the
    same request again: the releases are being changed. Nothing was done.
    """

    code = "newer_format"
    carries = ("kind", "retry_after_seconds")
    kind: str
    retry_after_seconds: int


class NotRefundable(ConflictError):
    """Nothing goes back by the product's own refund.

    Data: `reason`, the purchase's `state` where that is it. `policy`: not under the policy of the purchase; `too_late`:
    not by a buyer any more, after `within_days`; `state`: not paid, disputed or refunded; `nothing_unused`;
    `too_little`: what is unused is worth less than the smallest unit of money; `shortfall`: the account owes credits;
    `too_many`: refunds of one purchase; `gateway`: it refused, and the credits are back. Read `reason`; nothing was
    changed. The policy of the purchase decides.
    """

    code = "not_refundable"
    carries = ("reason", "state", "within_days")
    reason: str
    state: str | None
    within_days: int | None


class NothingToCancel(ConflictError):
    """There is no subscription that could be cancelled. Nothing to do."""

    code = "nothing_to_cancel"


class NothingToResume(ConflictError):
    """There is no cancellation that could be taken back. Nothing to do."""

    code = "nothing_to_resume"


class NothingToVoid(ConflictError):
    """Nothing of the lot is unused: it was burned, is held, has expired or was taken back.

    Data: `lot_id`, `held`. Nothing to do; what is `held` can be taken once its holds are released.
    """

    code = "nothing_to_void"
    carries = ("lot_id", "held")
    lot_id: str
    held: int


class PaymentFailed(PaymentRequiredError):
    """The card was declined for a change of plan; the plan is as it was.

    Data: `decline_code`, `purchase_id`. Use another card and a new key; nothing has changed.
    """

    code = "payment_failed"
    carries = ("decline_code", "purchase_id")
    decline_code: str | None
    purchase_id: str


class PaymentMethodNotFound(NotFoundError):
    """No such payment method in this account. Check the payment method."""

    code = "payment_method_not_found"


class PaymentMethodRequired(ConflictError):
    """There is no card on file. Add a card first."""

    code = "payment_method_required"


class PlanChangePending(ConflictError):
    """Another change of the account's plan is under way.

    Data: `purchase_id`. Wait until it is settled: look at the purchase that is named.
    """

    code = "plan_change_pending"
    carries = ("purchase_id",)
    purchase_id: str


class PlanNotEligible(ForbiddenError):
    """As the `reason` of a quote: what this account may not buy.

    The code is the `reason` that offers and quotes show.
    """

    code = "plan_not_eligible"


class PlanPurchaseNotAvailable(ForbiddenError):
    """As the `reason` of a quote: what this account may not buy.

    The code is the `reason` that offers and quotes show.
    """

    code = "plan_purchase_not_available"


class PolicyNotFound(NotFoundError):
    """No policy, or no such version of it. Check the policy id and the version."""

    code = "policy_not_found"


class PurchaseAbandoned(ConflictError):
    """The order of this key was abandoned before its checkout page could be opened.

    Data: `purchase_id`. Start a new purchase under a new key.
    """

    code = "purchase_abandoned"
    carries = ("purchase_id",)
    purchase_id: str


class PurchaseNotFound(NotFoundError):
    """No such purchase in this account. Check the purchase id."""

    code = "purchase_not_found"


class QuantityNotAllowed(UnprocessableError):
    """The quantity breaks the policy's rule.

    Data: `min`, `max`, `step`, or `packs`. Buy a quantity that fits `min`, `max` and `step`, or one of `packs`.
    """

    code = "quantity_not_allowed"
    carries = ("min", "max", "step", "packs")
    min: int | None
    max: int | None
    step: int | None
    packs: list[dict[str, Any]] | None


class ReportNotFound(NotFoundError):
    """No report of that name. Ask for `liability`, `recognition`, `roll-forward`, `tax`, `balance` or `differences`."""

    code = "report_not_found"


class TooManyEndpoints(ConflictError):
    """The deployment has as many endpoints as it may have.

    Data: `max`. Delete an endpoint that is not needed; each may hear of many types.
    """

    code = "too_many_endpoints"
    carries = ("max",)
    max: int


class TooManyHolds(ConflictError):
    """The account has as many open holds of the unit as a book takes, and none has lapsed.

    Data: `open`, `max`. Capture or release holds that are not needed any more, or send it again when some have lapsed.
    """

    code = "too_many_holds"
    carries = ("open", "max")
    open: int
    max: int


class TooManySecrets(ConflictError):
    """As many secrets sign already as may at once.

    Data: `first_ends_at`, when the first of them ends. Wait until `first_ends_at`, or rotate with `overlap_seconds: 0`,
    which ends all secrets before at once.
    """

    code = "too_many_secrets"
    carries = ("first_ends_at",)
    instants = ("first_ends_at",)
    first_ends_at: datetime


class TopUpPending(PaymentRequiredError):
    """An automatic purchase is under way and the policy says wait.

    Data: `retry_after_seconds`. Wait `Retry-After` seconds and send the same request again.
    """

    code = "top_up_pending"
    carries = ("retry_after_seconds",)
    retry_after_seconds: int


class Unauthenticated(UnauthorizedError):
    """No token, or one that is malformed, expired, revoked or signed by somebody else.

    Send `Authorization: Bearer` with a valid member token or service key.
    """

    code = "unauthenticated"


class Unavailable(ServerError):
    """A dependency did not answer; nothing is lost, the same request may be sent again.

    Data: `retry_after_seconds`. Wait `Retry-After` seconds and send the same request again.
    """

    code = "unavailable"
    carries = ("retry_after_seconds",)
    retry_after_seconds: int | None


class UnknownPack(UnprocessableError):
    """The policy sells no such pack. Data: `packs`. Choose one of `packs`."""

    code = "unknown_pack"
    carries = ("packs",)
    packs: list[dict[str, Any]]


class UnknownPlan(UnprocessableError):
    """The policy has no such plan. Data: `plans`. Choose one of `plans`."""

    code = "unknown_plan"
    carries = ("plans",)
    plans: list[str]


BY_CODE: Mapping[str, type[ApiError]] = {
    "account_closed": AccountClosed,
    "account_exists": AccountExists,
    "account_not_closed": AccountNotClosed,
    "account_not_found": AccountNotFound,
    "account_paused": AccountPaused,
    "already_on_plan": AlreadyOnPlan,
    "amount_not_chargeable": AmountNotChargeable,
    "bad_signature": BadSignature,
    "billing_details_not_found": BillingDetailsNotFound,
    "body_too_large": BodyTooLarge,
    "checkout_required": CheckoutRequired,
    "conflict": Conflict,
    "consent_required": ConsentRequired,
    "contact_only": ContactOnly,
    "currency_not_sold": CurrencyNotSold,
    "delivery_not_found": DeliveryNotFound,
    "endpoint_not_found": EndpointNotFound,
    "endpoint_switched_off": EndpointSwitchedOff,
    "entry_not_found": EntryNotFound,
    "external_id_taken": ExternalIdTaken,
    "forbidden": Forbidden,
    "hold_closed": HoldClosed,
    "hold_not_found": HoldNotFound,
    "idempotency_key_invalid": IdempotencyKeyInvalid,
    "idempotency_key_missing": IdempotencyKeyMissing,
    "idempotency_key_reused": IdempotencyKeyReused,
    "insufficient_credits": InsufficientCredits,
    "invalid_request": InvalidRequest,
    "invoice_not_ready": InvoiceNotReady,
    "lot_not_found": LotNotFound,
    "malformed_event": MalformedEvent,
    "malformed_json": MalformedJson,
    "newer_format": NewerFormat,
    "not_refundable": NotRefundable,
    "nothing_to_cancel": NothingToCancel,
    "nothing_to_resume": NothingToResume,
    "nothing_to_void": NothingToVoid,
    "payment_failed": PaymentFailed,
    "payment_method_not_found": PaymentMethodNotFound,
    "payment_method_required": PaymentMethodRequired,
    "plan_change_pending": PlanChangePending,
    "plan_not_eligible": PlanNotEligible,
    "plan_purchase_not_available": PlanPurchaseNotAvailable,
    "policy_not_found": PolicyNotFound,
    "purchase_abandoned": PurchaseAbandoned,
    "purchase_not_found": PurchaseNotFound,
    "quantity_not_allowed": QuantityNotAllowed,
    "report_not_found": ReportNotFound,
    "too_many_endpoints": TooManyEndpoints,
    "too_many_holds": TooManyHolds,
    "too_many_secrets": TooManySecrets,
    "top_up_pending": TopUpPending,
    "unauthenticated": Unauthenticated,
    "unavailable": Unavailable,
    "unknown_pack": UnknownPack,
    "unknown_plan": UnknownPlan,
}

__all__ = [
    "AccountClosed",
    "AccountExists",
    "AccountNotClosed",
    "AccountNotFound",
    "AccountPaused",
    "AlreadyOnPlan",
    "AmountNotChargeable",
    "BadSignature",
    "BillingDetailsNotFound",
    "BodyTooLarge",
    "CheckoutRequired",
    "Conflict",
    "ConsentRequired",
    "ContactOnly",
    "CurrencyNotSold",
    "DeliveryNotFound",
    "EndpointNotFound",
    "EndpointSwitchedOff",
    "EntryNotFound",
    "ExternalIdTaken",
    "Forbidden",
    "HoldClosed",
    "HoldNotFound",
    "IdempotencyKeyInvalid",
    "IdempotencyKeyMissing",
    "IdempotencyKeyReused",
    "InsufficientCredits",
    "InvalidRequest",
    "InvoiceNotReady",
    "LotNotFound",
    "MalformedEvent",
    "MalformedJson",
    "NewerFormat",
    "NotRefundable",
    "NothingToCancel",
    "NothingToResume",
    "NothingToVoid",
    "PaymentFailed",
    "PaymentMethodNotFound",
    "PaymentMethodRequired",
    "PlanChangePending",
    "PlanNotEligible",
    "PlanPurchaseNotAvailable",
    "PolicyNotFound",
    "PurchaseAbandoned",
    "PurchaseNotFound",
    "QuantityNotAllowed",
    "ReportNotFound",
    "TooManyEndpoints",
    "TooManyHolds",
    "TooManySecrets",
    "TopUpPending",
    "Unauthenticated",
    "Unavailable",
    "UnknownPack",
    "UnknownPlan",
]
