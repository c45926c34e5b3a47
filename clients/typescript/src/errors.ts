// Refusals, a class for each code.
// Generated from openapi.json by `python -m local.generate clients`.

import {
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
} from "./failures.ts";
import type { Instant } from "./types.ts";

/** The account was closed for good. Open another account; this one stays closed. */
export class AccountClosed extends ForbiddenError {
  static code = "account_closed";
  override name = "AccountClosed";
}

/** The account id is taken by an account with other data. Choose another id, or send the same body as at first. */
export class AccountExists extends ConflictError {
  static code = "account_exists";
  override name = "AccountExists";
}

/** Only a closed account is erased. Close the account first; then send the request again. */
export class AccountNotClosed extends ConflictError {
  static code = "account_not_closed";
  override name = "AccountNotClosed";
}

/**
 * Absent, or not visible to the caller: the two are the same answer. Check the account id; a member token reaches its
 * own account only.
 */
export class AccountNotFound extends NotFoundError {
  static code = "account_not_found";
  override name = "AccountNotFound";
}

/**
 * The account may not burn credits. Data: `pause_reason`. Clear what `pause_reason` names, then send the request again.
 */
export class AccountPaused extends ForbiddenError {
  static code = "account_paused";
  override name = "AccountPaused";

  get pause_reason(): string {
    return this.member("pause_reason");
  }
}

/** Buying the plan that one is on. Nothing to do. */
export class AlreadyOnPlan extends BadRequestError {
  static code = "already_on_plan";
  override name = "AlreadyOnPlan";
}

/**
 * The gateway cannot charge this total. Data: `min_minor`, `max_minor`. Buy so that the total lies within `min_minor`
 * and `max_minor`.
 */
export class AmountNotChargeable extends UnprocessableError {
  static code = "amount_not_chargeable";
  override name = "AmountNotChargeable";

  get min_minor(): number {
    return this.member("min_minor");
  }

  get max_minor(): number {
    return this.member("max_minor");
  }
}

/**
 * No active secret signs this body, or its time is out of tolerance. Sign with an active secret; check the sender's
 * clock.
 */
export class BadSignature extends BadRequestError {
  static code = "bad_signature";
  override name = "BadSignature";
}

/** Nobody has filled in billing details yet. Fill them in. */
export class BillingDetailsNotFound extends NotFoundError {
  static code = "billing_details_not_found";
  override name = "BillingDetailsNotFound";
}

/** The body is larger than the bound. Data: `max_bytes`. Send at most `max_bytes` bytes. */
export class BodyTooLarge extends TooLargeError {
  static code = "body_too_large";
  override name = "BodyTooLarge";

  get max_bytes(): number {
    return this.member("max_bytes");
  }
}

/** The change needs a checkout page: buy it as a purchase of kind plan. Send a purchase of kind `plan`. */
export class CheckoutRequired extends ConflictError {
  static code = "checkout_required";
  override name = "CheckoutRequired";

  get purchase_id(): string | null {
    return this.member("purchase_id");
  }

  get checkout_url(): string | null {
    return this.member("checkout_url");
  }

  get expires_at(): Instant | null {
    return this.member("expires_at");
  }
}

/** Somebody was faster; retried inside a named bound before it is told to the caller. Send the same request again. */
export class Conflict extends ConflictError {
  static code = "conflict";
  override name = "Conflict";
}

/**
 * The refund policy of this very version must be accepted for this purchase. Data: `kind`, `version`, `url`. Show the
 * refund policy at `url` and send `consent` `{kind, version}` as it came.
 */
export class ConsentRequired extends UnprocessableError {
  static code = "consent_required";
  override name = "ConsentRequired";

  get kind(): string {
    return this.member("kind");
  }

  get version(): string {
    return this.member("version");
  }

  get url(): string | null {
    return this.member("url");
  }
}

/** The plan is sold by people, not here. Data: `contact_url`. Go to `contact_url`. */
export class ContactOnly extends UnprocessableError {
  static code = "contact_only";
  override name = "ContactOnly";

