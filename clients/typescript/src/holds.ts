// Credits set aside for a piece of work: captured in it, or given back at its end.

import type { Keyed, KeyedOptions } from "./core.ts";
import { HoldClosed } from "./errors.ts";
import { LotbookError } from "./failures.ts";
import type { CaptureBody, Held, Instant, Resolved } from "./types.ts";
import { randomKey } from "./web_crypto.ts";

/** What a hold needs of the client. */
export interface Resolves {
  captureHold(accountId: string, holdId: string, body: CaptureBody, options?: KeyedOptions): Promise<Keyed<Resolved>>;
  releaseHold(accountId: string, holdId: string, options?: KeyedOptions): Promise<Keyed<Resolved>>;
}

/**
 * `await using hold = await client.hold(...)` gives back at the end of the block what was never captured, also when the block throws.
 * A release that fails then is not told, for the block's own error is the one to see: the credits come back at `expires_at`.
 */
export class Hold implements AsyncDisposable {
  readonly accountId: string;
  readonly holdId: string;
  readonly credits: number;
  readonly expiresAt: Instant;
  /** What the account had left when the hold was made. */
  readonly available: number;
  /** What became of it; undefined while it is open. */
  resolved: Resolved | undefined = undefined;
  readonly #client: Resolves;
  // Every retry of the same end has the same key; a second end is another one, and is refused.
  #captureKey: string | undefined = undefined;
  #releaseKey: string | undefined = undefined;

  constructor(client: Resolves, accountId: string, held: Held) {
    this.#client = client;
    this.accountId = accountId;
    this.holdId = held.hold_id;
    this.credits = held.credits;
    this.expiresAt = held.expires_at;
    this.available = held.available;
  }

  /** Burn that many of them (0 to all); the rest goes back. */
  async capture(credits: number): Promise<Resolved> {
    this.#captureKey ??= await randomKey();
    const options = { idempotencyKey: this.#captureKey };
    this.resolved = await this.#client.captureHold(this.accountId, this.holdId, { credits }, options);
    this.#captureKey = undefined;
    return this.resolved;
  }

  /** Give all of them back. */
  async release(): Promise<Resolved> {
    this.#releaseKey ??= await randomKey();
    const options = { idempotencyKey: this.#releaseKey };
    this.resolved = await this.#client.releaseHold(this.accountId, this.holdId, options);
    this.#releaseKey = undefined;
    return this.resolved;
  }

  /** What was never captured goes back. `quietly`: a release that fails is not told. */
  async end(quietly: boolean): Promise<void> {
    if (this.resolved !== undefined) return;
    try {
      await this.release();
    } catch (error) {
      if (error instanceof HoldClosed) return; // it has lapsed, or a capture whose answer was lost did arrive
      if (!quietly || !(error instanceof LotbookError)) throw error;
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end(true);
  }
}
