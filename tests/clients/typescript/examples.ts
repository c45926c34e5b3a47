// Runs the README's code and the Express example as they are written: node examples.ts README_TS EXPRESS_TS ACCOUNT EVENT_JSON
// `lotbook-client` is the source beside them, `express` what stands in for it here.

import { registerHooks } from "node:module";
import { pathToFileURL } from "node:url";

const [readme = "", example = "", account = "", event = ""] = process.argv.slice(2);
const elsewhere: Record<string, string> = {
  "lotbook-client": new URL("../../../clients/typescript/src/index.ts", import.meta.url).href,
  express: new URL("./express.ts", import.meta.url).href,
};
registerHooks({
  resolve: (name, context, next) => (name in elsewhere ? { url: elsewhere[name]!, shortCircuit: true } : next(name, context)),
});

const printed: string[] = [];
const log = console.log;
console.log = (...values: unknown[]) => printed.push(values.join(" "));
await import(pathToFileURL(readme).href);
console.log = log;

await import(pathToFileURL(example).href);
const { port } = await (globalThis as any).listening;

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<unknown> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", body: text, headers });
  return { status: answer.status, body: await answer.json() };
}

const { body, headers } = JSON.parse(event);
const express = {
  picture: await post(`/accounts/${account}/pictures`, { prompt: "a cat" }),
  second: await post(`/accounts/${account}/pictures`, { prompt: "a".repeat(99) }),
  too_much: await post(`/accounts/${account}/pictures`, { prompt: "a cat" }),
  order: await post(`/accounts/${account}/orders`, { credits: 30 }),
  event: await post("/events", body, headers),
  forged: await post("/events", `${body} `, headers),
};
(globalThis as any).stop();
console.log(JSON.stringify({ printed, express }));
