// What Lotbook takes and answers, as JSON has it. Credits and money are integers; unknown members may be there.
// Generated from openapi.json by `python -m local.generate clients`.

/** RFC 3339, UTC: `2026-01-31T00:00:00Z`. */
export type Instant = string;

/** A number that is no float: `"0.0009"`. */
export type Decimal = string;

/** A page of an export: CSV with its header row. */
export interface CsvPage {
  text: string;
  next_cursor: string | null;
}

/** A kind that only a newer server has. */
export interface UnknownKind {
  kind: string & {};
}

/**
 * An account. `period` is the billing period, null where nothing is billed; `plan_ends_at` the end of a plan that does
 * end. `plan_ends_soon`: within the days that the policy names. `cancel_at`: when a plan ends because the buyer
 * cancelled it. `email`, `external_id` and `metadata` are shown to service keys alone. `grace_ends_at`: until when the
 * credits of an unpaid period can be spent. `entitlements`: what the plan unlocks.
 */
export interface Account {
  account_id: string;
  policy_id: string;
  policy_version: number;
  plan_id: string;
  plan_billing: "none" | "external" | "stripe" | (string & {});
  plan_state: "active" | "past_due" | "canceling" | "ended" | (string & {});
  cancel_at: Instant | null;
  next_plan: NextPlan | null;
  grace_ends_at: Instant | null;
  plan_ends_at: Instant | null;
  plan_ends_soon: boolean;
  entitlements: Array<string>;
  created_at: Instant;
  email: string | null;
  external_id: string | null;
  metadata: Record<string, string> | null;
  region: string;
  currency: string;
  time_zone: string;
  state: "active" | "paused" | "closed" | (string & {});
  pause_reason: string | null;
  pause_reasons: Array<string>;
  closed_at: Instant | null;
  erased_at: Instant | null;
  period: Period | null;
  credits_reset_at: Instant | null;
  auto_top_up: AutoTopUp;
  notifications: Notifications;
}

/** A page of accounts, newest first. It may be short and not the last. */
export interface Accounts {
  accounts: Array<Account>;
  next_cursor: string | null;
}

/** A postal address. */
export interface Address {
  line1: string;
  line2: string | null;
  city: string;
  state: string | null;
  postal_code: string;
  country: string;
}

/** What to do, and why in words. `credits` with `buy`; `plan_id`, where one is known, with plans. */
export interface Advice {
  code: "planned_peak" | "event_size" | "event_buffer" | "steady_use" | "running_short" | "before_reset" | "frequent_purchases" | (string & {});
  action: "buy" | "upgrade" | "review_plan" | (string & {});
  credits: number | null;
  plan_id: string | null;
  reason: string;
}

/**
 * What was bought, or was not and why. `credits` and `amount_minor` are of the purchase; 0 where none was worked out.
 */
export interface AutoEvent {
  at: Instant;
  outcome: "bought" | "not_bought" | (string & {});
  reason: "bought" | "cap_reached" | "limit_reached" | "disabled" | "suspended" | "no_card" | "plan_not_eligible" | "shortfall_too_large" | "paused" | "past_due" | "charging" | "declined" | "authentication_required" | "unknown_outcome" | "switched_off_everywhere" | (string & {});
  purchase_id: string | null;
  credits: number;
  amount_minor: number;
}

/**
 * Why nothing more is charged: the card was declined, or its bank wants its owner, who goes to `page_url` where there
 * is one.
 */
export interface AutoFailure {
  code: "declined" | "authentication_required" | (string & {});
  decline_code: string | null;
  at: Instant;
  purchase_id: string;
  page_url: string | null;
}

/**
 * Automatic purchase as the policy has it and the account uses it. Money with tax, of one unit of `credits`. It buys
 * once fewer than `below` credits are left; with `up_to`, as many units as fill the account up to that. What is under
 * way counts in `used_this_period` and `spent_this_period_minor`; both begin anew with each credit period.
 * `payment_method` null: the default card. `off_reason`: why it is off, once it was ever on.
 */
export interface AutoTopUp {
  enabled: boolean;
  credits: number | null;
  below: number | null;
  up_to: number | null;
  surcharge: Decimal | null;
  unit_price: Decimal | null;
  next_charge_minor: number | null;
  currency: string;
  used_this_period: number;
  cap_this_period: number;
  limit_minor: number | null;
  spent_this_period_minor: number;
  state: "ready" | "charging" | "suspended" | (string & {});
  last_failure: AutoFailure | null;
  payment_method: string | null;
  off_reason: "by_hand" | "no_card" | "closed" | "payment_mismatch" | (string & {}) | null;
}

/** Events of automatic purchase, newest first: one a cause, however many burns were refused for it. */
export interface AutoTopUpHistory {
  events: Array<AutoEvent>;
  next_cursor: string | null;
}

/** Credits that automatic purchase ordered. */
export interface AutoTopUpItem {
  kind: "auto_top_up";
  credits: number;
}

/**
 * One consistent moment; `lots` in burn order. available + held + frozen + waiting - shortfall is the sum of all
 * entries. `waiting` are credits of lots that are not effective yet.
 */
export interface Balance {
  account_id: string;
  unit: string;
  as_of: Instant;
  available: number;
  held: number;
  frozen: number;
  waiting: number;
  shortfall: number;
  lots: Array<Lot>;
}

/**
 * What moved the gateway's balance in the month, by the currency that it settles in and by its category of reporting.
 * `of_purchases_minor`: of the gross, what belongs to purchases here; the rest is payouts, fees, and what others sold.
 */
export interface BalanceLine {
  kind: "balance";
  currency: string;
  category: string;
  transactions: number;
  gross_minor: number;
  fee_minor: number;
  net_minor: number;
  of_purchases_minor: number;
}

/**
 * One item's answer; `code` and `detail` are the refusal's. `credits` and how they were rated: of an item by usage that
 * was burned.
 */
