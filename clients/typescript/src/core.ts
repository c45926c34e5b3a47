// The client without its calls: settings, one try after the other, lists.

import { LotbookError, NoAnswer, TimedOut, UnexpectedAnswer } from "./failures.ts";
import { Pages } from "./pages.ts";
import { pause, refusalOf, usual } from "./retries.ts";
import type { Outcome, Retries } from "./retries.ts";
import { randomKey } from "./web_crypto.ts";
import { VERSION } from "./version.ts";

/**
 * A call of the API. `keyed`: it wants a key; `mayBeKeyed`: it takes one that is given. `repeatable`: it may be sent again when nobody
 * knows whether it arrived. `always`: what its query says beside what is given.
 */
export interface Operation {
  method: string;
  path: string;
  keyed: boolean;
  mayBeKeyed?: boolean;
  repeatable: boolean;
  items?: string;
  csv?: boolean;
  always?: Record<string, string>;
}

/** Of every call. */
export interface Options {
  signal?: AbortSignal;
}

/** Of a call that moves credits or money: one key for each piece of work, the same for each retry of it. */
export interface KeyedOptions extends Options {
  idempotencyKey?: string;
}

/** `replayed`: it is the first answer again, and nothing happened a second time. */
export type Keyed<T> = T & { readonly replayed: boolean };

export interface Settings {
  /** Where the API is; left out: LOTBOOK_URL. */
  baseUrl?: string;
  /** A service key or a member's token; left out: LOTBOOK_KEY. */
  key?: string;
  /** Of one try, in seconds. */
  timeout?: number;
  retries?: Partial<Retries> | number;
  fetch?: typeof globalThis.fetch;
  sleep?: (seconds: number) => Promise<unknown>;
}

interface Sent {
  path?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: object;
  options: KeyedOptions;
}

const USUAL_TIMEOUT = 30; // API Gateway itself answers after 30 seconds at the latest
const AGENT = `lotbook-client-typescript/${VERSION}`;

export class Core {
  readonly baseUrl: string;
  readonly #key: string;
  readonly #timeout: number;
  readonly #retries: Retries;
  readonly #fetch: typeof globalThis.fetch;
  readonly #sleep: (seconds: number) => Promise<unknown>;