  get contact_url(): string | null {
    return this.member("contact_url");
  }
}

/** As the `reason` of a quote: what this account may not buy. The code is the `reason` that offers and quotes show. */
export class CurrencyNotSold extends ForbiddenError {
  static code = "currency_not_sold";
  override name = "CurrencyNotSold";
}

/**
 * No delivery of that id to that endpoint; they are kept for some weeks. Check the delivery id; deliveries are kept for
 * 30 days.
 */
export class DeliveryNotFound extends NotFoundError {
  static code = "delivery_not_found";
  override name = "DeliveryNotFound";
}

/** No endpoint of that id. Check the endpoint id. */
export class EndpointNotFound extends NotFoundError {
  static code = "endpoint_not_found";
  override name = "EndpointNotFound";
}

/**
 * The endpoint is switched off, so nothing is sent to it. Data: `disabled_reason`. Switch it on (`PATCH` with `state:
 * enabled`), then send the request again.
 */
export class EndpointSwitchedOff extends ConflictError {
  static code = "endpoint_switched_off";
  override name = "EndpointSwitchedOff";

  get disabled_reason(): string | null {
    return this.member("disabled_reason");
  }
}

/**
 * No entry of that id in this account: statements show their ids. Check the entry id; those that release 0.2.0 gave out
 * lead nowhere, the statement shows the new ones.
 */
export class EntryNotFound extends NotFoundError {
  static code = "entry_not_found";
  override name = "EntryNotFound";
}

/**
 * Another account has that external id. Data: `external_id`. Find the account that has it (`GET
 * /v1/accounts?external_id=`), or choose another.
 */
export class ExternalIdTaken extends ConflictError {
  static code = "external_id_taken";
  override name = "ExternalIdTaken";

  get external_id(): string {
    return this.member("external_id");
  }
}

/** Role or scope too small. Use a role of the policy's buyers, or a service key with the scope of this call. */
export class Forbidden extends ForbiddenError {
  static code = "forbidden";
  override name = "Forbidden";
}

/** The hold was captured, released or lapsed. Data: `state`. Read `state`; a closed hold stays closed. */
export class HoldClosed extends ConflictError {
  static code = "hold_closed";
  override name = "HoldClosed";

  get state(): string {
    return this.member("state");
  }
}

/** No hold of that id in this account. Check the hold id. */
export class HoldNotFound extends NotFoundError {
  static code = "hold_not_found";
  override name = "HoldNotFound";
}

/** The key is not 1 to 255 visible ASCII characters. Use 1 to 255 visible ASCII characters. */
export class IdempotencyKeyInvalid extends BadRequestError {
  static code = "idempotency_key_invalid";
  override name = "IdempotencyKeyInvalid";
}

/**
 * A call that moves credits or money came without `Idempotency-Key`. Send `Idempotency-Key`: a new one a piece of work,
 * the same one a retry.
 */
export class IdempotencyKeyMissing extends BadRequestError {
  static code = "idempotency_key_missing";
  override name = "IdempotencyKeyMissing";
}

/** The key was used before with another body. Use a new key for other work; send the same body to repeat. */
export class IdempotencyKeyReused extends UnprocessableError {
  static code = "idempotency_key_reused";
  override name = "IdempotencyKeyReused";
}

/**
 * Fewer credits than asked for; nothing was burned. Data: `requested`, `available`. Buy credits; the same key may be
 * sent again.
 */
export class InsufficientCredits extends PaymentRequiredError {
  static code = "insufficient_credits";
  override name = "InsufficientCredits";

  get requested(): number {
    return this.member("requested");
  }

  get available(): number {
    return this.member("available");
  }
}

/**
 * Fields are missing, unknown or out of range. Data: `errors: [{field, code, message}]`. Correct the fields that
 * `errors` names.
 */
export class InvalidRequest extends UnprocessableError {
  static code = "invalid_request";
  override name = "InvalidRequest";

