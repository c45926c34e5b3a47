// Every call of the API, and a method for each.
// Generated from openapi.json by `python -m local.generate clients`.

import { Core } from "./core.ts";
import type { Keyed, KeyedOptions, Operation, Options } from "./core.ts";
import type { Pages } from "./pages.ts";
import type {
  Account,
  AccountBody,
  AccountPatchBody,
  Accounts,
  AutoEvent,
  AutoTopUp,
  AutoTopUpBody,
  AutoTopUpHistory,
  Balance,
  BillingBody,
  BillingDetails,
  CaptureBody,
  CheckBody,
  Checked,
  CloseBody,
  ConsumeBatchBody,
  ConsumeBody,
  Consumed,
  ConsumedBatch,
  CsvPage,
  DefaultCardBody,
  Endpoint,
  EndpointBody,
  EndpointDeleted,
  EndpointDeliveries,
  EndpointDelivery,
  EndpointPatchBody,
  Endpoints,
  Entries,
  Entry,
  Evidence,
  GrantBody,
  Granted,
  Held,
  HoldBody,
  Holds,
  Instant,
  Invoice,
  ListedPolicy,
  ListedVersion,
  NewEndpoint,
  Offers,
  OneHold,
  OneLot,
  OpenApi,
  Ordered,
  PaymentMethods,
  PlanBody,
  PlanChanged,
  Policies,
  PolicyDocument,
  PolicyDryRun,
  PolicySchema,
  PolicyVersion,
  PolicyVersions,
  PortalLink,
  PortalRevoked,
  PortalSessionBody,
  Purchase,
  PurchaseBody,
  Purchases,
  Quote,
  QuoteBody,
  Refunded,
  Report,
  ReportLine,
  Resolved,
  RotateBody,
  SetupBody,
  SetupStarted,
  VoidBody,
  Voided,
} from "./types.ts";

