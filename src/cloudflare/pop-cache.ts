import type { Bytes, EdgeEvent } from "../world.ts";

/** Names in the PoP cache are URLs of a host that no site can have. */
const base = "https://shelf.portcullis.invalid/";

/** The law decides what is still good; the PoP cache only must not forget long before it does. */
const keptSeconds = 365 * 86_400;

type Observe = (event: EdgeEvent) => void;

/** The Cache API of this PoP as a store of texts and bytes: it may forget at any time, and what fails is logged. */
export class PopCache {
  readonly #observe: Observe;

  constructor(observe: Observe) {
    this.#observe = observe;
  }

  /** A text kept by `keep`, or null. */
  recall = async (name: string): Promise<string | null> => {
    const found = await this.#match(name);
    return found === null
      ? null
      : found.text().then((text) => text, this.#failed("read"));
  };

  /** Keeps a text for the other isolates of this PoP, best effort. */
  keep = async (name: string, text: string): Promise<void> => {
    await this.#put(name, text);
  };

  forget = async (name: string): Promise<void> => {
    await caches.default
      .delete(await urlOf(name))
      .then(() => null, this.#failed("delete"));
  };

  /** Bytes kept by `keepBytes`, or null. */
  recallBytes = async (name: string): Promise<Bytes | null> =>
    (await this.#match(name))?.body ?? null;

  /** Keeps bytes as they are; false when they broke off or were not taken. */
  keepBytes = (name: string, bytes: Bytes): Promise<boolean> =>
    this.#put(name, bytes);

  async #match(name: string): Promise<Response | null> {
    return caches.default
      .match(await urlOf(name))
      .then((response) => response ?? null, this.#failed("read"));
  }

  async #put(name: string, body: string | Bytes): Promise<boolean> {
    const response = new Response(body, {
      headers: {
        "Cache-Control": `max-age=${keptSeconds}`,
        // A type that no runtime would compress or sniff; the true one is kept with the stored fields.
        "Content-Type": "application/octet-stream",
      },
    });
    const failed = this.#failed("write");
    return caches.default.put(await urlOf(name), response).then(
      () => true,
      (error: unknown) => failed(error) !== null,
    );
  }

  #failed(operation: "read" | "write" | "delete"): (error: unknown) => null {
    return (error) => {
      const problem = String(error);
      this.#observe({ kind: "pop-cache-failed", operation, problem });
      return null;
    };
  }
}

/** Names hold whole URLs, which may be longer than a URL may be here. */
async function urlOf(name: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(name),
  );
  return base + new Uint8Array(digest).toHex();
}
