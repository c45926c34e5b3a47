// What an integrator writes with the generated types: only the fields that are needed, and answers whose members are known.
import createClient from "openapi-fetch";
import type { paths } from "./schema.js";

declare const process: { argv: string[] };
const [baseUrl, token, account_id] = process.argv.slice(2);
const lotbook = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
const path = { account_id };

const opened = await lotbook.POST("/v1/accounts", {
  body: { account_id, policy_id: "insurestack", region: "US", email: "ann@example.com" },
});
const burned = await lotbook.POST("/v1/accounts/{account_id}/consume", {
  params: { path, header: { "Idempotency-Key": "burn-1" } },
  body: { credits: 3 },
});
const held = await lotbook.POST("/v1/accounts/{account_id}/holds", {
  params: { path, header: { "Idempotency-Key": "hold-1" } },
  body: { credits: 2, reference: "job-1" },
});
const granted = await lotbook.POST("/v1/accounts/{account_id}/grants", {
  params: { path, header: { "Idempotency-Key": "grant-1" } },
  body: { credits: 5, kind: "promotional", reason: "welcome" },
});
const balance = await lotbook.GET("/v1/accounts/{account_id}/balance", { params: { path } });
const statement = await lotbook.GET("/v1/accounts/{account_id}/entries", { params: { path, query: { limit: 2 } } });
const quoted = await lotbook.POST("/v1/accounts/{account_id}/quotes", {
  params: { path },
  body: { item: { kind: "top_up", credits: 30 } },
});
const refused = await lotbook.POST("/v1/accounts/{account_id}/consume", {
  params: { path, header: { "Idempotency-Key": "burn-2" } },
  body: { credits: 1_000_000 },
});

console.log(
  JSON.stringify({
    state: opened.data?.state,
    burned: burned.data?.credits,
    held: held.data?.hold_id.startsWith("hold_"),
    granted: granted.data?.lot_id.startsWith("lot_"),
    available: balance.data?.available,
    kinds: statement.data?.entries.map((entry) => entry.kind),
    more: statement.data?.next_cursor !== null,
    total: quoted.data?.total_minor,
    refused: refused.error && "code" in refused.error ? refused.error.code : undefined,
  }),
);