/** Where each call goes, and whether it may be sent again. */
export const operations = {
  readPolicySchema: { method: "GET", path: "/v1/policy-schema.json", keyed: false, repeatable: true },
  publishPolicy: { method: "PUT", path: "/v1/policies/{policy_id}", keyed: false, repeatable: true },
  publishPolicyDryRun: { method: "PUT", path: "/v1/policies/{policy_id}", keyed: false, repeatable: true, always: { dry_run: "true" } },
  readPolicy: { method: "GET", path: "/v1/policies/{policy_id}", keyed: false, repeatable: true },
  listPolicies: { method: "GET", path: "/v1/policies", keyed: false, repeatable: true, items: "policies" },
  listPolicyVersions: { method: "GET", path: "/v1/policies/{policy_id}/versions", keyed: false, repeatable: true, items: "versions" },
  openAccount: { method: "POST", path: "/v1/accounts", keyed: false, repeatable: true },
  listAccounts: { method: "GET", path: "/v1/accounts", keyed: false, repeatable: true, items: "accounts" },
  readAccount: { method: "GET", path: "/v1/accounts/{account_id}", keyed: false, repeatable: true },
  changeAccount: { method: "PATCH", path: "/v1/accounts/{account_id}", keyed: false, repeatable: true },
  closeAccount: { method: "POST", path: "/v1/accounts/{account_id}/close", keyed: false, repeatable: true },
  eraseAccount: { method: "POST", path: "/v1/accounts/{account_id}/erase", keyed: false, repeatable: true },
  readBalance: { method: "GET", path: "/v1/accounts/{account_id}/balance", keyed: false, repeatable: true },
  listEntries: { method: "GET", path: "/v1/accounts/{account_id}/entries", keyed: false, repeatable: true, items: "entries" },
  exportEntries: { method: "GET", path: "/v1/accounts/{account_id}/entries/export", keyed: false, repeatable: true, csv: true },
  grantCredits: { method: "POST", path: "/v1/accounts/{account_id}/grants", keyed: true, repeatable: true },
  readLot: { method: "GET", path: "/v1/accounts/{account_id}/lots/{lot_id}", keyed: false, repeatable: true },
  voidLot: { method: "POST", path: "/v1/accounts/{account_id}/lots/{lot_id}/void", keyed: true, repeatable: true },
  readEntry: { method: "GET", path: "/v1/accounts/{account_id}/entries/{entry_id}", keyed: false, repeatable: true },
  checkCredits: { method: "POST", path: "/v1/accounts/{account_id}/check", keyed: false, repeatable: true },
  consumeCredits: { method: "POST", path: "/v1/accounts/{account_id}/consume", keyed: true, repeatable: true },
  consumeBatch: { method: "POST", path: "/v1/accounts/{account_id}/consume/batch", keyed: false, repeatable: true, mayBeKeyed: true },
  holdCredits: { method: "POST", path: "/v1/accounts/{account_id}/holds", keyed: true, repeatable: true },
  listHolds: { method: "GET", path: "/v1/accounts/{account_id}/holds", keyed: false, repeatable: true, items: "holds" },
  captureHold: { method: "POST", path: "/v1/accounts/{account_id}/holds/{hold_id}/capture", keyed: true, repeatable: true },
  releaseHold: { method: "POST", path: "/v1/accounts/{account_id}/holds/{hold_id}/release", keyed: true, repeatable: true },
  readHold: { method: "GET", path: "/v1/accounts/{account_id}/holds/{hold_id}", keyed: false, repeatable: true },
  readOffers: { method: "GET", path: "/v1/accounts/{account_id}/offers", keyed: false, repeatable: true },
  quoteItem: { method: "POST", path: "/v1/accounts/{account_id}/quotes", keyed: false, repeatable: true },
  createPurchase: { method: "POST", path: "/v1/accounts/{account_id}/purchases", keyed: true, repeatable: true },
  recheckPurchase: { method: "POST", path: "/v1/accounts/{account_id}/purchases/{purchase_id}/recheck", keyed: false, repeatable: true },
  abandonPurchase: { method: "POST", path: "/v1/accounts/{account_id}/purchases/{purchase_id}/abandon", keyed: false, repeatable: true },
  changePlan: { method: "POST", path: "/v1/accounts/{account_id}/plan", keyed: true, repeatable: true },
  cancelPlan: { method: "POST", path: "/v1/accounts/{account_id}/plan/cancel", keyed: false, repeatable: false },
  resumePlan: { method: "POST", path: "/v1/accounts/{account_id}/plan/resume", keyed: false, repeatable: false },
  readAutoTopUp: { method: "GET", path: "/v1/accounts/{account_id}/auto-top-up", keyed: false, repeatable: true },
  switchAutoTopUp: { method: "PUT", path: "/v1/accounts/{account_id}/auto-top-up", keyed: false, repeatable: true },
  listAutoTopUpEvents: { method: "GET", path: "/v1/accounts/{account_id}/auto-top-up/history", keyed: false, repeatable: true, items: "events" },
  listPurchases: { method: "GET", path: "/v1/accounts/{account_id}/purchases", keyed: false, repeatable: true, items: "purchases" },
  exportPurchases: { method: "GET", path: "/v1/accounts/{account_id}/purchases/export", keyed: false, repeatable: true, csv: true },
  readPurchase: { method: "GET", path: "/v1/accounts/{account_id}/purchases/{purchase_id}", keyed: false, repeatable: true },
  refundPurchase: { method: "POST", path: "/v1/accounts/{account_id}/purchases/{purchase_id}/refund", keyed: true, repeatable: true },
  readInvoice: { method: "GET", path: "/v1/accounts/{account_id}/purchases/{purchase_id}/invoice", keyed: false, repeatable: true },
  readEvidence: { method: "GET", path: "/v1/accounts/{account_id}/purchases/{purchase_id}/evidence", keyed: false, repeatable: true },
  readBillingDetails: { method: "GET", path: "/v1/accounts/{account_id}/billing-details", keyed: false, repeatable: true },
  fillInBillingDetails: { method: "PUT", path: "/v1/accounts/{account_id}/billing-details", keyed: false, repeatable: true },
  listPaymentMethods: { method: "GET", path: "/v1/accounts/{account_id}/payment-methods", keyed: false, repeatable: true },
  setUpPaymentMethod: { method: "POST", path: "/v1/accounts/{account_id}/payment-methods/setup", keyed: false, repeatable: false },
  choosePaymentMethod: { method: "PUT", path: "/v1/accounts/{account_id}/payment-methods/default", keyed: false, repeatable: true },
  removePaymentMethod: { method: "DELETE", path: "/v1/accounts/{account_id}/payment-methods/{payment_method}", keyed: false, repeatable: false },
  makePortalLink: { method: "POST", path: "/v1/accounts/{account_id}/portal-sessions", keyed: false, repeatable: false },
  revokePortalSessions: { method: "POST", path: "/v1/accounts/{account_id}/portal-sessions/revoke", keyed: false, repeatable: true },
  makeEndpoint: { method: "POST", path: "/v1/endpoints", keyed: false, repeatable: false },
  listEndpoints: { method: "GET", path: "/v1/endpoints", keyed: false, repeatable: true },
  readEndpoint: { method: "GET", path: "/v1/endpoints/{endpoint_id}", keyed: false, repeatable: true },
  changeEndpoint: { method: "PATCH", path: "/v1/endpoints/{endpoint_id}", keyed: false, repeatable: true },
  deleteEndpoint: { method: "DELETE", path: "/v1/endpoints/{endpoint_id}", keyed: false, repeatable: false },
  rotateEndpointSecret: { method: "POST", path: "/v1/endpoints/{endpoint_id}/rotate", keyed: false, repeatable: false },
  listEndpointDeliveries: { method: "GET", path: "/v1/endpoints/{endpoint_id}/deliveries", keyed: false, repeatable: true, items: "deliveries" },
  sendDeliveryAgain: { method: "POST", path: "/v1/endpoints/{endpoint_id}/deliveries/{delivery_id}/again", keyed: false, repeatable: false },
  readReport: { method: "GET", path: "/v1/reports/{report}", keyed: false, repeatable: true, items: "lines" },
  readReportCsv: { method: "GET", path: "/v1/reports/{report}", keyed: false, repeatable: true, csv: true },
  readOpenapi: { method: "GET", path: "/v1/openapi.json", keyed: false, repeatable: true },
} satisfies Record<string, Operation>;

