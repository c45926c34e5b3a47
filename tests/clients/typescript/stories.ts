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

function told(error: lotbook.LotbookError): Outcome {
  if (!(error instanceof lotbook.ApiError)) throw error;
  return { error: error.constructor.name, status: error.status };
}

function left({ available, held }: lotbook.Balance): Outcome {
  return { available, held };
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

  async the_same_key_burns_once(s) {
    await s.opened();
    const burn = () => s.client.consumeCredits(s.account, { credits: 4 }, { idempotencyKey: "job-1" });
    const burns = [await burn(), await burn()];
    const same = JSON.stringify(burns[0]) === JSON.stringify(burns[1]);
    return { replayed: burns.map((each) => each.replayed), same, available: (await s.balance()).available };
  },

  async a_made_key_is_another_one_each_time(s) {
    await s.opened();
    const burn = () => s.client.consumeCredits(s.account, { credits: 3 });
    const burns = [await burn(), await burn()];
    return { replayed: burns.map((each) => each.replayed), available: burns.at(-1)?.available };
  },

  async too_much_is_refused(s) {
    await s.opened();
    const error = await s.refused(() => s.client.consumeCredits(s.account, { credits: 99 }));
    if (!(error instanceof lotbook.InsufficientCredits)) throw error;
    const { requested, available } = error;
    return { ...told(error), requested, available, kept: (await s.balance()).available };
  },

  async another_body_under_the_same_key(s) {
    await s.opened();
    const burn = (credits: number) => s.client.consumeCredits(s.account, { credits }, { idempotencyKey: "job-1" });
    await burn(1);
    return told(await s.refused(() => burn(2)));
  },

  async a_wrong_request_names_its_field(s) {
    await s.opened();
    const error = await s.refused(() => s.client.grantCredits(s.account, { credits: 0, reason: "none" }));
    if (!(error instanceof lotbook.InvalidRequest)) throw error;
    return { ...told(error), field: error.errors[0]?.["field"] };
  },

  async an_account_that_is_not_there(s) {
    return told(await s.refused(() => s.client.readAccount(s.account)));
  },

  async a_wrong_key(s) {
    const stranger = over(product, { key: "lbk_nobody" });
    const error = await s.refused(() => stranger.readAccount(s.account));
    if (!(error instanceof lotbook.UnauthorizedError)) throw error;
    return { error: lotbook.UnauthorizedError.name, status: error.status };
  },

  async a_hold_burns_what_was_captured(s) {
    await s.opened();
    let ended: lotbook.Resolved;
    {
      await using hold = await s.client.hold(s.account, { credits: 8 });
      ended = await hold.capture(5);
    }
    const kinds = (await every(s.client.listEntries(s.account))).map((entry) => entry.kind);
    return { captured: ended.captured, released: ended.released, ...left(await s.balance()), kinds };
  },

  async a_hold_gives_back_what_was_never_captured(s) {
    await s.opened();
    const heldInside = await s.client.withHold(s.account, { credits: 8 }, async () => (await s.balance()).held);
    return { held_inside: heldInside, ...left(await s.balance()) };
  },

  async a_hold_gives_back_when_the_work_fails(s) {
    await s.opened();
    const works = [
      () => s.client.withHold(s.account, { credits: 8 }, () => {
        throw new Error("the work failed");
      }),
      async () => {
        await using _ = await s.client.hold(s.account, { credits: 8 });
        throw new Error("the work failed");
      },
    ];
    const messages = new Set<string>();
    for (const work of works) await work().catch((error: Error) => messages.add(error.message));
    return { error: [...messages].join(), ...left(await s.balance()) };
  },

  async a_hold_that_was_released_is_left_alone(s) {
    await s.opened();
    const found = await s.client.withHold(s.account, { credits: 8 }, async (hold) => {
      const ended = await hold.release();
      return { ended, error: await s.refused(() => hold.capture(1)) };
    });
    const { ended, error } = found;
    if (!(error instanceof lotbook.HoldClosed)) throw error;
    const { available } = await s.balance();
    return { released: ended.released, available, second: error.constructor.name, state: error.state };
  },

  async a_hold_that_cannot_be_had(s) {
    await s.opened();
    let worked = false;
    const error = await s.refused(() =>
      s.client.withHold(s.account, { credits: 99 }, () => {
        worked = true;
      }),
    );
    return { error: error.constructor.name, worked, available: (await s.balance()).available };
  },

  async a_list_is_read_to_its_end(s) {
    await s.opened();
    for (let burned = 0; burned < 5; burned++) await s.client.consumeCredits(s.account, { credits: 1 });
    const listed = s.client.listEntries(s.account, { limit: 2 });
    return {
      credits: (await every(listed)).map((entry) => entry.credits),
      pages: (await every(listed.pages())).map((page) => page.entries.length),
      first: (await listed.page()).entries.length,
    };
  },

  async an_export_is_read_to_its_end(s) {
    await s.opened();
    await s.client.consumeCredits(s.account, { credits: 1 });
    const lines = (await every(s.client.exportEntries(s.account))).join("").trim().split(/\r?\n/);
    return { columns: lines[0]?.split(",").includes("entry_id"), lines: lines.length };
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
    return { captured: ended.captured, ...left(await s.balance()), ...(await s.seen()) };
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
    return { ...told(error), tries: (await s.seen()).tries, available: (await s.balance()).available };
  },

  async a_policy_is_read_and_published_as_it_is(s) {
    const policy = await s.client.readPolicy("insurestack");
    const published = await s.client.publishPolicy(s.account, { ...policy, policy_id: s.account });
    const again = await s.client.readPolicy(s.account);
    const plans = JSON.stringify(again.plans) === JSON.stringify(policy.plans);
    return { same_title: again.title === policy.title, version: published.version, plans };
  },
};

const outcomes: Record<string, unknown> = {};
for (const [number, [name, play]] of Object.entries(stories).entries()) {
  outcomes[name] = await play(new Stage(`${prefix}-${number}`)).catch((error: Error) => `failed: ${error.stack}`);
}
console.log(JSON.stringify(outcomes));