export interface BatchResult {
  rated?: Array<RatedPart>;
  rating?: Rating;
  credits?: number;
  idempotency_key: string;
  status: "consumed" | "replayed" | "refused" | (string & {});
  entry_id: string | null;
  code: string | null;
  detail: string | null;
}

/** To whom invoices are made out; `shipping` is the billing address unless another was given. */
export interface BillingDetails {
  name: string;
  email: string;
  phone: string | null;
  address: Address;
  tax_id: string | null;
  purchase_order: string | null;
  receipt_email: string | null;
  shipping: Address;
}

/** One line of a batch under one key, in the order sent. The lines sum to what was burned. */
export interface BurnedLine {
  rated?: Array<RatedPart>;
  rating?: Rating;
  credits: number;
  reference: string | null;
}

/** What else happened to the lot; `credits` is positive, the kind tells the direction. */
export interface ChangeOfLot {
  entry_id: string;
  at: Instant;
  kind: "expired" | "clawed_back" | "adjusted" | "frozen" | "unfrozen" | (string & {});
  credits: number;
  reason: string | null;
  reference: string | null;
}

/** What a consume would answer now. `reason`: the code of its refusal; `available`: what can be spent before it. */
export interface Checked {
  rated?: Array<RatedPart>;
  rating?: Rating;
  allowed: boolean;
  requested: number;
  available: number;
  reason: "insufficient_credits" | "top_up_pending" | "account_paused" | "account_closed" | (string & {}) | null;
  pause_reason: string | null;
  draws: Array<CheckedDraw>;
}

/**
 * What a consume would take from one lot; null for a lot that an automatic purchase would bring, which does not exist
 * yet.
 */
export interface CheckedDraw {
  lot_id: string | null;
  credits: number;
}

/** What has to be accepted anew for every purchase. */
export interface ConsentAsked {
  kind: "refund_policy";
  version: string;
  url: string;
}

/** The acceptance with where it came from. */
export interface ConsentEvidence {
  kind: string;
  refund_policy_version: string;
  accepted_at: Instant;
  actor: string;
  url: string | null;
  source_ip: string | null;
  user_agent: string | null;
}

/** What the buyer accepted, and when. */
export interface ConsentGiven {
  kind: string;
  refund_policy_version: string;
  accepted_at: Instant;
  actor: string;
}

/** A burn; `rated` and `rating` where it was one by usage. */
export interface Consumed {
  rated?: Array<RatedPart>;
  rating?: Rating;
  entry_id: string;
  credits: number;
  draws: Array<Draw>;
  available: number;
  at: Instant;
}

/**
 * A batch's answer; `available` is what can be spent after it. Without the header `Idempotency-Key`: `results` in
 * order, and the `unit` that `available` is of, the items' or the first if they differ. With it the batch is one burn:
 * its entry, its `credits` with the `lines` that sum to them, and its `draws`.
 */
export interface ConsumedBatch {
  results?: Array<BatchResult>;
  unit?: string;
  entry_id?: string;
  credits?: number;
  lines?: Array<BurnedLine>;
  draws?: Array<Draw>;
  at?: Instant;
  available: number;
}

/** A payment that adds no credits. */
export interface CustomPaymentItem {
  kind: "custom_payment";
  amount_minor: number;
  remark: string;
}

/** One try. Nothing that the endpoint said is kept but its status. */
export interface DeliveryAttempt {
  at: Instant;
  result: "ok" | "status" | "redirect" | "gone" | "not_public" | "unresolved" | "connect" | "tls" | "timeout" | "no_answer" | (string & {});
  status: number | null;
  took_ms: number;
}

/** One lot as it was credited; the first is the bought one, the others are its companions in other units. */
export interface DeliveryEvidence {
  lot_id: string;
  unit: string;
  entry_id: string;
  at: Instant;
  credits: number;
  paid_to_shortfall: number;
  effective_at: Instant;
  expires_at: Instant | null;
}

/**
 * A payment that the books and the gateway's balance do not have alike in the month. `difference_minor`: the gateway's
 * less the books'. `other_month`: with that month both come to the same.
 */
export interface DifferenceLine {
  kind: "differences";
  account_id: string | null;
  purchase_id: string | null;
  payment: string;
  what: "charged" | "money_back" | (string & {});
  currency: string;
  booked_minor: number;
  gateway_minor: number;
  difference_minor: number;
  reason: "not_booked" | "not_in_balance" | "not_through_gateway" | "dispute" | "amount" | "other_month" | (string & {});
  other_month: string | null;
  transactions: Array<string>;
}

/** The bank's dispute about a purchase. */
export interface Dispute {
  state: "open" | "won" | "lost" | (string & {});
}

/** What one operation took from, or gave to, one lot. */
export interface Draw {
  lot_id: string;
  credits: number;
}

/** One endpoint. `previous_secrets_end_at`: until when the secrets before the newest sign as well, the newest first. */
export interface Endpoint {
  endpoint_id: string;
  url: string;
  types: Array<string>;
  email: string | null;
  state: "enabled" | "disabled" | (string & {});
  disabled_reason: "failing" | "gone" | "by_hand" | (string & {}) | null;
  disabled_at: Instant | null;
  failing_since: Instant | null;
  previous_secrets_end_at: Array<Instant>;
  created_at: Instant;
}

/** It is gone. */
export interface EndpointDeleted {
  endpoint_id: string;
  deleted: boolean;
}

/** A page, newest event first; with a filter it may be short and not the last. */
export interface EndpointDeliveries {
  deliveries: Array<EndpointDelivery>;
  next_cursor: string | null;
}

/** One event for one endpoint; `event_id` is its `webhook-id`. The newest attempt comes first. */
export interface EndpointDelivery {
  delivery_id: string;
  endpoint_id: string;
  event_id: string;
  type: string;
  event_at: Instant;
  state: "pending" | "delivered" | "failed" | (string & {});
  reason: "tries" | "endpoint_disabled" | "endpoint_deleted" | "sent_once" | "gone" | (string & {}) | null;
  next_attempt_at: Instant | null;
  attempts: Array<DeliveryAttempt>;
  created_at: Instant;
}

