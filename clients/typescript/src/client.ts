// The client.

import { Calls } from "./calls.ts";
import type { KeyedOptions } from "./core.ts";
import { Hold } from "./holds.ts";
import type { HoldBody } from "./types.ts";

/**
 * Lotbook over fetch. `baseUrl` and `key` may come from LOTBOOK_URL and LOTBOOK_KEY. Calls are sent again after faults that pass, with
 * the same idempotency key; keys are made where none is given.
 */
export class Lotbook extends Calls {
  /** Set credits aside: `await using hold = await client.hold("acme", { credits: 40 })`, then `hold.capture(30)`. */
  async hold(accountId: string, body: HoldBody, options: KeyedOptions = {}): Promise<Hold> {
    return new Hold(this, accountId, await this.holdCredits(accountId, body, options));
  }

  /** The same around a function: what it did not capture goes back at its end, also when it throws, and then its error goes on. */
  async withHold<T>(
    accountId: string,
    body: HoldBody,
    work: (hold: Hold) => Promise<T> | T,
    options: KeyedOptions = {},
  ): Promise<T> {
    const hold = await this.hold(accountId, body, options);
    let done: T;
    try {
      done = await work(hold);
    } catch (error) {
      await hold.end(true);
      throw error;
    }
    await hold.end(false);
    return done;
  }
}