  get errors(): Array<Record<string, unknown>> {
    return this.member("errors");
  }
}

/**
 * The purchase has no invoice (yet). Data: `reason`, with `waiting_for_billing` when it waits for billing details. Try
 * again when the purchase is completed; fill in billing details where `reason` is `waiting_for_billing`.
 */
export class InvoiceNotReady extends ConflictError {
  static code = "invoice_not_ready";
  override name = "InvoiceNotReady";

  get reason(): string {
    return this.member("reason");
  }
}

/**
 * A claw-back or confirmation named a lot that is not granted (yet): the sender tries again later. Check the lot id.
 */
export class LotNotFound extends NotFoundError {
  static code = "lot_not_found";
  override name = "LotNotFound";
}

/** Signed, but not an event. Send the event as the gateway made it. */
export class MalformedEvent extends BadRequestError {
  static code = "malformed_event";
  override name = "MalformedEvent";
}

/**
 * The body is not JSON, is empty, nests too deep or holds NaN. Send one JSON object in UTF-8, nested at most 32 levels,
 * no name twice.
 */
export class MalformedJson extends BadRequestError {
  static code = "malformed_json";
  override name = "MalformedJson";
}

/**
 * A newer release has written what was to be read. Nothing was changed; an alarm rings. Data: `kind`,
 * `retry_after_seconds`. Wait `Retry-After` seconds and send the same request again: the releases are being changed.
 * Nothing was done.
 */
export class NewerFormat extends ServerError {
  static code = "newer_format";
  override name = "NewerFormat";

  get kind(): string {
    return this.member("kind");
  }

  get retry_after_seconds(): number {
    return this.member("retry_after_seconds");
  }
}

/**
 * Nothing goes back by the product's own refund. Data: `reason`, the purchase's `state` where that is it. `policy`: not
 * under the policy of the purchase; `too_late`: not by a buyer any more, after `within_days`; `state`: not paid,
 * disputed or refunded; `nothing_unused`; `too_little`: what is unused is worth less than the smallest unit of money;
 * `shortfall`: the account owes credits; `too_many`: refunds of one purchase; `gateway`: it refused, and the credits
 * are back. Read `reason`; nothing was changed. The policy of the purchase decides.
 */
export class NotRefundable extends ConflictError {
  static code = "not_refundable";
  override name = "NotRefundable";

  get reason(): string {
    return this.member("reason");
  }

  get state(): string | null {
    return this.member("state");
  }

  get within_days(): number | null {
    return this.member("within_days");
  }
}

/** There is no subscription that could be cancelled. Nothing to do. */
export class NothingToCancel extends ConflictError {
  static code = "nothing_to_cancel";
  override name = "NothingToCancel";
}

/** There is no cancellation that could be taken back. Nothing to do. */
export class NothingToResume extends ConflictError {
  static code = "nothing_to_resume";
  override name = "NothingToResume";
}

/**
 * Nothing of the lot is unused: it was burned, is held, has expired or was taken back. Data: `lot_id`, `held`. Nothing
 * to do; what is `held` can be taken once its holds are released.
 */
export class NothingToVoid extends ConflictError {
  static code = "nothing_to_void";
  override name = "NothingToVoid";

  get lot_id(): string {
    return this.member("lot_id");
  }

  get held(): number {
    return this.member("held");
  }
}

/**
 * The card was declined for a change of plan; the plan is as it was. Data: `decline_code`, `purchase_id`. Use another
 * card and a new key; nothing has changed.
 */
export class PaymentFailed extends PaymentRequiredError {
  static code = "payment_failed";
  override name = "PaymentFailed";

  get decline_code(): string | null {
    return this.member("decline_code");
  }

  get purchase_id(): string {
    return this.member("purchase_id");
  }
}

/** No such payment method in this account. Check the payment method. */
export class PaymentMethodNotFound extends NotFoundError {
  static code = "payment_method_not_found";
  override name = "PaymentMethodNotFound";
}