/** All endpoints, the oldest first. */
export interface Endpoints {
  endpoints: Array<Endpoint>;
}

/** A page of the statement, newest first. */
export interface Entries {
  entries: Array<Entry>;
  next_cursor: string | null;
}

/**
 * One line of the statement; `credits` is the signed change of what the account owns. `reason` is why it was made, as a
 * grant or a correction said; `metadata` is what a consume or a grant said. `rated` and `rating` are how the credits
 * were calculated, where they were burned or held by usage. `lines` are the parts of a batch under one key. `hold_id`
 * names the hold that the entry placed or ended.
 */
export interface Entry {
  entry_id: string;
  at: Instant;
  kind: "granted" | "consumed" | "held" | "captured" | "released" | "expired" | "clawed_back" | "frozen" | "unfrozen" | "adjusted" | (string & {});
  unit: string;
  credits: number;
  draws: Array<Draw>;
  available_after: number;
  reference: string | null;
  actor: string;
  purchase_id: string | null;
  reason: string | null;
  metadata: Record<string, string> | null;
  rated: Array<RatedPart> | null;
  rating: Rating | null;
  lines: Array<EntryLine> | null;
  hold_id: string | null;
}

/** One part of a burn of many lines, and what it drew; lines draw one after the other, in burn order. */
export interface EntryLine {
  credits: number;
  reference: string | null;
  draws: Array<Draw>;
  metadata: Record<string, string> | null;
  rated: Array<RatedPart> | null;
  rating: Rating | null;
}

/** What answers a chargeback of one purchase. */
export interface Evidence {
  account_id: string;
  purchase_id: string;
  as_of: Instant;
  state: "pending" | "processing" | "completed" | "failed" | "abandoned" | "partially_refunded" | "refunded" | "disputed" | (string & {});
  type: string;
  ordered_at: Instant;
  completed_at: Instant | null;
  actor: string;
  gateway: string;
  gateway_refs: GatewayRefs;
  consent: ConsentEvidence | null;
  order: OrderEvidence;
  billing_details: BillingDetails | null;
  delivery: Array<DeliveryEvidence>;
  plan_delivery: PlanEvidence | null;
  use: UseEvidence;
  changes: Array<ChangeOfLot>;
  refunded_minor: number;
  dispute: Dispute | null;
}

/** When credits bought now would expire. */
export interface Expires {
  rule: string;
  at: Instant | null;
}

/** Why a purchase is not completed. */
export interface Failure {
  code: string;
  message: string;
}

/** The gateway's ids, null until known. */
export interface GatewayRefs {
  checkout_session: string | null;
  payment_intent: string | null;
  invoice: string | null;
  subscription: string | null;
}

/** A grant, with the times at which its credits can be burned. */
export interface Granted {
  lot_id: string;
  entry_id: string;
  effective_at: Instant;
  expires_at: Instant | null;
}

/** A hold; from `expires_at` on it has lapsed. `rated` and `rating` where it was one by usage. */
export interface Held {
  rated?: Array<RatedPart>;
  rating?: Rating;
  hold_id: string;
  credits: number;
  expires_at: Instant;
  available: number;
}

/** A page of holds, newest first. Without a state, or of one that is not `open`, it may be short and not the last. */
export interface Holds {
  holds: Array<OneHold>;
  next_cursor: string | null;
}

/** The gateway's invoice, and the billing details that it keeps. */
export interface Invoice {
  number: string | null;
  hosted_url: string | null;
  pdf_url: string | null;
  billing_details: BillingDetails | null;
}

/** One of them; `kind` says which. */
export type Item = TopUpItem | PlanItem | PlanRenewalItem | AutoTopUpItem | CustomPaymentItem | UnknownKind;

/** What is owed at the month's end: paid credits that are open, by currency, plan and days since they were paid for. */
export interface LiabilityLine {
  kind: "liability";
  currency: string;
  plan_id: string;
  age_days: string;
  lots: number;
  credits_left: number;
  amount_minor: number;
}

/** A line of the order summary. */
export interface Line {
  description: string;
  quantity: number;
  unit_price: Decimal;
  amount_minor: number;
}

/** A policy with its newest version, when that was published, and with which service key (as in its versions). */
export interface ListedPolicy {
  policy_id: string;
  title: string;
  version: number;
  published_at: Instant | null;
  published_by: string | null;
}

/**
 * A version, when it was published, and with which service key: null where an older release did not say. `published_by`
 * is shown to service keys alone.
 */
export interface ListedVersion {
  version: number;
  published_at: Instant | null;
  published_by: string | null;
}

/** A lot; `remaining` leaves out what is held. */
export interface Lot {
  lot_id: string;
  unit: string;
  kind: "free" | "plan" | "purchased" | "promotional" | (string & {});
  granted: number;
  remaining: number;
  held: number;
  effective_at: Instant;
  expires_at: Instant | null;
  state: "open" | "provisional" | "frozen" | (string & {});
  purchase_id: string | null;
}

/** The same with its new secret, which no other answer shows. */
export interface NewEndpoint {
  endpoint_id: string;
  url: string;
  types: Array<string>;
  email: string | null;
  state: "enabled" | "disabled" | (string & {});
  disabled_reason: "failing" | "gone" | "by_hand" | (string & {}) | null;
  disabled_at: Instant | null;
  failing_since: Instant | null;
  previous_secrets_end_at: Array<Instant>;
  created_at: Instant;
  secret: string;
}

/** The plan that a scheduled change brings, and when: at the end of the running period. */
export interface NextPlan {
  plan_id: string;
  at: Instant;
}

/** What the account is mailed about: everything but `off`, in English where `locale` is null. */
export interface Notifications {
  locale: string | null;
  off: Array<"purchase_completed" | "payment_failed" | "card_action_required" | "auto_top_up_suspended" | "account_paused" | "credits_low" | "credits_exhausted" | "credits_expiring" | "plan_renewed" | "plan_changed" | "plan_ending" | "plan_ended" | "refunded" | "paid_twice" | "endpoint_disabled" | (string & {})>;
  unreachable: Unreachable | null;
}

