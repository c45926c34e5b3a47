// Web Crypto: global everywhere but on Node 18, where it is in a module.

export async function webCrypto(): Promise<Crypto> {
  if (globalThis.crypto !== undefined) return globalThis.crypto;
  const name = "node:crypto"; // not written in `import`: bundlers for the web would look for it
  return ((await import(name)) as { webcrypto: Crypto }).webcrypto;
}

/** An idempotency key that nobody else has. */
export async function randomKey(): Promise<string> {
  return (await webCrypto()).randomUUID();
}