/** A method for each operation. */
export class Calls extends Core {
  /** The JSON Schema of a policy. No token. */
  readPolicySchema(
    options: Options = {},
  ): Promise<PolicySchema> {
    return this.call(operations.readPolicySchema, { options });
  }

  /**
   * Publish the next version of a policy; with `dry_run=true` only say what it would change, and whom it reaches.
   * Needs: service key with `policies:write`.
   */
  publishPolicy(
    policyId: string,
    body: PolicyDocument,
    options: Options = {},
  ): Promise<PolicyVersion> {
    return this.call(operations.publishPolicy, { path: { policy_id: policyId }, body, options });
  }

  /**
   * Publish the next version of a policy; with `dry_run=true` only say what it would change, and whom it reaches.
   * Needs: service key with `policies:write`.
   */
  publishPolicyDryRun(
    policyId: string,
    body: PolicyDocument,
    query: { cursor?: string; } = {},
    options: Options = {},
  ): Promise<PolicyDryRun> {
    return this.call(operations.publishPolicyDryRun, { path: { policy_id: policyId }, body, query, options });
  }

  /** Read a policy. Any valid token. */
  readPolicy(
    policyId: string,
    query: { version?: number; } = {},
    options: Options = {},
  ): Promise<PolicyDocument> {
    return this.call(operations.readPolicy, { path: { policy_id: policyId }, query, options });
  }

  /** Policies, newest first, each with its newest version. Any valid token. */
  listPolicies(
    query: { limit?: number; cursor?: string; } = {},
    options: Options = {},
  ): Pages<Policies, ListedPolicy> {
    return this.pages(operations.listPolicies, { query, options });
  }

