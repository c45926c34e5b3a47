// The stories of `stories.json` as the TypeScript client plays them; `stories.py` plays the same. Each has an account of its own.
// node stories.ts PRODUCT NETWORK KEY PREFIX

import * as lotbook from "../../../clients/typescript/src/index.ts";

const [product = "", network = "", key = "", prefix = ""] = process.argv.slice(2);
const TRIES = 200;
type Outcome = Record<string, unknown>;

class Stage {
  readonly account: string;
  readonly client: lotbook.Lotbook = over(product);

  constructor(account: string) {
    this.account = account;
  }

  opened(): Promise<lotbook.Account> {
    const email = `${this.account}@example.com`;
    return this.client.openAccount({ account_id: this.account, policy_id: "insurestack", region: "US", email });
  }

  balance(): Promise<lotbook.Balance> {
    return this.client.readBalance(this.account);
  }

  async refused(call: () => Promise<unknown>): Promise<lotbook.LotbookError> {
    try {
      await call();
    } catch (error) {
      if (error instanceof lotbook.LotbookError) return error;
      throw error;
    }
    throw new Error("it was not refused");
  }

  async seen(): Promise<{ tries: number; keys: number }> {
    const found = await (await fetch(`${network}/seen/${this.account}`)).json();
    return { tries: found.length, keys: new Set(found.map((each: { key: string }) => each.key)).size };
  }
}

function over(baseUrl: string, more: lotbook.Settings = {}): lotbook.Lotbook {
  return new lotbook.Lotbook({ baseUrl, key, timeout: 120, ...more });
}

function bad(mode: string, more: lotbook.Settings = {}): lotbook.Lotbook {
  return over(`${network}/${mode}`, more);
}

async function pay(checkoutUrl: string): Promise<void> {
  const headers = { "Content-Type": "application/json" };
  const paid = await fetch(`${checkoutUrl}/pay`, { method: "POST", headers, body: '{"card": "4242424242424242"}' });
  if (!paid.ok) throw new Error(`paying: ${paid.status}`);
}

async function every<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

function told(error: lotbook.LotbookError): unknown[] {
  if (!(error instanceof lotbook.ApiError)) throw error;
  return [error.constructor.name, error.status];
}

function left({ available, held }: lotbook.Balance): number[] {
  return [available, held];
}

