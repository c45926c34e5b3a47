// Lists: everything in them, a page, or the pages, asked for as they are read.

import { UnexpectedAnswer } from "./failures.ts";

/** `for await (const entry of client.listEntries(...))` reads all of them, newest first; nothing is asked before it is needed. */
export class Pages<P extends { next_cursor: string | null }, T> implements AsyncIterable<T> {
  readonly #ask: (cursor: string | undefined) => Promise<P>;
  readonly #items: (page: P) => readonly T[];
  readonly #cursor: string | undefined;

  constructor(ask: (cursor: string | undefined) => Promise<P>, items: (page: P) => readonly T[], cursor?: string) {
    this.#ask = ask;
    this.#items = items;
    this.#cursor = cursor;
  }

  /** The first page alone. */
  page(): Promise<P> {
    return this.#ask(this.#cursor);
  }

  /** Every page. */
  async *pages(): AsyncGenerator<P, void, undefined> {
    let cursor = this.#cursor;
    let more = true;
    while (more) {
      const page = await this.#ask(cursor);
      yield page;
      if (page.next_cursor !== null && page.next_cursor === cursor) {
        throw new UnexpectedAnswer("The list does not go on: its next page is this one");
      }
      more = page.next_cursor !== null;
      cursor = page.next_cursor ?? undefined;
    }
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T, void, undefined> {
    for await (const page of this.pages()) yield* this.#items(page);
  }
}