  /** The versions of a policy, newest first; a page may be short and not the last. Any valid token. */
  listPolicyVersions(
    policyId: string,
    query: { limit?: number; cursor?: string; } = {},
    options: Options = {},
  ): Pages<PolicyVersions, ListedVersion> {
    return this.pages(operations.listPolicyVersions, { path: { policy_id: policyId }, query, options });
  }

  /** Open an account. Needs: service key with `accounts:write`. */
  openAccount(
    body: AccountBody,
    options: Options = {},
  ): Promise<Account> {
    return this.call(operations.openAccount, { body, options });
  }

  /**
   * Accounts, newest first; filters are exact, and a page may be short and not the last. Needs: service key with
   * `read`.
   */
  listAccounts(
    query: { email?: string; external_id?: string; policy_id?: string; plan_id?: string; state?: string; limit?: number; cursor?: string; } = {},
    options: Options = {},
  ): Pages<Accounts, Account> {
    return this.pages(operations.listAccounts, { query, options });
  }

  /** Read an account. Needs: member of the account or service key with `read`. */
  readAccount(
    accountId: string,
    options: Options = {},
  ): Promise<Account> {
    return this.call(operations.readAccount, { path: { account_id: accountId }, options });
  }

  /**
   * Change an account: its address and names, time zone, mails, and the plan that was agreed on. Needs: service key
   * with `accounts:write`.
   */
  changeAccount(
    accountId: string,
    body: AccountPatchBody,
    options: Options = {},
  ): Promise<Account> {
    return this.call(operations.changeAccount, { path: { account_id: accountId }, body, options });
  }

  /**
   * Close an account for good: nothing is burned, bought or charged any more; closed already, nothing changes. Needs:
   * service key with `accounts:write`.
   */
  closeAccount(
    accountId: string,
    body: CloseBody,
    options: Options = {},
  ): Promise<Account> {
    return this.call(operations.closeAccount, { path: { account_id: accountId }, body, options });
  }

  /**
   * Take everything that names a person out of a closed account: begun here, done by the schedule. Needs: service key
   * with `accounts:write`.
   */
  eraseAccount(
    accountId: string,
    options: Options = {},
  ): Promise<Account> {
    return this.call(operations.eraseAccount, { path: { account_id: accountId }, options });
  }

  /** Read the balance of one unit. Needs: member of the account or service key with `read`. */
  readBalance(
    accountId: string,
    query: { unit?: string; } = {},
    options: Options = {},
  ): Promise<Balance> {
    return this.call(operations.readBalance, { path: { account_id: accountId }, query, options });
  }

  /**
   * Read the statement of one unit, newest first; with filters a page may be short, or empty, and not the last. Needs:
   * member of the account or service key with `read`.
   */
  listEntries(
    accountId: string,
    query: { unit?: string; limit?: number; cursor?: string; kind?: string; from?: Instant; to?: Instant; reference?: string; } = {},
    options: Options = {},
  ): Pages<Entries, Entry> {
    return this.pages(operations.listEntries, { path: { account_id: accountId }, query, options });
  }

  /**
   * The statement of one unit as CSV, newest first, at most a thousand lines a call. Needs: member of the account or
   * service key with `read`.
   */
  exportEntries(
    accountId: string,
    query: { unit?: string; cursor?: string; } = {},
    options: Options = {},
  ): Pages<CsvPage, string> {
    return this.pages(operations.exportEntries, { path: { account_id: accountId }, query, options });
  }

  /** Grant promotional credits. Needs: service key with `credits:grant`. */
  grantCredits(
    accountId: string,
    body: GrantBody,
    options: KeyedOptions = {},
  ): Promise<Keyed<Granted>> {
    return this.call(operations.grantCredits, { path: { account_id: accountId }, body: { kind: "promotional", ...body }, options });
  }

  /** Read a lot, and what became of its credits. Needs: member of the account or service key with `read`. */
  readLot(
    accountId: string,
    lotId: string,
    options: Options = {},
  ): Promise<OneLot> {
    return this.call(operations.readLot, { path: { account_id: accountId, lot_id: lotId }, options });
  }