/** What this account may buy now. `advice` refuses nothing. */
export interface Offers {
  currency: string;
  payment_label: string;
  plan: string;
  free_credits: number;
  top_up: TopUpOffer;
  plans: Array<PlanOffer>;
  custom_payment: boolean;
  consent: ConsentAsked | null;
  support: SupportContact | null;
  advice: Array<Advice>;
}

/**
 * A hold. `draws` is all that it set aside, in burn order: a capture burns the first of them, and gives the rest back.
 * `captured` and `released` are 0 while it is open; it lapses at `expires_at`. `closed_at` is null while it is open.
 */
export interface OneHold {
  hold_id: string;
  entry_id: string;
  unit: string;
  state: "open" | "captured" | "released" | "lapsed" | (string & {});
  credits: number;
  captured: number;
  released: number;
  draws: Array<Draw>;
  placed_at: Instant;
  expires_at: Instant;
  closed_at: Instant | null;
  reference: string | null;
  actor: string;
  rated: Array<RatedPart> | null;
  rating: Rating | null;
}

/**
 * A lot with all that became of its credits: granted = remaining + held + used + expired + taken_back. `used` was
 * burned, or paid a shortfall; `taken_back`: for a refund or a dispute, for another plan, or by a void.
 */
export interface OneLot {
  lot_id: string;
  unit: string;
  kind: "free" | "plan" | "purchased" | "promotional" | (string & {});
  granted: number;
  remaining: number;
  held: number;
  used: number;
  expired: number;
  taken_back: number;
  granted_at: Instant;
  effective_at: Instant;
  expires_at: Instant | null;
  state: "open" | "provisional" | "frozen" | "used_up" | "expired" | "void" | (string & {});
  purchase_id: string | null;
  reason: string | null;
  metadata: Record<string, string> | null;
  actor: string;
}

/** An OpenAPI 3.1 document. */
export type OpenApi = Record<string, unknown>;

/** The order summary as it was shown before the payment. */
export interface OrderEvidence {
  item: Item;
  lines: Array<Line>;
  credits: number;
  subtotal_minor: number;
  tax: Tax | null;
  total_minor: number;
  currency: string;
  plan: PlanPart | null;
  shown_expires_at: Instant | null;
  policy_id: string;
  policy_version: number;
  plan_id: string;
}

/**
 * An order whose checkout is open. `expires_at` and `late_expires_at` are those of the quote, frozen with the order.
 */
export interface Ordered {
  item: Item;
  lines: Array<Line>;
  credits: number;
  subtotal_minor: number;
  tax: Tax | null;
  total_minor: number;
  currency: string;
  plan: PlanPart | null;
  expires_at: Instant | null;
  late_expires_at: Instant | null;
  consent_required: boolean;
  allowed: boolean;
  reason: string | null;
  purchase_id: string;
  state: "pending";
  checkout_url: string;
}

/** A pack and its price before tax. */
export interface PackOffer {
  pack_id: string;
  credits: number;
  amount_minor: number;
}

/** A card on file. `expires`: the last month in which it is good, such as `2034-12`. */
export interface PaymentMethod {
  payment_method: string;
  brand: string;
  last4: string;
  expires: string;
  default: boolean;
}

/** The account's cards, newest first. Where there is any, exactly one is the default. */
export interface PaymentMethods {
  payment_methods: Array<PaymentMethod>;
}

/** Half-open: `start` belongs to it, `end` does not. */
export interface Period {
  start: Instant;
  end: Instant;
}

/**
 * A change of plan: made now, or to be made at `effective_at`, the end of the running period. `charge_minor` was
 * charged with tax, after `discount_minor` for converted credits; both 0 where nothing is charged now. `credits` are
 * the new plan's own of one credit period. `purchase_id`: the row of the change; null where there is none.
 */
export interface PlanChanged {
  effect: "now" | "period_end" | (string & {});
  effective_at: Instant;
  purchase_id: string | null;
  charge_minor: number;
  discount_minor: number;
  currency: string;
  credits: number;
}

/** The plan as it was delivered, from the settlement on. `ended`: all its money went back, and the plan with it. */
export interface PlanEvidence {
  plan_id: string;
  at: Instant;
  ends_at: Instant;
  ended: boolean;
}

/** A move to another plan; with `credits` or `pack_id` when extra credits are in the same order. */
export interface PlanItem {
  credits?: number;
  pack_id?: string;
  kind: "plan";
  plan_id: string;
}

/**
 * A plan as seen from the present one. `ends_at`: the end of the present plan's term; null for every other plan.
 * `allowed`: whether a purchase of it would be taken now; if not, `reason` is the code that it would be refused with.
 */
export interface PlanOffer {
  plan_id: string;
  title: string;
  amount_minor: number | null;
  interval: "month" | "year" | "term" | "none" | (string & {});
  term_days: number | null;
  credits: number;
  free_credits: number;
  change: "current" | "upgrade" | "downgrade" | "contact" | (string & {});
  contact_url: string | null;
  entitlements: Array<string>;
  ends_at: Instant | null;
  allowed: boolean;
  reason: string | null;
}

/** The plan in an order: its own credits of one credit period, and for how many days of 24 hours it is bought. */
export interface PlanPart {
  plan_id: string;
  credits: number;
  term_days: number | null;
}

/** A plan's next period, which the gateway charges. */
export interface PlanRenewalItem {
  kind: "plan_renewal";
  plan_id: string;
}

/** A page of policies: the one that was first published last comes first. */
export interface Policies {
  policies: Array<ListedPolicy>;
  next_cursor: string | null;
}

/** One place that changes: a plan is named by its id, `plans[pro].credits`. null: there is nothing. */
export interface PolicyChange {
  path: string;
  before: unknown;
  after: unknown;
}