/** There is no card on file. Add a card first. */
export class PaymentMethodRequired extends ConflictError {
  static code = "payment_method_required";
  override name = "PaymentMethodRequired";
}

/**
 * Another change of the account's plan is under way. Data: `purchase_id`. Wait until it is settled: look at the
 * purchase that is named.
 */
export class PlanChangePending extends ConflictError {
  static code = "plan_change_pending";
  override name = "PlanChangePending";

  get purchase_id(): string {
    return this.member("purchase_id");
  }
}

/** As the `reason` of a quote: what this account may not buy. The code is the `reason` that offers and quotes show. */
export class PlanNotEligible extends ForbiddenError {
  static code = "plan_not_eligible";
  override name = "PlanNotEligible";
}

/** As the `reason` of a quote: what this account may not buy. The code is the `reason` that offers and quotes show. */
export class PlanPurchaseNotAvailable extends ForbiddenError {
  static code = "plan_purchase_not_available";
  override name = "PlanPurchaseNotAvailable";
}

/** No policy, or no such version of it. Check the policy id and the version. */
export class PolicyNotFound extends NotFoundError {
  static code = "policy_not_found";
  override name = "PolicyNotFound";
}

/**
 * The order of this key was abandoned before its checkout page could be opened. Data: `purchase_id`. Start a new
 * purchase under a new key.
 */
export class PurchaseAbandoned extends ConflictError {
  static code = "purchase_abandoned";
  override name = "PurchaseAbandoned";

  get purchase_id(): string {
    return this.member("purchase_id");
  }
}

/** No such purchase in this account. Check the purchase id. */
export class PurchaseNotFound extends NotFoundError {
  static code = "purchase_not_found";
  override name = "PurchaseNotFound";
}

/**
 * The quantity breaks the policy's rule. Data: `min`, `max`, `step`, or `packs`. Buy a quantity that fits `min`, `max`
 * and `step`, or one of `packs`.
 */
export class QuantityNotAllowed extends UnprocessableError {
  static code = "quantity_not_allowed";
  override name = "QuantityNotAllowed";

  get min(): number | null {
    return this.member("min");
  }

  get max(): number | null {
    return this.member("max");
  }

  get step(): number | null {
    return this.member("step");
  }

  get packs(): Array<Record<string, unknown>> | null {
    return this.member("packs");
  }
}

/** No report of that name. Ask for `liability`, `recognition`, `roll-forward`, `tax`, `balance` or `differences`. */
export class ReportNotFound extends NotFoundError {
  static code = "report_not_found";
  override name = "ReportNotFound";
}

/**
 * The deployment has as many endpoints as it may have. Data: `max`. Delete an endpoint that is not needed; each may
 * hear of many types.
 */
export class TooManyEndpoints extends ConflictError {
  static code = "too_many_endpoints";
  override name = "TooManyEndpoints";

  get max(): number {
    return this.member("max");
  }
}

/**
 * The account has as many open holds of the unit as a book takes, and none has lapsed. Data: `open`, `max`. Capture or
 * release holds that are not needed any more, or send it again when some have lapsed.
 */
export class TooManyHolds extends ConflictError {
  static code = "too_many_holds";
  override name = "TooManyHolds";

  get open(): number {
    return this.member("open");
  }

  get max(): number {
    return this.member("max");
  }
}

/**
 * As many secrets sign already as may at once. Data: `first_ends_at`, when the first of them ends. Wait until
 * `first_ends_at`, or rotate with `overlap_seconds: 0`, which ends all secrets before at once.
 */
export class TooManySecrets extends ConflictError {
  static code = "too_many_secrets";
  override name = "TooManySecrets";

  get first_ends_at(): Instant {
    return this.member("first_ends_at");
  }
}

/**
 * An automatic purchase is under way and the policy says wait. Data: `retry_after_seconds`. Wait `Retry-After` seconds
 * and send the same request again.
 */
export class TopUpPending extends PaymentRequiredError {
  static code = "top_up_pending";
  override name = "TopUpPending";

