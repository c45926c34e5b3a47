// Lotbook from TypeScript: prepaid credits over fetch, typed, without dependencies.

export { operations } from "./calls.ts";
export { Lotbook } from "./client.ts";
export type { Keyed, KeyedOptions, Options, Settings } from "./core.ts";
export * from "./errors.ts";
export {
  ApiError,
  BadRequestError,
  ConflictError,
  ForbiddenError,
  GoneError,
  InvalidSignature,
  LotbookError,
  NoAnswer,
  NotFoundError,
  PaymentRequiredError,
  ServerError,
  TimedOut,
  TooLargeError,
  TooManyRequestsError,
  UnauthorizedError,
  UnexpectedAnswer,
  UnprocessableError,
} from "./failures.ts";
export { Hold } from "./holds.ts";
export { Pages } from "./pages.ts";
export type { Retries } from "./retries.ts";
export type * from "./types.ts";
export { VERSION } from "./version.ts";
export { verifyWebhook } from "./webhooks.ts";
export type { WebhookCall, WebhookEvent } from "./webhooks.ts";