/**
 * What publishing the document would do. `version`: the one that it would be; the newest one, where nothing changes.
 * `affects` counts what is found among a thousand accounts; `next_cursor` counts on: the sums of all pages are the
 * whole.
 */
export interface PolicyDryRun {
  policy_id: string;
  version: number;
  changes: Array<PolicyChange>;
  affects: Array<PolicyReach>;
  next_cursor: string | null;
}

/**
 * Accounts on one plan, closed ones left out. `by`: the plan's own lines change, or something that all plans share.
 * `accounts`: those that it reaches, from their next period or purchase on. `keeping`: those that it does not reach,
 * because their plan stays as it was bought until they change it.
 */
export interface PolicyReach {
  plan_id: string;
  by: "plan" | "policy" | (string & {});
  accounts: number;
  keeping: number;
}

/** A JSON Schema, 2020-12. */
export type PolicySchema = Record<string, unknown>;

/** A published version, and when it was published: null where an older release did not say. */
export interface PolicyVersion {
  policy_id: string;
  version: number;
  published_at: Instant | null;
}

/** A page of a policy's versions, newest first. It may be short and not the last. */
export interface PolicyVersions {
  policy_id: string;
  versions: Array<ListedVersion>;
  next_cursor: string | null;
}

/** A link that one person opens once, until `expires_at`; then the page is theirs for an hour. */
export interface PortalLink {
  url: string;
  expires_at: Instant;
}

/** Nobody is signed in to the account's billing page any more. */
export interface PortalRevoked {
  account_id: string;
}

/**
 * A purchase. `period`: what a plan's payment is for; `effective_at`: when a change that waits takes effect, else null.
 */
export interface Purchase {
  item: Item;
  lines: Array<Line>;
  credits: number;
  subtotal_minor: number;
  tax: Tax | null;
  total_minor: number;
  currency: string;
  plan: PlanPart | null;
  purchase_id: string;
  state: "pending" | "processing" | "completed" | "failed" | "abandoned" | "partially_refunded" | "refunded" | "disputed" | (string & {});
  period: Period | null;
  effective_at: Instant | null;
  lot_id: string | null;
  gateway: string;
  gateway_ref: string | null;
  gateway_refs: GatewayRefs;
  checkout_url: string | null;
  consent: ConsentGiven | null;
  created_at: Instant;
  completed_at: Instant | null;
  failure: Failure | null;
  dispute: Dispute | null;
  policy_version: number;
  type: string;
  payment_id: string | null;
  actor: string;
  refunded_minor: number;
  recheck_offered: boolean;
  invoice_offered: boolean;
  invoice_state: "none" | "waiting_for_billing" | "available" | (string & {});
}

/** A page of purchases, newest first. */
export interface Purchases {
  purchases: Array<Purchase>;
  next_cursor: string | null;
}

/**
 * The order summary. `late_expires_at`: near the end of the credits' period, that of the next, where they would arrive
 * in it.
 */
export interface Quote {
  item: Item;
  lines: Array<Line>;
  credits: number;
  subtotal_minor: number;
  tax: Tax | null;
  total_minor: number;
  currency: string;
  plan: PlanPart | null;
  expires_at: Instant | null;
  late_expires_at: Instant | null;
  consent_required: boolean;
  allowed: boolean;
  reason: string | null;
}

/**
 * `count` of a quantity at its rate; a null quantity is the flat part. Credits are whole and sum to what was burned.
 */
export interface RatedPart {
  quantity: string | null;
  count: number;
  rate: Decimal;
  credits: number;
}

/**
 * By what the parts were rated: `exact` is their sum before it was rounded once; `minimum` counts where it is not 0.
 */
export interface Rating {
  action: string;
  policy_version: number;
  exact: Decimal;
  rounding: "half_up" | "up" | "down" | (string & {});
  minimum: number;
}

/**
 * A paid lot in the month: `opening + sold + moved_in - used - expired - voided - moved_out - taken_back = closing`.
 */
export interface RecognitionLine {
  kind: "recognition";
  account_id: string;
  purchase_id: string;
  lot_id: string | null;
  lot_kind: string;
  plan_id: string;
  currency: string;
  sold_at: Instant;
  credits: number;
  credits_used: number;
  credits_left: number;
  opening_minor: number;
  sold_minor: number;
  moved_in_minor: number;
  used_minor: number;
  expired_minor: number;
  voided_minor: number;
  moved_out_minor: number;
  taken_back_minor: number;
  closing_minor: number;
  refunded_minor: number;
  recognized_minor: number;
}

/** What a refund paid back: unused credits, and their share of what was charged. */
export interface Refunded {
  purchase_id: string;
  refund: string;
  credits: number;
  amount_minor: number;
  currency: string;
}

/**
 * A page of a report. `as_of` is null before the first round over all accounts. `gateway_as_of`: up to when the
 * gateway's balance was read for it; null before, and in reports that have nothing of the gateway.
 */
export interface Report {
  report: "liability" | "recognition" | "roll-forward" | "tax" | "balance" | "differences" | (string & {});
  month: string;
  state: "open" | "closed" | (string & {});
  as_of: Instant | null;
  gateway_as_of: Instant | null;
  lines: Array<ReportLine>;
  next_cursor: string | null;
}

/** One of them; `kind` says which. */
export type ReportLine = LiabilityLine | RecognitionLine | RollForwardLine | TaxReportLine | BalanceLine | DifferenceLine | UnknownKind;

/** What became of a hold: `captured` is burned, `released` went back. */
export interface Resolved {
  hold_id: string;
  captured: number;
  released: number;
  available: number;
}

/** All lots of a currency in the month, and what was charged and paid back, tax included. */
export interface RollForwardLine {
  kind: "roll-forward";
  currency: string;
  opening_minor: number;
  sold_minor: number;
  moved_in_minor: number;
  used_minor: number;
  expired_minor: number;
  voided_minor: number;
  moved_out_minor: number;
  taken_back_minor: number;
  closing_minor: number;
  refunded_minor: number;
  recognized_minor: number;
  charged_minor: number;
  charged_tax_minor: number;
  not_for_credits_minor: number;
  money_back_minor: number;
  money_back_tax_minor: number;
  gateway_charged_minor: number | null;
  charged_difference_minor: number | null;
  gateway_money_back_minor: number | null;
  money_back_difference_minor: number | null;
}

