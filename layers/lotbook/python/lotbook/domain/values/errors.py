"""Every way in which the product says no, as named outcomes with data. `api/http/problems.py` maps them to HTTP, nothing else does.

`Refused`: final until the caller changes something. `Conflict`: somebody was faster. `Unavailable`: try again later.
`Untrusted`: not who, or not what, it claims to be. `BrokenInvariant`: a defect of ours; never caught.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

MAX_ERRORS = 20  # how many fields one refusal names


class Outcome(Exception):  # a base, never raised itself
    """A named answer other than success. `code` is the contract's; `data` is carried into the problem document."""

    code: ClassVar[str] = ""
    title: ClassVar[str] = ""

    def __init__(self, detail: str = "", **data: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.data = data


class Refused(Outcome):
    """Final: the caller must change something."""


class Conflict(Outcome):
    """Somebody was faster; retried inside a named bound before it is told to the caller."""

    code = "conflict"
    title = "Somebody changed this at the same time; send the request again."


class Unavailable(Outcome):
    """A dependency did not answer; nothing is lost, the same request may be sent again. Data: `retry_after_seconds`."""

    code = "unavailable"
    title = "Not available right now; send the same request again."


class TooManyReversals(Unavailable):
    """A payment has more refunds or disputes than one look reads. Nothing was changed, for a part of them is no sum."""


class IssuerUnreachable(Unavailable):
    """The issuer's keys were never read, so nobody can say who a member is; service keys do not ask it."""


class Untrusted(Outcome):
    """The caller, or a signed message, is not what it claims to be."""


class BrokenInvariant(Exception):
    """What must never happen, happened: 500 and an alarm. Never caught."""


class ItemTooLarge(BrokenInvariant):
    """The table takes no item of this size: whatever grows in it has lost its bound. `item` names it; an alarm tells."""

    def __init__(self, item: str) -> None:
        super().__init__(f"{item} is larger than the table takes")
        self.item = item


# --- who -------------------------------------------------------------------------------------------------------------


class Unauthenticated(Untrusted):
    """No token, or one that is malformed, expired, revoked or signed by somebody else."""

    code = "unauthenticated"
    title = "A valid bearer token is needed."


class Forbidden(Refused):
    """Role or scope too small."""

    code = "forbidden"
    title = "This token may not do that."


class AccountNotFound(Refused):
    """Absent, or not visible to the caller: the two are the same answer."""

    code = "account_not_found"
    title = "There is no such account."


class AccountExists(Refused):
    """The account id is taken by an account with other data."""

    code = "account_exists"
    title = "This account exists with other data."


class AccountPaused(Refused):
    """The account may not burn credits. Data: `pause_reason`."""

    code = "account_paused"
    title = "The account is paused."


class AccountClosed(Refused):
    """The account was closed for good."""

    code = "account_closed"
    title = "The account is closed."


# --- requests --------------------------------------------------------------------------------------------------------


class MalformedJson(Refused):
    """The body is not JSON, is empty, nests too deep or holds NaN."""

    code = "malformed_json"
    title = "The body is not valid JSON."


class BodyTooLarge(Refused):
    """The body is larger than the bound. Data: `max_bytes`."""

    code = "body_too_large"
    title = "The body is too large."


class InvalidRequest(Refused):
    """Fields are missing, unknown or out of range. Data: `errors: [{field, code, message}]`."""

    code = "invalid_request"
    title = "The request is not valid."

    @classmethod
    def of(cls, field: str, code: str, message: str) -> InvalidRequest:
        """One field's refusal."""
        return cls(message, errors=[{"field": field, "code": code, "message": message}])

    @classmethod
    def of_all(cls, errors: Sequence[Mapping[str, str]]) -> InvalidRequest:
        """The refusal of several fields: it says the first one, and names MAX_ERRORS of them."""
        first = errors[0]
        return cls(f"{first['field'] or 'body'}: {first['message']}", errors=[*errors[:MAX_ERRORS]])


class IdempotencyKeyMissing(Refused):
    """A call that moves credits or money came without `Idempotency-Key` (D3)."""

    code = "idempotency_key_missing"
    title = "The header Idempotency-Key is required."


class IdempotencyKeyInvalid(Refused):
    """The key is not 1 to 255 visible ASCII characters."""

    code = "idempotency_key_invalid"
    title = "Idempotency-Key must be 1 to 255 visible ASCII characters."


class IdempotencyKeyReused(Refused):
    """The key was used before with another body (D3)."""

    code = "idempotency_key_reused"
    title = "This Idempotency-Key was used with another body."


# --- burning ---------------------------------------------------------------------------------------------------------


class InsufficientCredits(Refused):
    """Fewer credits than asked for; nothing was burned. Data: `requested`, `available`."""

    code = "insufficient_credits"
    title = "Not enough credits."


class TopUpPending(Refused):
    """An automatic purchase is under way and the policy says wait (X-08). Data: `retry_after_seconds`."""

    code = "top_up_pending"
    title = "An automatic purchase is under way; try again shortly."


class HoldNotFound(Refused):
    """No hold of that id in this account."""

    code = "hold_not_found"
    title = "There is no such hold."


class HoldClosed(Refused):
    """The hold was captured, released or lapsed. Data: `state`."""

    code = "hold_closed"
    title = "The hold is closed."


class TooManyHolds(Refused):
    """The account has as many open holds of the unit as a book takes, and none has lapsed. Data: `open`, `max`."""

    code = "too_many_holds"
    title = "Too many holds are open: capture or release some, or wait until they lapse."


class LotNotFound(Refused):
    """A claw-back or confirmation named a lot that is not granted (yet): the sender tries again later."""

    code = "lot_not_found"
    title = "There is no such lot."


# --- policies --------------------------------------------------------------------------------------------------------


class PolicyNotFound(Refused):
    """No policy, or no such version of it."""

    code = "policy_not_found"
    title = "There is no such policy."


class PolicyInvalid(InvalidRequest):
    """A policy document breaks the model; `errors` name each path, what was found and what is allowed."""

    title = "The policy is not valid."


# --- buying ----------------------------------------------------------------------------------------------------------


class NotEligible(Refused):
    """This account may not buy this now; `reason` is the code that a quote shows beside `allowed: false`."""

    title = "This purchase is not open to this account."

    def __init__(self, reason: str, detail: str = "", **data: Any) -> None:
        super().__init__(detail, **data)
        self.code = reason  # type: ignore[misc]  # the reason is the problem's code (contract, "Quantities")


class QuantityNotAllowed(Refused):
    """The quantity breaks the policy's rule. Data: `min`, `max`, `step`, or `packs`."""

    code = "quantity_not_allowed"
    title = "This quantity cannot be bought."


class AmountNotChargeable(Refused):
    """The gateway cannot charge this total (X-16). Data: `min_minor`, `max_minor`."""

    code = "amount_not_chargeable"
    title = "This amount cannot be charged."


class UnknownPack(Refused):
    """The policy sells no such pack. Data: `packs`."""

    code = "unknown_pack"
    title = "There is no such pack."


class UnknownPlan(Refused):
    """The policy has no such plan. Data: `plans`."""

    code = "unknown_plan"
    title = "There is no such plan."


class ContactOnly(Refused):
    """The plan is sold by people, not here (NP-12). Data: `contact_url`."""

    code = "contact_only"
    title = "This plan is sold by contact only."


class AlreadyOnPlan(Refused):
    """Buying the plan that one is on (NP-52)."""

    code = "already_on_plan"
    title = "The account is on this plan already."


class ConsentRequired(Refused):
    """The refund policy of this very version must be accepted for this purchase (NP-20, NP-21). Data: `kind`, `version`, `url`."""

    code = "consent_required"
    title = "The refund policy must be accepted for this purchase."


class PurchaseNotFound(Refused):
    """No such purchase in this account."""

    code = "purchase_not_found"
    title = "There is no such purchase."


class PurchaseAbandoned(Refused):
    """The order of this key was abandoned before its checkout page could be opened (NP-30). Data: `purchase_id`."""

    code = "purchase_abandoned"
    title = "This purchase was abandoned before its checkout opened; start a new one."


class CardDeclined(Refused):
    """A charge without the buyer present was declined; it is not tried again (NP-27). Data: `reason`, the gateway's code."""

    code = "card_declined"
    title = "The card was declined."


class PaymentFailed(Refused):
    """The card was declined for a change of plan; the plan is as it was. Data: `decline_code`, `purchase_id`."""

    code = "payment_failed"
    title = "The payment failed."


class InvoiceNotReady(Refused):
    """The purchase has no invoice (yet). Data: `reason`, with `waiting_for_billing` when it waits for billing details."""

    code = "invoice_not_ready"
    title = "The invoice is not ready."


class BillingDetailsNotFound(Refused):
    """Nobody has filled in billing details yet."""

    code = "billing_details_not_found"
    title = "There are no billing details yet."


class NotRefundable(Refused):
    """Nothing goes back by the product's own refund (IS-27, NP-32). Data: `reason`, the purchase's `state` where that is it.

    `policy`: not under the policy of the purchase; `too_late`: not by a buyer any more, after `within_days`; `state`: not
    paid, disputed or refunded; `nothing_unused`; `too_little`: what is unused is worth less than the smallest unit of money;
    `shortfall`: the account owes credits; `too_many`: refunds of one purchase; `gateway`: it refused, and the credits are back.
    """

    code = "not_refundable"
    title = "This purchase cannot be refunded."


class CheckoutRequired(Refused):
    """The change needs a checkout page: buy it as a purchase of kind plan."""

    code = "checkout_required"
    title = "This needs a checkout page."


class PlanChangePending(Refused):
    """Another change of the account's plan is under way. Data: `purchase_id`."""

    code = "plan_change_pending"
    title = "A change of plan is under way."


class PaymentMethodRequired(Refused):
    """There is no card on file."""

    code = "payment_method_required"
    title = "A payment method is needed."


class PaymentMethodNotFound(Refused):
    """No such payment method in this account."""

    code = "payment_method_not_found"
    title = "There is no such payment method."


class NothingToCancel(Refused):
    """There is no subscription that could be cancelled."""

    code = "nothing_to_cancel"
    title = "There is nothing to cancel."


class NothingToResume(Refused):
    """There is no cancellation that could be taken back."""

    code = "nothing_to_resume"
    title = "There is nothing to resume."


class BadSignature(Untrusted):
    """No active secret signs this body, or its time is out of tolerance."""

    code = "bad_signature"
    title = "The signature does not verify."


class MalformedEvent(Untrusted):
    """Signed, but not an event."""

    code = "malformed_event"
    title = "The body is not an event."