  /** Throws TypeError that names what is missing or wrong, and never shows a key. */
  constructor(settings: Settings = {}) {
    this.baseUrl = (settings.baseUrl ?? environment("LOTBOOK_URL") ?? "").replace(/\/+$/, "").replace(/\/v1$/, "");
    this.#key = (settings.key ?? environment("LOTBOOK_KEY") ?? "").trim();
    if (!/^https?:\/\/[^/]/.test(this.baseUrl)) {
      throw new TypeError("baseUrl is the address of a Lotbook, https://...: give it, or set LOTBOOK_URL");
    }
    if (!/^[\x21-\x7e]+$/.test(this.#key)) {
      throw new TypeError("key is a service key or a member's token: give it, or set LOTBOOK_KEY");
    }
    const retries = typeof settings.retries === "number" ? { most: settings.retries } : settings.retries;
    this.#retries = { ...usual, ...retries };
    this.#timeout = settings.timeout ?? USUAL_TIMEOUT;
    this.#fetch = settings.fetch ?? globalThis.fetch.bind(globalThis);
    this.#sleep = settings.sleep ?? ((seconds) => new Promise((done) => setTimeout(done, seconds * 1000)));
  }

  /** One call with its retries. */
  protected async call<T>(operation: Operation, sent: Sent): Promise<T> {
    const given = operation.keyed || operation.mayBeKeyed ? sent.options.idempotencyKey : undefined;
    const key = given !== undefined ? checkedKey(given) : operation.keyed ? await randomKey() : undefined;
    const target = this.baseUrl + pathOf(operation.path, sent.path ?? {}) + queryOf({ ...sent.query, ...operation.always });
    const body = sent.body === undefined ? undefined : JSON.stringify(sent.body);
    try {
      const outcome = await this.#sent(operation, target, body, key, sent.options.signal);
      return read(operation, outcome) as T;
    } catch (error) {
      if (error instanceof LotbookError) error.idempotencyKey = key;
      throw error;
    }
  }

  /** A list, asked for a page at a time. */
  protected pages<P extends { next_cursor: string | null }, T>(operation: Operation, sent: Sent): Pages<P, T> {
    const ask = (cursor: string | undefined): Promise<P> =>
      this.call(operation, { ...sent, query: { ...sent.query, cursor } });
    const items = (page: P): T[] => (operation.items ? page[operation.items as keyof P] : [page["text" as keyof P]]) as T[];
    return new Pages(ask, items, sent.query?.["cursor"] as string | undefined);
  }

  async #sent(
    operation: Operation,
    target: string,
    body: string | undefined,
    key: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    const send = () => this.#tried(operation, target, body, key, signal);
    let outcome = await send();
    for (let tried = 1; tried <= this.#retries.most; tried++) {
      const wait = pause(this.#retries, operation.repeatable, tried, outcome);
      if (wait === null) break;
      await this.#sleep(wait);
      signal?.throwIfAborted();
      outcome = await send();
    }
    if (outcome.status >= 200 && outcome.status < 300) return outcome;
    const told = `${operation.method} ${operation.path}`;
    if (outcome.status >= 400) throw refusalOf(outcome, this.#retries.now());
    if (outcome.fault === undefined) throw new UnexpectedAnswer(`${told} was answered ${outcome.status}`);
    if (outcome.fault instanceof TimedOut) throw outcome.fault;
    throw new NoAnswer(`${told} was not answered: ${String(outcome.fault)}`, { cause: outcome.fault });
  }

  async #tried(
    operation: Operation,
    target: string,
    body: string | undefined,
    key: string | undefined,
    signal: AbortSignal | undefined,
  ): Promise<Outcome> {
    signal?.throwIfAborted();
    const ending = new AbortController();
    const abort = () => ending.abort(signal?.reason);
    signal?.addEventListener("abort", abort);
    const late = new TimedOut(`${operation.method} ${operation.path} was not answered within ${this.#timeout} seconds`);
    const timer = setTimeout(() => ending.abort(late), this.#timeout * 1000);
    const headers: Record<string, string> = { Authorization: `Bearer ${this.#key}`, "User-Agent": AGENT };
    headers["Accept"] = operation.csv ? "text/csv" : "application/json";
    if (body !== undefined) headers["Content-Type"] = "application/json";
    if (key !== undefined) headers["Idempotency-Key"] = key;
    try {
      const init: RequestInit = { method: operation.method, headers, redirect: "manual", signal: ending.signal };
      const answer = await this.#fetch(target, body === undefined ? init : { ...init, body });
      return { status: answer.status, headers: answer.headers, text: await answer.text() };
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      const fault = ending.signal.aborted ? late : error;
      return { status: 0, headers: new Headers(), text: "", fault };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    }
  }
}

function read(operation: Operation, outcome: Outcome): unknown {
  if (operation.csv) return { text: outcome.text, next_cursor: outcome.headers.get("Lotbook-Next-Cursor") };
  let value: unknown;
  try {
    value = JSON.parse(outcome.text);
  } catch (error) {
    throw new UnexpectedAnswer(`The answer ${outcome.status} is not JSON`, { cause: error });
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new UnexpectedAnswer(`The answer ${outcome.status} is no object`);
  }
  if (operation.keyed || operation.mayBeKeyed) {
    const replayed = outcome.headers.get("Idempotent-Replayed") === "true";
    Object.defineProperty(value, "replayed", { value: replayed }); // not enumerable: a replay equals the first answer
  }
  return value;
}

function pathOf(template: string, parameters: Record<string, string>): string {
  return template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = parameters[name] ?? "";
    if (value === "" || value === "." || value === "..") {
      throw new TypeError(`${name} is ${JSON.stringify(value)}`); // these would lead to another call
    }
    return encodeURIComponent(value);
  });
}

function queryOf(query: Record<string, unknown>): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== null);
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return text && `?${text}`;
}

function checkedKey(key: string): string {
  if (!/^[\x21-\x7e]{1,255}$/.test(key)) throw new TypeError("an idempotency key has 1 to 255 visible ASCII characters");
  return key;
}

function environment(name: string): string | undefined {
  const host = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return host.process?.env?.[name];
}