/** The gateway's page on which a card is added; once it is, it is the default. */
export interface SetupStarted {
  setup_url: string;
}

/** Whom to ask when a checkout goes wrong. */
export interface SupportContact {
  email: string;
  url: string | null;
}

/** A tax on the rounded subtotal. */
export interface Tax {
  name: string;
  rate: Decimal;
  amount_minor: number;
}

/**
 * A payment, or money of one that went back, which is negative. `invoice_number`: as it stands on the invoice; null for
 * purchases that were settled before it was kept. `invoice`: the gateway's id.
 */
export interface TaxReportLine {
  kind: "tax";
  account_id: string;
  purchase_id: string;
  at: Instant;
  type: "sale" | "refund" | (string & {});
  item_kind: string;
  country: string;
  tax_name: string | null;
  rate: Decimal | null;
  tax_id: string | null;
  invoice_number: string | null;
  invoice: string | null;
  currency: string;
  net_minor: number;
  tax_minor: number;
  total_minor: number;
}

/** Credits, as they were asked for: `credits` or `pack_id`. */
export interface TopUpItem {
  credits?: number;
  pack_id?: string;
  kind: "top_up";
}

/** Buying credits by hand. */
export interface TopUpOffer {
  mode: "quantity" | "packs" | "none" | (string & {});
  min: number | null;
  max: number | null;
  step: number | null;
  unit_price: Decimal | null;
  packs: Array<PackOffer>;
  expires: Expires;
  allowed: boolean;
  reason: string | null;
}

/** The account's address takes no mail: it is not mailed again until it is another one. */
export interface Unreachable {
  reason: "bounce" | "complaint" | (string & {});
  at: Instant;
}

/** `credits` is all that was used of the lot; `entries` itemize it, newest first, as far as this page goes. */
export interface UseEvidence {
  credits: number;
  remaining: number;
  held: number;
  entries: Array<UseOfLot>;
  truncated: boolean;
  next_cursor: string | null;
}

/** What one operation took of exactly this lot; `released`: a hold gave it back, and it went to a shortfall. */
export interface UseOfLot {
  entry_id: string;
  at: Instant;
  kind: "consumed" | "captured" | "released" | (string & {});
  credits: number;
  reference: string | null;
  actor: string;
}

/** What was taken back; at most what was asked for, and never what was burned or is held. */
export interface Voided {
  entry_id: string;
  credits: number;
}

/** Opens an account. The starting plan is the policy's unless `plan_id` names one. */
export interface AccountBody {
  account_id: string;
  policy_id: string;
  plan_id?: string | null;
  region: string;
  email: string;
  time_zone?: string;
}

/** What is to be changed of an account; what is left out stays as it is. */
export interface AccountPatchBody {
  email?: string | null;
  time_zone?: string | null;
  plan_id?: string | null;
  external_id?: string | null;
  metadata?: Record<string, string> | null;
  notifications?: NotificationsBody | null;
}

/** A postal address; `country` is ISO 3166. */
export interface AddressBody {
  line1: string;
  line2?: string | null;
  city: string;
  state?: string | null;
  postal_code: string;
  country: string;
}

/**
 * Switches automatic purchase. `limit_minor`: money of a credit period, with tax; null lifts the limit, left out it
 * stays. `payment_method`: the card to charge, as the list of cards names it; left out: the default.
 */
export interface AutoTopUpBody {
  enabled: boolean;
  payment_method?: string | null;
  limit_minor?: number | null;
}

/**
 * One item of a batch: with its own idempotency key, in one key space with consume and holds, or a line under the
 * batch's key.
 */
export interface BatchItemBody {
  credits?: number;
  usage?: UsageBody;
  idempotency_key?: string;
  unit?: string | null;
  reference?: string | null;
  metadata?: Record<string, string> | null;
}

/** To whom invoices are made out. `shipping` left out: the billing address. The country decides the tax id's form. */
export interface BillingBody {
  name: string;
  email: string;
  phone?: string | null;
  address: AddressBody;
  tax_id?: string | null;
  purchase_order?: string | null;
  receipt_email?: string | null;
  shipping?: AddressBody | null;
}

/** Captures some of a hold, at most what it holds; the rest goes back. */
export interface CaptureBody {
  credits: number;
}

/** Asks what a consume of as many credits would answer. */
export interface CheckBody {
  credits?: number;
  usage?: UsageBody;
  unit?: string | null;
}

/** Closes an account. The reason is for people; of a closed account it stays as it is. */
export interface CloseBody {
  reason: string;
}

/**
 * The buyer's acceptance of this very version of the refund policy, for this purchase only. As offers and a refusal
 * hand it out: `kind`, `version`, `url`. The version may be called `refund_policy_version`, too.
 */
export interface Consent {
  kind?: "refund_policy";
  version?: string | null;
  refund_policy_version?: string | null;
  url?: string | null;
}

/**
 * Burns many items in order, each all or nothing by itself, or under one key all of them or none. They are then of one
 * unit. A malformed item refuses the whole batch, and so does a key of an item beside the header.
 */
export interface ConsumeBatchBody {
  items: Array<BatchItemBody>;
}

/** Burns credits, all or nothing: the number asked for, or a refusal and no change. */
export interface ConsumeBody {
  credits?: number;
  usage?: UsageBody;
  unit?: string | null;
  reference?: string | null;
  metadata?: Record<string, string> | null;
}

/** A payment that adds no credits; which amounts can be charged is the gateway's rule. */
export interface CustomPayment {
  kind: "custom_payment";
  amount_minor: number;
  remark: string;
}

/** Names the card that is to be the default, as the list of cards names it. */
export interface DefaultCardBody {
  payment_method: string;
}

