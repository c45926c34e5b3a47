// Events that Lotbook sends to your endpoint, signed by the rules of Standard Webhooks.

import { InvalidSignature } from "./failures.ts";
import { webCrypto } from "./web_crypto.ts";

const TOLERANCE_SECONDS = 300;

/** A verified call. `id` is the same when the event comes again: keep it to handle each once. `data` is the event's detail. */
export interface WebhookEvent {
  id: string;
  type: string;
  sentAt: Date;
  data: Record<string, unknown>;
  body: Record<string, unknown>;
}

export interface WebhookCall {
  /** Exactly as it came. */
  body: string | Uint8Array;
  headers: Headers | Record<string, string | string[] | undefined>;
  /** That of the endpoint, or several while one replaces another. */
  secret: string | readonly string[];
  /** Seconds between its time and now; left out: 300. */
  tolerance?: number;
  /** Seconds since 1970; left out: the clock's. */
  now?: number;
}

/**
 * The event of a call. Throws InvalidSignature when no secret signs it, or when its time is out of tolerance; TypeError when there
 * is no secret.
 */
export async function verifyWebhook(call: WebhookCall): Promise<WebhookEvent> {
  const raw = typeof call.body === "string" ? new TextEncoder().encode(call.body) : call.body;
  const id = header(call.headers, "webhook-id");
  const stamp = header(call.headers, "webhook-timestamp");
  const sentAt = sentAtOf(stamp, call.tolerance ?? TOLERANCE_SECONDS, call.now ?? Date.now() / 1000);
  const signed = joined(new TextEncoder().encode(`${id}.${stamp}.`), raw);
  const given = signatures(header(call.headers, "webhook-signature"));
  const secrets = typeof call.secret === "string" ? [call.secret] : call.secret;
  if (secrets.length === 0) throw new TypeError("there is no secret");
  const keys = secrets.map(keyOf);
  if (id === "" || !(await signedByOne(keys, given, signed))) throw new InvalidSignature("no secret signs this call");
  return eventOf(id, sentAt, raw);
}

async function signedByOne(keys: Bytes[], given: Bytes[], signed: Bytes): Promise<boolean> {
  const { subtle } = await webCrypto();
  let good = false;
  for (const bytes of keys) {
    const key = await subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["verify"]);
    for (const signature of given) {
      // `verify` compares in constant time, and every pair is compared.
      const same = await subtle.verify("HMAC", key, signature, signed);
      good ||= same;
    }
  }
  return good;
}

type Bytes = Uint8Array<ArrayBuffer>;

function header(headers: WebhookCall["headers"], name: string): string {
  if (headers instanceof Headers) return headers.get(name) ?? "";
  const found = Object.entries(headers).find(([each]) => each.toLowerCase() === name)?.[1];
  return (Array.isArray(found) ? found.join(" ") : found) ?? "";
}

function sentAtOf(stamp: string, tolerance: number, now: number): Date {
  if (!/^[0-9]{1,12}$/.test(stamp)) throw new InvalidSignature("webhook-timestamp is missing or no number of seconds");
  if (Math.abs(now - Number(stamp)) > tolerance) throw new InvalidSignature("webhook-timestamp is out of tolerance");
  return new Date(Number(stamp) * 1000);
}

function signatures(text: string): Bytes[] {
  const offered = text.split(/\s+/).filter((each) => each.startsWith("v1,"));
  return offered.map((each) => bytesOf(each.slice(3))).filter((each) => each !== undefined);
}

function keyOf(secret: string): Bytes {
  const key = bytesOf(secret.replace(/^whsec_/, ""));
  if (key === undefined || key.length === 0) throw new TypeError("a secret is whsec_ and base64");
  return key;
}

function bytesOf(text: string): Bytes | undefined {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(text)) return undefined;
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

function joined(first: Uint8Array, second: Uint8Array): Bytes {
  const whole = new Uint8Array(first.length + second.length);
  whole.set(first);
  whole.set(second, first.length);
  return whole;
}

function eventOf(id: string, sentAt: Date, raw: Uint8Array): WebhookEvent {
  let body: unknown;
  try {
    body = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(raw));
  } catch (error) {
    throw new InvalidSignature("the call is signed, but its body is not JSON", { cause: error });
  }
  if (!isObject(body)) throw new InvalidSignature("the call is signed, but its body is no object");
  const data = body["data"];
  return { id, type: String(body["type"] ?? ""), sentAt, data: isObject(data) ? data : body, body };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
