// Lotbook with Express: work that costs what it took, a page to buy on, events that can be trusted.
// npm install express, and lotbook-client as its README says; then LOTBOOK_URL, LOTBOOK_KEY, LOTBOOK_WEBHOOK_SECRET, PORT, and `node express.ts`.

import express from "express";
import type { Request, Response } from "express";
import { InsufficientCredits, InvalidSignature, Lotbook, verifyWebhook } from "lotbook-client";

const MOST_CREDITS = 8; // what a picture can cost at most
const client = new Lotbook();
const app = express();

/** The work: how many credits it took is known at its end. */
async function draw(prompt: string): Promise<number> {
  return Math.min(MOST_CREDITS, 1 + Math.floor(prompt.length / 4));
}

app.post("/accounts/:account/pictures", express.json(), async (request: Request, response: Response) => {
  try {
    await using hold = await client.hold(request.params.account, { credits: MOST_CREDITS });
    const used = await draw(request.body.prompt); // when this throws, all credits go back
    const { available } = await hold.capture(used);
    response.json({ used, available });
  } catch (error) {
    if (!(error instanceof InsufficientCredits)) throw error;
    const detail = `A picture needs ${error.requested} credits, ${error.available} are left.`;
    response.status(402).json({ detail });
  }
});

app.post("/accounts/:account/orders", express.json(), async (request: Request, response: Response) => {
  const item = { kind: "top_up", credits: request.body.credits } as const;
  const order = await client.createPurchase(request.params.account, { item });
  response.json({ send_the_buyer_to: order.checkout_url, total_minor: order.total_minor });
});

app.post("/events", express.raw({ type: "*/*" }), async ({ body, headers }: Request, response: Response) => {
  try {
    const secret = (process.env.LOTBOOK_WEBHOOK_SECRET ?? "").split(" "); // two while one replaces the other
    const event = await verifyWebhook({ body, headers, secret });
    response.json({ seen: event.id, type: event.type }); // it may come again: its id is the same
  } catch (error) {
    if (!(error instanceof InvalidSignature)) throw error;
    response.status(400).json({ detail: "not from Lotbook" });
  }
});

app.listen(Number(process.env.PORT ?? 8080));