const stories: Record<string, (s: Stage) => Promise<Outcome>> = {
  async buy_and_burn(s) {
    await s.opened();
    const free = (await s.balance()).available;
    const order = await s.client.createPurchase(s.account, { item: { kind: "top_up", credits: 30 } });
    await pay(order.checkout_url);
    let bought = await s.client.recheckPurchase(s.account, order.purchase_id);
    for (let tried = 0; bought.state !== "completed" && tried < TRIES; tried++) {
      bought = await s.client.recheckPurchase(s.account, order.purchase_id);
    }
    const { available } = await s.balance();
    const burned = await s.client.consumeCredits(s.account, { credits: 12 });
    return {
      free,
      state: bought.state,
      item: bought.item,
      total_minor: bought.total_minor,
      unit_price: bought.lines[0]?.unit_price,
      available,
      burned: burned.draws.map((draw) => draw.credits),
      left: burned.available,
    };
  },

  async a_key_burns_once_and_a_made_one_is_new_each_time(s) {
    await s.opened();
    const burn = () => s.client.consumeCredits(s.account, { credits: 4 }, { idempotencyKey: "job-1" });
    const burns = [await burn(), await burn()];
    const more = () => s.client.consumeCredits(s.account, { credits: 1 });
    const made = [await more(), await more()];
    return {
      replayed: burns.map((each) => each.replayed),
      same: JSON.stringify(burns[0]) === JSON.stringify(burns[1]),
      made: made.map((each) => each.replayed),
      available: made.at(-1)?.available,
    };
  },

  async a_batch_is_many_burns_or_one(s) {
    await s.opened();
    const rows = { items: [{ credits: 2, reference: "row 1" }, { credits: 3 }] };
    const burn = () => s.client.consumeBatch(s.account, rows, { idempotencyKey: "import-9" });
    const one = [await burn(), await burn()];
    const keyed = { items: [{ credits: 1, idempotency_key: "a" }] };
    const many = await s.client.consumeBatch(s.account, keyed);
    const mixed = await s.refused(() => s.client.consumeBatch(s.account, keyed, { idempotencyKey: "b" }));
    const keyless = await s.refused(() => s.client.consumeBatch(s.account, rows));
    return {
      replayed: one.map((each) => each.replayed),
      lines: one[0]?.lines?.map((line) => [line.credits, line.reference]),
      one: [one[0]?.credits, one[0]?.available, one[0]?.results ?? null],
      many: many.results?.map((each) => each.status),
      entry: many.entry_id ?? null,
      refused: [told(mixed), told(keyless)],
    };
  },

  async a_refusal_has_a_class_with_its_data(s) {
    await s.opened();
    const tooMuch = await s.refused(() => s.client.consumeCredits(s.account, { credits: 99 }));
    if (!(tooMuch instanceof lotbook.InsufficientCredits)) throw tooMuch;
    const burn = (credits: number) => s.client.consumeCredits(s.account, { credits }, { idempotencyKey: "job-1" });
    await burn(1);
    const reused = await s.refused(() => burn(2));
    const wrong = await s.refused(() => s.client.grantCredits(s.account, { credits: 0, reason: "none" }));
    if (!(wrong instanceof lotbook.InvalidRequest)) throw wrong;
    const absent = await s.refused(() => s.client.readAccount(`${s.account}-b`));
    const stranger = await s.refused(() => over(product, { key: "lbk_nobody" }).readAccount(s.account));
    if (!(stranger instanceof lotbook.UnauthorizedError)) throw stranger;
    return {
      too_much: told(tooMuch),
      requested: tooMuch.requested,
      available: tooMuch.available,
      reused: told(reused),
      wrong: told(wrong),
      field: wrong.errors[0]?.["field"],
      absent: told(absent),
      stranger: [lotbook.UnauthorizedError.name, stranger.status],
      kept: (await s.balance()).available,
    };
  },

  async a_hold_ends_with_its_block(s) {
    await s.opened();
    let ended: lotbook.Resolved;
    {
      await using hold = await s.client.hold(s.account, { credits: 8 });
      ended = await hold.capture(5);
    }
    const afterCapture = left(await s.balance());
    const inside = await s.client.withHold(s.account, { credits: 4 }, async () => (await s.balance()).held);
    const afterNothing = left(await s.balance());
    const fail = async () => {
      await using _ = await s.client.hold(s.account, { credits: 4 });
      throw new Error("the work failed");
    };
    const error = await fail().catch((failed: Error) => failed.message);
    const afterError = left(await s.balance());
    const found = await s.client.withHold(s.account, { credits: 4 }, async (hold) => {
      const { released } = await hold.release();
      return { released, second: await s.refused(() => hold.capture(1)) };
    });
    if (!(found.second instanceof lotbook.HoldClosed)) throw found.second;
    let worked = false;
    const work = () => s.client.withHold(s.account, { credits: 99 }, () => void (worked = true));
    const tooMuch = (await s.refused(work)).constructor.name;
    return {
      captured: ended.captured,
      released: ended.released,
      after_capture: afterCapture,
      inside,
      after_nothing: afterNothing,
      error,
      after_error: afterError,
      given_back: found.released,
      second: told(found.second),
      state: found.second.state,
      too_much: tooMuch,
      worked,
      kinds: (await every(s.client.listEntries(s.account))).map((entry) => entry.kind).reverse(),
    };
  },

  async a_list_is_read_to_its_end(s) {
    await s.opened();
    for (let burned = 0; burned < 5; burned++) await s.client.consumeCredits(s.account, { credits: 1 });
    const listed = s.client.listEntries(s.account, { limit: 2 });
    const lines = (await every(s.client.exportEntries(s.account))).join("").trim().split(/\r?\n/);
    return {
      credits: (await every(listed)).map((entry) => entry.credits),
      pages: (await every(listed.pages())).map((page) => page.entries.length),
      first: (await listed.page()).entries.length,
      columns: lines[0]?.split(",").includes("entry_id"),
      lines: lines.length,
    };
  },

  async accounts_are_found(s) {
    await s.opened();
    const name = `auth0|${s.account}`;
    await s.client.changeAccount(s.account, { external_id: name, metadata: { team: "blue" } });
    const found = await every(s.client.listAccounts({ external_id: name }));
    const after = await s.client.changeAccount(s.account, { external_id: null });
    const mine = found[0]?.account_id === s.account;
    return { found: found.length, mine, metadata: after.metadata, after: after.external_id };
  },

  async what_became_of_credits_is_read_by_its_id(s) {
    await s.opened();
    const gift = { credits: 20, reason: "welcome", metadata: { team: "blue" } };
    const given = await s.client.grantCredits(s.account, gift);
    let holdId = "";
    await s.client.withHold(s.account, { credits: 8 }, async (hold) => {
      holdId = hold.holdId;
      await hold.capture(5);
    });
    const taken = await s.client.voidLot(s.account, given.lot_id, { reason: "sent twice" });
    const lot = await s.client.readLot(s.account, given.lot_id);
    const entry = await s.client.readEntry(s.account, taken.entry_id);
    const held = await s.client.readHold(s.account, holdId);
    const listed = await every(s.client.listHolds(s.account, { state: "captured" }));
    return {
      lot: [lot.state, lot.taken_back, lot.metadata],
      entry: [entry.kind, entry.credits, entry.reason],
      hold: [held.state, held.captured, held.released],
      listed: listed.map((each) => each.hold_id === holdId),
    };
  },

  async a_lost_answer_burns_once(s) {
    await s.opened();
    const burned = await bad("lossy").consumeCredits(s.account, { credits: 4 });
    const entries = await every(s.client.listEntries(s.account));
    const burns = entries.filter((entry) => entry.kind === "consumed").length;
    return { replayed: burned.replayed, available: burned.available, ...(await s.seen()), burns };
  },

  async a_lost_answer_buys_once(s) {
    await s.opened();
    const order = await bad("lossy").createPurchase(s.account, { item: { kind: "top_up", credits: 30 } });
    const rows = await every(s.client.listPurchases(s.account));
    return { replayed: order.replayed, ...(await s.seen()), purchases: rows.length };
  },

  async a_lost_answer_holds_and_captures_once(s) {
    await s.opened();
    const ended = await bad("lossy").withHold(s.account, { credits: 8 }, (hold) => hold.capture(5));
    const { available, held } = await s.balance();
    return { captured: ended.captured, available, held, ...(await s.seen()) };
  },

  async a_lost_answer_that_is_not_asked_for_again(s) {
    await s.opened();
    const error = await s.refused(() => bad("lossy").makePortalLink(s.account, { role: "owner" }));
    return { error: error.constructor.name, tries: (await s.seen()).tries };
  },

  async a_busy_api_is_asked_again_when_it_said(s) {
    await s.opened();
    const began = performance.now();
    const burned = await bad("busy").consumeCredits(s.account, { credits: 3 });
    const waited = performance.now() - began >= 1000;
    return { available: burned.available, ...(await s.seen()), waited };
  },

  async retries_have_an_end(s) {
    await s.opened();
    const down = bad("down", { retries: 1 });
    const error = await s.refused(() => down.consumeCredits(s.account, { credits: 3 }));
    const [name, status] = told(error);
    return { error: name, status, tries: (await s.seen()).tries, available: (await s.balance()).available };
  },

  async a_policy_is_read_and_published_as_it_is(s) {
    const policy = await s.client.readPolicy("insurestack");
    const named = { ...policy, policy_id: s.account };
    const tried = await s.client.publishPolicyDryRun(s.account, named);
    const published = await s.client.publishPolicy(s.account, named);
    const same = await s.client.publishPolicyDryRun(s.account, named);
    const listed = await every(s.client.listPolicies({ limit: 2 }));
    const versions = await every(s.client.listPolicyVersions(s.account));
    const again = await s.client.readPolicy(s.account);
    const plans = JSON.stringify(again.plans) === JSON.stringify(policy.plans);
    return {
      same_title: again.title === policy.title,
      version: published.version,
      plans,
      tried: [tried.version, tried.changes.length > 9, same.changes.length],
      listed: listed.some((each) => each.policy_id === s.account),
      versions: versions.map((each) => each.version),
    };
  },
};

const outcomes: Record<string, unknown> = {};
for (const [number, [name, play]] of Object.entries(stories).entries()) {
  outcomes[name] = await play(new Stage(`${prefix}-${number}`)).catch((error: Error) => `failed: ${error.stack}`);
}
console.log(JSON.stringify(outcomes));