/** Makes an endpoint: events of these types are sent to it from now on. */
export interface EndpointBody {
  url: string;
  types: Array<string>;
  email?: string | null;
}

/** What is to be changed of an endpoint; what is left out stays as it is. */
export interface EndpointPatchBody {
  url?: string | null;
  types?: Array<string> | null;
  state?: "enabled" | "disabled" | null;
  email?: string | null;
}

/** Grants promotional credits; `expires_at` absent or null means never, `effective_at` at once. */
export interface GrantBody {
  credits: number;
  unit?: string | null;
  kind?: "promotional";
  effective_at?: Instant | null;
  expires_at?: Instant | null;
  reason: string;
  metadata?: Record<string, string> | null;
}

/** Sets credits aside until they are captured or released, at most for `ttl_seconds`. */
export interface HoldBody {
  credits?: number;
  usage?: UsageBody;
  unit?: string | null;
  ttl_seconds?: number;
  reference?: string | null;
}

/** Which mails an account gets. What is left out stays as it is. `off`: all kinds that are not wanted. */
export interface NotificationsBody {
  locale?: string | null;
  off?: Array<"purchase_completed" | "payment_failed" | "card_action_required" | "auto_top_up_suspended" | "account_paused" | "credits_low" | "credits_exhausted" | "credits_expiring" | "plan_renewed" | "plan_changed" | "plan_ending" | "plan_ended" | "refunded" | "paid_twice" | "endpoint_disabled"> | null;
}

/** The plan that is wanted; the present one takes back what was to follow it. `consent` as in a purchase. */
export interface PlanBody {
  plan_id: string;
  consent?: Consent | null;
}

/** A move to another plan; extra credits in the same order by number or as a pack, by the rules of a top-up. */
export interface PlanChange {
  kind: "plan";
  plan_id: string;
  credits?: number | null;
  pack_id?: string | null;
}

/** Figures of the advice that the product gives; null or empty: it does not give that advice. */
export interface PolicyAdviceRules {
  buffer_percent?: number | null;
  sizes?: Array<PolicyEventSize>;
  beyond_sizes_plan_id?: string | null;
  steady_use_percent?: number | null;
  steady_periods?: number;
  occasional_periods?: number;
  bridge_days?: number | null;
  frequent_purchases?: number | null;
}

/** When the holder hears about it before it hurts. */
export interface PolicyAlerts {
  purchased_used_percent?: Array<number>;
  term_ends_within_days?: number | null;
}

/**
 * How much one automatic purchase is: a fixed quantity of `credits`, or as many as fill the account `up_to` a number.
 */
export interface PolicyAmount {
  credits?: number | null;
  up_to?: number | null;
}

/** A value that the vendor's page does not give. */
export interface PolicyAssumption {
  path: string;
  why: string;
}

/** Automatic purchase. On which plans: `Plan.auto_top_up_allowed`. `credits` is short for `amount: {credits}`. */
export interface PolicyAutoTopUp {
  credits?: number | null;
  amount?: PolicyAmount | null;
  trigger?: PolicyTrigger;
  surcharge_rate?: string;
  while_charging?: "advance" | "wait";
  on_failure?: "pause" | "stop";
}

/**
 * The end of a paid plan; the account returns to the starting plan. Nothing is collected for the plan any more after
 * it: an invoice that is still open is always void then.
 */
export interface PolicyCancellation {
  when?: "now" | "period_end" | "never";
  resumable?: boolean;
}

/** How the billing page leads to a payment. `plan_step`: by way of choosing a plan first. */
export interface PolicyCheckoutFlow {
  plan_step?: boolean;
}

/** Credits of another unit that come with each credit bought, with the same validity. */
export interface PolicyCompanion {
  unit: string;
  per_credit: string;
}

/** What the buyer accepts anew for every purchase. */
export interface PolicyConsent {
  version: string;
  url: string;
  kind?: "refund_policy";
}

/** Unused credits become money off the new plan's first payment. */
export interface PolicyConvert {
  price?: "plan" | "lower_of_paid_and_plan";
  at_most?: "new_price";
  rest?: "keep" | "forfeit";
}

/** What one action burns: `flat` + the sum of rate x quantity, rounded once. */
export interface PolicyCost {
  action: string;
  flat?: string;
  rates?: Record<string, string>;
  rounding?: "half_up" | "up" | "down";
  min?: number;
}

/** The currency follows from the account's region, nobody chooses it. */
export interface PolicyCurrencies {
  default: string;
  by_region?: Record<string, string>;
}

/** The rules under which one product sells credits. */
export interface PolicyDocument {
  policy_id?: string;
  title: string;
  starting_plan_id: string;
  currencies: PolicyCurrencies;
  payment: Array<PolicyPaymentRule>;
  plans: Array<PolicyPlan>;
  top_up: PolicyTopUp;
  plan_change: PolicyPlanChange;
  units?: Array<string>;
  burn_order?: Array<"free" | "plan" | "purchased" | "promotional">;
  free_credits?: number;
  taxes?: Array<PolicyTaxRule>;
  buyers?: Array<"owner" | "admin" | "billing" | "operator" | "member">;
  payment_methods?: Array<"card">;
  consent?: PolicyConsent | null;
  refunds?: PolicyRefunds;
  shortfall_pauses?: boolean;
  auto_top_up?: PolicyAutoTopUp | null;
  custom_payment?: boolean;
  checkout_ttl_minutes?: number;
  recheck_after_minutes?: number;
  alerts?: PolicyAlerts;
  support?: PolicySupport | null;
  checkout_flow?: PolicyCheckoutFlow;
  invoices?: PolicyInvoices;
  advice?: PolicyAdviceRules;
  costs?: Array<PolicyCost>;
  assumptions?: Array<PolicyAssumption>;
}

/**
 * A move to a lower plan. `never`: not by self-service. `purchased_credits: carry` makes bought credits end with the
 * plan's, at `carried_until`.
 */