  /** Take back what is unused of a lot; what was burned or is held stays. Needs: service key with `credits:grant`. */
  voidLot(
    accountId: string,
    lotId: string,
    body: VoidBody,
    options: KeyedOptions = {},
  ): Promise<Keyed<Voided>> {
    return this.call(operations.voidLot, { path: { account_id: accountId, lot_id: lotId }, body, options });
  }

  /**
   * Read an entry, with its draws and how its credits were calculated. Needs: member of the account or service key with
   * `read`.
   */
  readEntry(
    accountId: string,
    entryId: string,
    options: Options = {},
  ): Promise<Entry> {
    return this.call(operations.readEntry, { path: { account_id: accountId, entry_id: entryId }, options });
  }

  /**
   * What a consume would answer now: burns nothing, promises nothing. Needs: service key with `credits:consume` or
   * service key with `read`.
   */
  checkCredits(
    accountId: string,
    body: CheckBody = {},
    options: Options = {},
  ): Promise<Checked> {
    return this.call(operations.checkCredits, { path: { account_id: accountId }, body, options });
  }

  /** Burn credits. Needs: service key with `credits:consume`. */
  consumeCredits(
    accountId: string,
    body: ConsumeBody = {},
    options: KeyedOptions = {},
  ): Promise<Keyed<Consumed>> {
    return this.call(operations.consumeCredits, { path: { account_id: accountId }, body, options });
  }

  /**
   * Burn many items in order, each by its own key; or all of them at once, as one burn under one key. Needs: service
   * key with `credits:consume`.
   */
  consumeBatch(
    accountId: string,
    body: ConsumeBatchBody,
    options: KeyedOptions = {},
  ): Promise<Keyed<ConsumedBatch>> {
    return this.call(operations.consumeBatch, { path: { account_id: accountId }, body, options });
  }

  /** Set credits aside. Needs: service key with `credits:consume`. */
  holdCredits(
    accountId: string,
    body: HoldBody = {},
    options: KeyedOptions = {},
  ): Promise<Keyed<Held>> {
    return this.call(operations.holdCredits, { path: { account_id: accountId }, body, options });
  }

  /**
   * Holds of one unit, newest first; without a state, or of one that is not open, a page may be short and not the last.
   * Needs: member of the account or service key with `read`.
   */
  listHolds(
    accountId: string,
    query: { unit?: string; state?: string; limit?: number; cursor?: string; } = {},
    options: Options = {},
  ): Pages<Holds, OneHold> {
    return this.pages(operations.listHolds, { path: { account_id: accountId }, query, options });
  }

  /** Burn some of a hold and give the rest back. Needs: service key with `credits:consume`. */
  captureHold(
    accountId: string,
    holdId: string,
    body: CaptureBody,
    options: KeyedOptions = {},
  ): Promise<Keyed<Resolved>> {
    return this.call(operations.captureHold, { path: { account_id: accountId, hold_id: holdId }, body, options });
  }

  /** Give a hold back. Needs: service key with `credits:consume`. */
  releaseHold(
    accountId: string,
    holdId: string,
    options: KeyedOptions = {},
  ): Promise<Keyed<Resolved>> {
    return this.call(operations.releaseHold, { path: { account_id: accountId, hold_id: holdId }, options });
  }

  /** Read a hold, and what became of it. Needs: member of the account or service key with `read`. */
  readHold(
    accountId: string,
    holdId: string,
    options: Options = {},
  ): Promise<OneHold> {
    return this.call(operations.readHold, { path: { account_id: accountId, hold_id: holdId }, options });
  }

  /**
   * What this account may buy, with advice from its own usage and from what it plans. Needs: member of the account or
   * service key with `read`.
   */
  readOffers(
    accountId: string,
    query: { planned?: number; planned_periods?: number; } = {},
    options: Options = {},
  ): Promise<Offers> {
    return this.call(operations.readOffers, { path: { account_id: accountId }, query, options });
  }