  get retry_after_seconds(): number {
    return this.member("retry_after_seconds");
  }
}

/**
 * No token, or one that is malformed, expired, revoked or signed by somebody else. Send `Authorization: Bearer` with a
 * valid member token or service key.
 */
export class Unauthenticated extends UnauthorizedError {
  static code = "unauthenticated";
  override name = "Unauthenticated";
}

/**
 * A dependency did not answer; nothing is lost, the same request may be sent again. Data: `retry_after_seconds`. Wait
 * `Retry-After` seconds and send the same request again.
 */
export class Unavailable extends ServerError {
  static code = "unavailable";
  override name = "Unavailable";

  get retry_after_seconds(): number | null {
    return this.member("retry_after_seconds");
  }
}

/** The policy sells no such pack. Data: `packs`. Choose one of `packs`. */
export class UnknownPack extends UnprocessableError {
  static code = "unknown_pack";
  override name = "UnknownPack";

  get packs(): Array<Record<string, unknown>> {
    return this.member("packs");
  }
}

/** The policy has no such plan. Data: `plans`. Choose one of `plans`. */
export class UnknownPlan extends UnprocessableError {
  static code = "unknown_plan";
  override name = "UnknownPlan";

  get plans(): Array<string> {
    return this.member("plans");
  }
}

export const byCode: Record<string, new (status: number, data: Record<string, unknown>, retryAfter?: number) => ApiError> = {
  __proto__: null,
  account_closed: AccountClosed,
  account_exists: AccountExists,
  account_not_closed: AccountNotClosed,
  account_not_found: AccountNotFound,
  account_paused: AccountPaused,
  already_on_plan: AlreadyOnPlan,
  amount_not_chargeable: AmountNotChargeable,
  bad_signature: BadSignature,
  billing_details_not_found: BillingDetailsNotFound,
  body_too_large: BodyTooLarge,
  checkout_required: CheckoutRequired,
  conflict: Conflict,
  consent_required: ConsentRequired,
  contact_only: ContactOnly,
  currency_not_sold: CurrencyNotSold,
  delivery_not_found: DeliveryNotFound,
  endpoint_not_found: EndpointNotFound,
  endpoint_switched_off: EndpointSwitchedOff,
  entry_not_found: EntryNotFound,
  external_id_taken: ExternalIdTaken,
  forbidden: Forbidden,
  hold_closed: HoldClosed,
  hold_not_found: HoldNotFound,
  idempotency_key_invalid: IdempotencyKeyInvalid,
  idempotency_key_missing: IdempotencyKeyMissing,
  idempotency_key_reused: IdempotencyKeyReused,
  insufficient_credits: InsufficientCredits,
  invalid_request: InvalidRequest,
  invoice_not_ready: InvoiceNotReady,
  lot_not_found: LotNotFound,
  malformed_event: MalformedEvent,
  malformed_json: MalformedJson,
  newer_format: NewerFormat,
  not_refundable: NotRefundable,
  nothing_to_cancel: NothingToCancel,
  nothing_to_resume: NothingToResume,
  nothing_to_void: NothingToVoid,
  payment_failed: PaymentFailed,
  payment_method_not_found: PaymentMethodNotFound,
  payment_method_required: PaymentMethodRequired,
  plan_change_pending: PlanChangePending,
  plan_not_eligible: PlanNotEligible,
  plan_purchase_not_available: PlanPurchaseNotAvailable,
  policy_not_found: PolicyNotFound,
  purchase_abandoned: PurchaseAbandoned,
  purchase_not_found: PurchaseNotFound,
  quantity_not_allowed: QuantityNotAllowed,
  report_not_found: ReportNotFound,
  too_many_endpoints: TooManyEndpoints,
  too_many_holds: TooManyHolds,
  too_many_secrets: TooManySecrets,
  top_up_pending: TopUpPending,
  unauthenticated: Unauthenticated,
  unavailable: Unavailable,
  unknown_pack: UnknownPack,
  unknown_plan: UnknownPlan,
} as never;
