// Everything that this client throws: refusals of the API by status (and by code in errors.ts), and answers that never came.

/**
 * Of everything that this client throws when a call went wrong. `idempotencyKey`: the key that was sent, also when the client made
 * it: send the same call with it to go on safely.
 */
export class LotbookError extends Error {
  override name = "LotbookError";
  idempotencyKey: string | undefined = undefined;
}

/** No answer came, after all retries. Whether the call arrived is not known: send it again with the same key. */
export class NoAnswer extends LotbookError {
  override name = "NoAnswer";
}

/** No answer came in time. */
export class TimedOut extends NoAnswer {
  override name = "TimedOut";
}

/** The answer is not what this client understands: is `baseUrl` a Lotbook? */
export class UnexpectedAnswer extends LotbookError {
  override name = "UnexpectedAnswer";
}

/** A webhook's signature does not verify, or its time is out of tolerance: do not trust its body. */
export class InvalidSignature extends LotbookError {
  override name = "InvalidSignature";
}

/**
 * The API refused, or failed. `data` is all that the problem document says; a 4xx changed nothing. `code` is empty where API Gateway
 * answered in front of the product. `retryAfter`: seconds, where the answer says so.
 */
export class ApiError extends LotbookError {
  override name = "ApiError";
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  readonly requestId: string;
  readonly data: Record<string, unknown>;
  readonly retryAfter: number | undefined;

  constructor(status: number, data: Record<string, unknown>, retryAfter?: number) {
    const code = String(data["code"] ?? "");
    const detail = String(data["detail"] ?? data["message"] ?? "");
    const requestId = String(data["request_id"] ?? "");
    super(`${status}${code && ` ${code}`}: ${detail}${requestId && ` (request ${requestId})`}`);
    this.status = status;
    this.code = code;
    this.detail = detail;
    this.requestId = requestId;
    this.data = data;
    this.retryAfter = retryAfter;
  }

  protected member(name: string): never {
    return (this.data[name] ?? null) as never;
  }
}

/** 400 */
export class BadRequestError extends ApiError {
  override name = "BadRequestError";
}

/** 401 */
export class UnauthorizedError extends ApiError {
  override name = "UnauthorizedError";
}

/** 402 */
export class PaymentRequiredError extends ApiError {
  override name = "PaymentRequiredError";
}

/** 403 */
export class ForbiddenError extends ApiError {
  override name = "ForbiddenError";
}

/** 404 */
export class NotFoundError extends ApiError {
  override name = "NotFoundError";
}

/** 409 */
export class ConflictError extends ApiError {
  override name = "ConflictError";
}

/** 410 */
export class GoneError extends ApiError {
  override name = "GoneError";
}

/** 413 */
export class TooLargeError extends ApiError {
  override name = "TooLargeError";
}

/** 422 */
export class UnprocessableError extends ApiError {
  override name = "UnprocessableError";
}

/** 429 */
export class TooManyRequestsError extends ApiError {
  override name = "TooManyRequestsError";
}

/** 5xx: nothing is lost, and the same call may be sent again with the same key. */
export class ServerError extends ApiError {
  override name = "ServerError";
}

export const byStatus: Record<number, typeof ApiError> = {
  400: BadRequestError,
  401: UnauthorizedError,
  402: PaymentRequiredError,
  403: ForbiddenError,
  404: NotFoundError,
  409: ConflictError,
  410: GoneError,
  413: TooLargeError,
  422: UnprocessableError,
  429: TooManyRequestsError,
};