  /**
   * The order summary of an item, without effect. Needs: member of the account or service key with `purchases:write`.
   */
  quoteItem(
    accountId: string,
    body: QuoteBody,
    options: Options = {},
  ): Promise<Quote> {
    return this.call(operations.quoteItem, { path: { account_id: accountId }, body, options });
  }

  /** Order an item and open its checkout. Needs: member of the account or service key with `purchases:write`. */
  createPurchase(
    accountId: string,
    body: PurchaseBody,
    options: KeyedOptions = {},
  ): Promise<Keyed<Ordered>> {
    return this.call(operations.createPurchase, { path: { account_id: accountId }, body, options });
  }

  /**
   * Ask the gateway again and settle what it says. Needs: member of the account or service key with `purchases:write`.
   */
  recheckPurchase(
    accountId: string,
    purchaseId: string,
    options: Options = {},
  ): Promise<Purchase> {
    return this.call(operations.recheckPurchase, { path: { account_id: accountId, purchase_id: purchaseId }, options });
  }

  /**
   * The buyer closed the window: end the checkout. Needs: member of the account or service key with `purchases:write`.
   */
  abandonPurchase(
    accountId: string,
    purchaseId: string,
    options: Options = {},
  ): Promise<Purchase> {
    return this.call(operations.abandonPurchase, { path: { account_id: accountId, purchase_id: purchaseId }, options });
  }

  /**
   * Change the plan, by the policy's rule now or at the period's end; charged to the default card. Needs: member of the
   * account.
   */
  changePlan(
    accountId: string,
    body: PlanBody,
    options: KeyedOptions = {},
  ): Promise<Keyed<PlanChanged>> {
    return this.call(operations.changePlan, { path: { account_id: accountId }, body, options });
  }

  /** Cancel the plan by the policy's rule; cancelled already, nothing changes. Needs: member of the account. */
  cancelPlan(
    accountId: string,
    options: Options = {},
  ): Promise<Account> {
    return this.call(operations.cancelPlan, { path: { account_id: accountId }, options });
  }

  /** Go on with the plan after all: take a cancellation or a change that waits back. Needs: member of the account. */
  resumePlan(
    accountId: string,
    options: Options = {},
  ): Promise<Account> {
    return this.call(operations.resumePlan, { path: { account_id: accountId }, options });
  }

  /**
   * Automatic purchase: its switch, what the next one costs, what the credit period has used. Needs: member of the
   * account or service key with `read`.
   */
  readAutoTopUp(
    accountId: string,
    options: Options = {},
  ): Promise<AutoTopUp> {
    return this.call(operations.readAutoTopUp, { path: { account_id: accountId }, options });
  }

  /**
   * Switch automatic purchase on or off; a charge that is under way completes, none follows. Needs: member of the
   * account.
   */
  switchAutoTopUp(
    accountId: string,
    body: AutoTopUpBody,
    options: Options = {},
  ): Promise<AutoTopUp> {
    return this.call(operations.switchAutoTopUp, { path: { account_id: accountId }, body, options });
  }

  /**
   * What was bought automatically, and what was not and why, newest first. Needs: member of the account or service key
   * with `read`.
   */
  listAutoTopUpEvents(
    accountId: string,
    query: { limit?: number; cursor?: string; } = {},
    options: Options = {},
  ): Pages<AutoTopUpHistory, AutoEvent> {
    return this.pages(operations.listAutoTopUpEvents, { path: { account_id: accountId }, query, options });
  }

  /** List purchases, newest first. Needs: member of the account or service key with `read`. */
  listPurchases(
    accountId: string,
    query: { limit?: number; cursor?: string; state?: string; kind?: string; from?: Instant; to?: Instant; } = {},
    options: Options = {},
  ): Pages<Purchases, Purchase> {
    return this.pages(operations.listPurchases, { path: { account_id: accountId }, query, options });
  }

  /**
   * Purchases as CSV, newest first, at most a thousand a call. Needs: member of the account or service key with `read`.
   */
  exportPurchases(
    accountId: string,
    query: { cursor?: string; state?: string; kind?: string; from?: Instant; to?: Instant; } = {},
    options: Options = {},
  ): Pages<CsvPage, string> {
    return this.pages(operations.exportPurchases, { path: { account_id: accountId }, query, options });
  }