export interface PolicyDowngrade {
  when: "now" | "period_end" | "never";
  plan_credits?: "forfeit" | "carry";
  purchased_credits?: "keep" | "carry";
  unused_of?: "credit_period" | "billing_period";
  carried_until?: "credit_period_end" | "billing_period_end";
  companions?: "follow" | "end" | "keep";
  to_free_when?: "now" | "period_end" | "never";
}

/** What happens while a renewal is not paid. Days are of 24 hours, from the unpaid period's first instant. */
export interface PolicyDunning {
  grace_days?: number;
  during_grace?: "spend" | "freeze";
  after_grace?: "pause" | "starting_plan";
  ends_after_days?: number;
}

/** For a need up to `up_to` credits, buy `credits`. */
export interface PolicyEventSize {
  up_to: number;
  credits: number;
}

/** `required`: an invoice waits until the buyer has filled in billing details. */
export interface PolicyInvoices {
  billing_details?: "optional" | "required";
}

/** A fixed quantity at a fixed price before tax. */
export interface PolicyPack {
  pack_id: string;
  credits: number;
  prices_minor: Record<string, number>;
}

/** Which gateway takes the money, and what its button says. The first rule that matches counts. */
export interface PolicyPaymentRule {
  label: string;
  gateway?: "stripe";
  region?: string | null;
  currency?: string | null;
}

/** One plan. `level`, then `tier`, then the interval say which of two plans is the higher one. */
export interface PolicyPlan {
  plan_id: string;
  title: string;
  level: number;
  tier?: number;
  interval?: "none" | "month" | "year" | "term";
  term_days?: number | null;
  prices_minor?: Record<string, number>;
  credits?: number;
  credit_period_months?: number;
  offered?: boolean;
  contact_url?: string | null;
  entitlements?: Array<string>;
  top_up_allowed?: boolean;
  auto_top_up_allowed?: boolean;
  top_up_validity?: PolicyValidity | null;
}

/**
 * What the policy does when an account changes its plan. Purchased lots keep their expiry unless converted or carried.
 */
export interface PolicyPlanChange {
  upgrade: PolicyUpgrade;
  downgrade: PolicyDowngrade;
  cancellation?: PolicyCancellation;
  renewal?: PolicyDunning;
}

/**
 * Whether the product's own refund call gives money back for unused credits. `case_by_case`: the seller decides, so
 * only a service key may call it; `unused`: buyers may, within so many days.
 */
export interface PolicyRefunds {
  refundable?: "never" | "case_by_case" | "unused";
  within_days?: number | null;
}

/** Whom to ask when a checkout goes wrong. */
export interface PolicySupport {
  email: string;
  url?: string | null;
}

/** A tax on the rounded subtotal. null matches everything; the first rule that matches counts. */
export interface PolicyTaxRule {
  name: string;
  rate: string;
  region?: string | null;
  currency?: string | null;
}

/** What an account may buy by hand. Quantities are integers; `max` null is no maximum. */
export interface PolicyTopUp {
  mode: "quantity" | "packs" | "none";
  validity?: PolicyValidity;
  min?: number;
  max?: number | null;
  step?: number;
  pricing?: "fixed" | "plan";
  unit_prices?: Record<string, string>;
  packs?: Array<PolicyPack>;
  companions?: Array<PolicyCompanion>;
}

/** When an automatic purchase is due: fewer than `below` credits are left to spend. 1 is: all are used up. */
export interface PolicyTrigger {
  below?: number;
}

/**
 * A move to a higher plan: always at once after payment. `carried_until` says when carried credits end: with the new
 * plan's first credit period or its first billing period. `companions` says what becomes of credits of other units that
 * came with converted or carried ones: they follow in proportion, they end, or they stay as they are.
 */
export interface PolicyUpgrade {
  plan_credits: "forfeit" | "carry" | "convert";
  purchased_credits?: "keep" | "convert";
  resets_cycle?: boolean;
  unused_of?: "credit_period" | "billing_period";
  convert?: PolicyConvert;
  carried_until?: "credit_period_end" | "billing_period_end";
  companions?: "follow" | "end" | "keep";
  during_unpaid_renewal?: "replace" | "refuse";
}

/**
 * How long bought credits live. `never`; `after_purchase`: `months` calendar months, 12 for a year;
 * `billing_period_end`: end of the billing month or year; `credit_reset`: the next reset of plan credits, which on an
 * annual plan is sooner.
 */
export interface PolicyValidity {
  rule: "never" | "after_purchase" | "billing_period_end" | "credit_reset";
  months?: number | null;
}

/**
 * Who is let in, with which role; `actor` names the person in what they do. `return_url` is where the page leads back
 * to.
 */
export interface PortalSessionBody {
  role: "owner" | "admin" | "billing" | "operator" | "member";
  actor?: string | null;
  return_url?: string | null;
  locale?: string | null;
}

/** Orders an item. `save_payment_method` keeps the card for later charges. */
export interface PurchaseBody {
  item: TopUp | PlanChange | CustomPayment;
  consent?: Consent | null;
  success_url?: string | null;
  cancel_url?: string | null;
  save_payment_method?: boolean;
}

/** Asks what an item costs. */
export interface QuoteBody {
  item: TopUp | PlanChange | CustomPayment;
}

/** Makes another secret. Until the overlap is over, both sign. */
export interface RotateBody {
  overlap_seconds?: number;
}

/** Where the page on which a card is added sends its visitor afterwards. */
export interface SetupBody {
  success_url?: string | null;
  cancel_url?: string | null;
}

/** Credits by number or as a pack: exactly one of the two. Which numbers may be bought is the policy's rule. */
export interface TopUp {
  kind: "top_up";
  credits?: number | null;
  pack_id?: string | null;
}

/** What was used: the policy's `costs` say what it comes to. A quantity that is left out was not used. */
export interface UsageBody {
  action: string;
  quantities?: Record<string, number>;
}

/** Takes back what is unused of a lot: at most `credits`, or all of it where they are left out. */
export interface VoidBody {
  credits?: number | null;
  reason: string;
}
