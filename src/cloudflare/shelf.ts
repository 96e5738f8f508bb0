import type { Bytes } from "../world.ts";

/** Names on this PoP's shelf are URLs of a host that no site can have. */
const shelf = "https://shelf.portcullis.invalid/";

/** The law decides what is still good; the shelf only must not forget long before it does. */
const keptSeconds = 365 * 86_400;

/** A text kept by `keep`, or null: this PoP may forget at any time, and may fail. */
export async function recall(name: string): Promise<string | null> {
  const found = await match(name);
  return (
    found?.text().then(
      (text) => text,
      () => null,
    ) ?? null
  );
}

/** Keeps a text for the other isolates of this PoP, best effort. */
export async function keep(name: string, text: string): Promise<void> {
  await put(name, text);
}

export async function forget(name: string): Promise<void> {
  await caches.default.delete(await urlOf(name)).then(
    () => undefined,
    () => undefined,
  );
}

/** Bytes kept by `keepBytes`, or null. */
export async function recallBytes(name: string): Promise<Bytes | null> {
  return (await match(name))?.body ?? null;
}

/** Keeps bytes as they are; false when they broke off or the shelf did not take them. */
export async function keepBytes(name: string, bytes: Bytes): Promise<boolean> {
  return put(name, bytes);
}

async function match(name: string): Promise<Response | null> {
  return caches.default.match(await urlOf(name)).then(
    (response) => response ?? null,
    () => null,
  );
}

async function put(name: string, body: string | Bytes): Promise<boolean> {
  const response = new Response(body, {
    headers: {
      "Cache-Control": `max-age=${keptSeconds}`,
      // A type that no runtime would compress or sniff; the true one is kept with the stored fields.
      "Content-Type": "application/octet-stream",
    },
  });
  return caches.default.put(await urlOf(name), response).then(
    () => true,
    () => false,
  );
}

/** Names hold whole URLs, which may be longer than a URL may be here. */
async function urlOf(name: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(name),
  );
  return shelf + new Uint8Array(digest).toHex();
}