  /** Read a purchase. Needs: member of the account or service key with `read`. */
  readPurchase(
    accountId: string,
    purchaseId: string,
    options: Options = {},
  ): Promise<Purchase> {
    return this.call(operations.readPurchase, { path: { account_id: accountId, purchase_id: purchaseId }, options });
  }

  /**
   * Pay the unused credits of a purchase back, where its policy allows it. Needs: member of the account or service key
   * with `purchases:write`.
   */
  refundPurchase(
    accountId: string,
    purchaseId: string,
    options: KeyedOptions = {},
  ): Promise<Keyed<Refunded>> {
    return this.call(operations.refundPurchase, { path: { account_id: accountId, purchase_id: purchaseId }, options });
  }

  /** The gateway's invoice of a purchase. Needs: member of the account or service key with `read`. */
  readInvoice(
    accountId: string,
    purchaseId: string,
    options: Options = {},
  ): Promise<Invoice> {
    return this.call(operations.readInvoice, { path: { account_id: accountId, purchase_id: purchaseId }, options });
  }

  /**
   * What answers a chargeback: consent, order, delivery, and the use of exactly these credits. Needs: member of the
   * account or service key with `read`.
   */
  readEvidence(
    accountId: string,
    purchaseId: string,
    query: { cursor?: string; } = {},
    options: Options = {},
  ): Promise<Evidence> {
    return this.call(operations.readEvidence, { path: { account_id: accountId, purchase_id: purchaseId }, query, options });
  }

  /** To whom invoices are made out. Needs: member of the account or service key with `read`. */
  readBillingDetails(
    accountId: string,
    options: Options = {},
  ): Promise<BillingDetails> {
    return this.call(operations.readBillingDetails, { path: { account_id: accountId }, options });
  }

  /** Fill in to whom invoices are made out; those made before keep theirs. Needs: member of the account. */
  fillInBillingDetails(
    accountId: string,
    body: BillingBody,
    options: Options = {},
  ): Promise<BillingDetails> {
    return this.call(operations.fillInBillingDetails, { path: { account_id: accountId }, body, options });
  }

  /** The cards on file. Needs: member of the account or service key with `read`. */
  listPaymentMethods(
    accountId: string,
    options: Options = {},
  ): Promise<PaymentMethods> {
    return this.call(operations.listPaymentMethods, { path: { account_id: accountId }, options });
  }

  /** Open the gateway's page on which a card is added; it becomes the default. Needs: member of the account. */
  setUpPaymentMethod(
    accountId: string,
    body: SetupBody = {},
    options: Options = {},
  ): Promise<SetupStarted> {
    return this.call(operations.setUpPaymentMethod, { path: { account_id: accountId }, body, options });
  }

  /** Make a card the default; another than the one that failed lifts that pause. Needs: member of the account. */
  choosePaymentMethod(
    accountId: string,
    body: DefaultCardBody,
    options: Options = {},
  ): Promise<PaymentMethods> {
    return this.call(operations.choosePaymentMethod, { path: { account_id: accountId }, body, options });
  }

  /**
   * Take a card off file; where it was the default, the newest of the others that has not expired is the next. Needs:
   * member of the account.
   */
  removePaymentMethod(
    accountId: string,
    paymentMethod: string,
    options: Options = {},
  ): Promise<PaymentMethods> {
    return this.call(operations.removePaymentMethod, { path: { account_id: accountId, payment_method: paymentMethod }, options });
  }

  /** A link to the account's billing page, for one person with one role. Needs: service key with `portal:write`. */
  makePortalLink(
    accountId: string,
    body: PortalSessionBody,
    options: Options = {},
  ): Promise<PortalLink> {
    return this.call(operations.makePortalLink, { path: { account_id: accountId }, body, options });
  }

  /**
   * End every session of the account's billing page, and every link that was not opened yet. Needs: service key with
   * `portal:write`.
   */
  revokePortalSessions(
    accountId: string,
    options: Options = {},
  ): Promise<PortalRevoked> {
    return this.call(operations.revokePortalSessions, { path: { account_id: accountId }, options });
  }

