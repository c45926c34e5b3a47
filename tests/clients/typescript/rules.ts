// The rules of `rules.json`, answered by the TypeScript client: node rules.ts rules.json

import { readFileSync } from "node:fs";

import * as lotbook from "../../../clients/typescript/src/index.ts";

const NOW = Date.parse("2026-11-26T23:30:00Z");
const KEY = "key-1";

async function exchanged(rule: any): Promise<unknown> {
  const answers = [...rule.answers];
  const asked: { key: string | null; body: string | undefined }[] = [];
  const slept: number[] = [];
  const client = new lotbook.Lotbook({
    baseUrl: "https://api.example",
    key: "lbk_x",
    retries: { most: rule.retries ?? 3, chance: () => 0.5, now: () => NOW },
    sleep: async (seconds) => slept.push(seconds),
    fetch: (async (_: string, init: RequestInit) => {
      asked.push({ key: new Headers(init.headers).get("Idempotency-Key"), body: init.body as string | undefined });
      const answer = answers.shift();
      if (answer === "lost") throw new TypeError("fetch failed");
      const text = answer.text ?? JSON.stringify(answer.body);
      return new Response(text, { status: answer.status, headers: answer.headers ?? {} });
    }) as typeof fetch,
  });
  let outcome: unknown;
  const expectedKey = rule.call === "consume" ? KEY : null;
  try {
    outcome = seen(await called(client, rule.call));
  } catch (error) {
    if (!(error instanceof lotbook.LotbookError)) throw error;
    outcome = told(error, rule);
    if ((error.idempotencyKey ?? null) !== expectedKey) throw new Error("the error does not know the key");
  }
  if (asked.some((each) => each.key !== expectedKey || each.body !== asked[0]?.body)) {
    throw new Error("a try had another key or body");
  }
  return { tries: asked.length, slept, outcome };
}

function called(client: lotbook.Lotbook, call: string): Promise<unknown> {
  if (call === "consume") return client.consumeCredits("acme", { credits: 12 }, { idempotencyKey: KEY });
  if (call === "link") return client.makePortalLink("acme", { role: "owner" });
  return client.readBalance("acme");
}

function seen(answer: any): Record<string, unknown> {
  const names = ["url", "available", "replayed"].filter((name) => name in answer);
  return Object.fromEntries(names.map((name) => [name, answer[name]]));
}

function told(error: lotbook.LotbookError, rule: any): unknown {
  if (!(error instanceof lotbook.ApiError)) return { error: error.constructor.name };
  // Data of a known code are attributes; of another one they are in `data`.
  const known = Object.getPrototypeOf(error);
  const member = (name: string) => (Object.hasOwn(known, name) ? (error as any)[name] : error.data[name]);
  const data = Object.keys(rule.outcome.data ?? {}).map((name) => [name, member(name)]);
  return {
    error: error.constructor.name,
    status: error.status,
    code: error.code,
    retry_after: error.retryAfter ?? null,
    request_id: error.requestId,
    data: Object.fromEntries(data),
  };
}

async function verified(rule: any): Promise<unknown> {
  const { body, headers, secrets, now, tolerance } = rule;
  try {
    const secret = secrets.length === 1 ? secrets[0] : secrets;
    const event = await lotbook.verifyWebhook({ body, headers, secret, now, tolerance });
    const sentAt = event.sentAt.getTime() / 1000;
    return { id: event.id, type: event.type, sent_at: sentAt, available: event.data["available"] ?? null };
  } catch (error) {
    if (error instanceof lotbook.InvalidSignature) return "InvalidSignature";
    if (error instanceof TypeError) return "no secret";
    throw error;
  }
}

const HELD = { hold_id: "hold_1", credits: 40, expires_at: "2026-11-27T00:30:00Z", available: 2 };

/** With a function around the work, and with `await using`, which tells no release that fails. */
async function held(rule: any): Promise<unknown> {
  const work = () => {
    if (rule.fails) throw new Error("the work");
  };
  const found: unknown[] = [];
  for (const block of [
    (client: lotbook.Lotbook) => client.withHold("acme", { credits: 40 }, work),
    async (client: lotbook.Lotbook) => {
      await using _ = await client.hold("acme", { credits: 40 });
      work();
    },
  ]) {
    const asked: string[] = [];
    const fetch = async (url: string) => {
      asked.push(url.split("/").at(-1) ?? "");
      const { status, body } = asked.length === 1 ? { status: 201, body: HELD } : rule.release;
      return new Response(JSON.stringify(body), { status });
    };
    const client = new lotbook.Lotbook({ baseUrl: "https://api.example", key: "lbk_x", retries: 0, fetch: fetch as any });
    const seen = await block(client).then(
      () => null,
      (error: Error) => (error instanceof lotbook.LotbookError ? error.constructor.name : error.message),
    );
    found.push([seen, ...asked]);
  }
  return found;
}

const rules = JSON.parse(readFileSync(process.argv[2] ?? "", "utf-8"));
const results: Record<string, Record<string, unknown>> = { exchanges: {}, webhooks: {}, holds: {} };
for (const [section, answer] of [["exchanges", exchanged], ["webhooks", verified], ["holds", held]] as const) {
  for (const rule of rules[section]) {
    results[section]![rule.name] = await answer(rule).catch((error: unknown) => `failed: ${String(error)}`);
  }
}
console.log(JSON.stringify(results));
