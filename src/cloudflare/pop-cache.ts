import { maxKeptSeconds } from "../cache/retention.ts";
import type { Bytes, EdgeEvent } from "../ports.ts";
import { hasRoom } from "./cache-room.ts";

/** Names in the PoP cache are URLs of a host that no site can have. */
const base = "https://pop-cache.portcullis.invalid/";

/** A cache that has not answered by then has failed: visitors wait for it. */
const readDeadlineMs = 2_000;
const writeDeadlineMs = 5_000;

/** After a write that was never answered none is tried for so long, so that not every visitor has to wait. */
const writeRestMs = 30_000;

/** A cache that fails for every request is logged no more often than this. */
const betweenLinesMs = 60_000;

type Observe = (event: EdgeEvent) => void;
type Operation = Extract<EdgeEvent, { kind: "pop-cache-failed" }>["operation"];

/** What has failed in this isolate. */
const failures = { lastAtMs: -Infinity, writesRestUntilMs: -Infinity };

/** Of each kind of line, when the last one was written, and how many would have been since. */
const lines = new Map<Kind, { loggedAtMs: number; unlogged: number }>();
type Kind = Operation | "room";

/** Has the PoP cache failed a moment ago, as far as this isolate knows? */
export function hasFailedLately(): boolean {
  return Date.now() < failures.lastAtMs + betweenLinesMs;
}

/** The Cache API of this PoP as a store of texts and bytes: it may forget at any time, and what fails is logged. */
export class PopCache {
  readonly #observe: Observe;
  readonly #keeper: string | undefined;

  /** `keeper`: who says whether there is room (CACHE_KEEPER). */
  constructor(observe: Observe, keeper: string | undefined) {
    this.#observe = observe;
    this.#keeper = keeper;
  }

  /** A text kept by `keep`, or null. */
  recall = async (name: string): Promise<string | null> => {
    const found = await this.#match(name);
    return found === null
      ? null
      : found.text().then((text) => text, this.#failed("read"));
  };

  /** Keeps a text for the other isolates of this PoP, best effort: when that fails, none is better than the one before. */
  keep = async (
    name: string,
    text: string,
    seconds?: number,
  ): Promise<void> => {
    const isKept = await this.#put(name, text, seconds);
    if (!isKept) await this.forget(name);
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
  keepBytes = (
    name: string,
    bytes: Bytes,
    seconds?: number,
  ): Promise<boolean> => this.#put(name, bytes, seconds);

  async #match(name: string): Promise<Response | null> {
    const found = caches.default
      .match(await urlOf(name))
      .then((response) => response ?? null, this.#failed("read"));
    const answer = await within(readDeadlineMs, found);
    return answer === "overdue" ? this.#failed("read")("no answer") : answer;
  }

  async #put(
    name: string,
    body: string | Bytes,
    seconds = maxKeptSeconds,
  ): Promise<boolean> {
    const failed = this.#failed("write");
    if (Date.now() < failures.writesRestUntilMs) {
      failed("no answer a moment ago");
      return false;
    }
    if (!(await hasRoom(this.#keeper))) {
      this.#log("room", { operation: "write", problem: "no room" });
      return false;
    }
    const response = new Response(body, {
      headers: {
        "Cache-Control": `max-age=${seconds}`,
        // A type that no runtime would compress or sniff; the true one is kept with the stored fields.
        "Content-Type": "application/octet-stream",
      },
    });
    const put = caches.default.put(await urlOf(name), response).then(
      () => true,
      (error: unknown) => failed(error) !== null,
    );
    const answer = await within(writeDeadlineMs, put);
    if (answer !== "overdue") return answer;
    failures.writesRestUntilMs = Date.now() + writeRestMs;
    failed("no answer");
    return false;
  }

  #failed(operation: Operation): (error: unknown) => null {
    return (error) => {
      failures.lastAtMs = Date.now();
      this.#log(operation, { operation, problem: String(error) });
      return null;
    };
  }

  #log(kind: Kind, what: { operation: Operation; problem: string }): void {
    const nowMs = Date.now();
    const { loggedAtMs, unlogged } = lines.get(kind) ?? {
      loggedAtMs: -Infinity,
      unlogged: 0,
    };
    const times = unlogged + 1;
    const isDue = nowMs >= loggedAtMs + betweenLinesMs;
    if (isDue) this.#observe({ kind: "pop-cache-failed", ...what, times });
    lines.set(
      kind,
      isDue
        ? { loggedAtMs: nowMs, unlogged: 0 }
        : { loggedAtMs, unlogged: times },
    );
  }
}

async function within<T>(
  deadlineMs: number,
  work: Promise<T>,
): Promise<T | "overdue"> {
  const overdue = Promise.withResolvers<"overdue">();
  const timer = setTimeout(() => overdue.resolve("overdue"), deadlineMs);
  const first = await Promise.race([work, overdue.promise]);
  clearTimeout(timer);
  return first;
}

/** Names hold whole URLs, which may be longer than a URL may be here. */
async function urlOf(name: string): Promise<string> {
  const digest = await crypto.subtle.digest(
    "SHA-256",
    new TextEncoder().encode(name),
  );
  return base + new Uint8Array(digest).toHex();
}