  /**
   * Make an endpoint, to which events are sent as signed calls; its secret is shown here and never again. Needs:
   * service key with `endpoints:write`.
   */
  makeEndpoint(
    body: EndpointBody,
    options: Options = {},
  ): Promise<NewEndpoint> {
    return this.call(operations.makeEndpoint, { body, options });
  }

  /** All endpoints, the oldest first. Needs: service key with `endpoints:write`. */
  listEndpoints(
    options: Options = {},
  ): Promise<Endpoints> {
    return this.call(operations.listEndpoints, { options });
  }

  /** Read an endpoint. Needs: service key with `endpoints:write`. */
  readEndpoint(
    endpointId: string,
    options: Options = {},
  ): Promise<Endpoint> {
    return this.call(operations.readEndpoint, { path: { endpoint_id: endpointId }, options });
  }

  /** Change an endpoint, or switch it off or on. Needs: service key with `endpoints:write`. */
  changeEndpoint(
    endpointId: string,
    body: EndpointPatchBody,
    options: Options = {},
  ): Promise<Endpoint> {
    return this.call(operations.changeEndpoint, { path: { endpoint_id: endpointId }, body, options });
  }

  /** Take an endpoint away; what is still to be sent to it is not. Needs: service key with `endpoints:write`. */
  deleteEndpoint(
    endpointId: string,
    options: Options = {},
  ): Promise<EndpointDeleted> {
    return this.call(operations.deleteEndpoint, { path: { endpoint_id: endpointId }, options });
  }

  /**
   * Make another secret of an endpoint; those before go on signing for a day. Needs: service key with
   * `endpoints:write`.
   */
  rotateEndpointSecret(
    endpointId: string,
    body: RotateBody = {},
    options: Options = {},
  ): Promise<NewEndpoint> {
    return this.call(operations.rotateEndpointSecret, { path: { endpoint_id: endpointId }, body, options });
  }

  /** What was sent to an endpoint and what is to be, newest event first. Needs: service key with `endpoints:write`. */
  listEndpointDeliveries(
    endpointId: string,
    query: { state?: string; limit?: number; cursor?: string; } = {},
    options: Options = {},
  ): Pages<EndpointDeliveries, EndpointDelivery> {
    return this.pages(operations.listEndpointDeliveries, { path: { endpoint_id: endpointId }, query, options });
  }

  /** Send an event to an endpoint once more, under the same webhook-id. Needs: service key with `endpoints:write`. */
  sendDeliveryAgain(
    endpointId: string,
    deliveryId: string,
    options: Options = {},
  ): Promise<EndpointDelivery> {
    return this.call(operations.sendDeliveryAgain, { path: { endpoint_id: endpointId, delivery_id: deliveryId }, options });
  }

  /**
   * A month of a report for finance over all accounts, as CSV or, where `Accept` says so, as JSON; closed months never
   * change. Needs: service key with `reports:read`.
   */
  readReport(
    report: "liability" | "recognition" | "roll-forward" | "tax" | "balance" | "differences",
    query: { month: string; currency?: string; cursor?: string; },
    options: Options = {},
  ): Pages<Report, ReportLine> {
    return this.pages(operations.readReport, { path: { report: report }, query, options });
  }

  /**
   * A month of a report for finance over all accounts, as CSV or, where `Accept` says so, as JSON; closed months never
   * change. Needs: service key with `reports:read`.
   */
  readReportCsv(
    report: "liability" | "recognition" | "roll-forward" | "tax" | "balance" | "differences",
    query: { month: string; currency?: string; cursor?: string; },
    options: Options = {},
  ): Pages<CsvPage, string> {
    return this.pages(operations.readReportCsv, { path: { report: report }, query, options });
  }

  /** This document. No token. */
  readOpenapi(
    options: Options = {},
  ): Promise<OpenApi> {
    return this.call(operations.readOpenapi, { options });
  }
}
