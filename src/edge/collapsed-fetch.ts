import type { Site } from "../customer/site.ts";
import type { ArrivingBody } from "./arriving-body.ts";
import type { ForwardReason } from "../cache/status.ts";
import type { Failed } from "./forward.ts";
import type { CacheEntry } from "./isolate-cache.ts";
import { SharedResult } from "./shared-result.ts";

/** What an origin fetch comes to for those who waited for it. */
export type FetchResult =
  /** What it brought is stored, or being stored with this body; or it says nothing of what the others will get. */
  | { kind: "look-again"; arriving: ArrivingBody | null }
  /** It answers one visitor only: everybody asks for themselves. */
  | { kind: "uncacheable" }
  /** The origin answered with an error that is for everybody. */
  | { kind: "error-response"; entry: CacheEntry; because: ForwardReason }
  /** The origin answered with an error that may be meant for one visitor. */
  | { kind: "error-status"; status: number }
  /** The origin did not answer. */
  | Failed;

/** Beyond the site's own limits, a leader gets so long to say what became of its fetch. */
const settleMs = 1_000;

/** Until when those who wait for another's fetch wait: it may try all origins of the site. */
export function fetchDeadlineMs(
  { timeoutSeconds, origins }: Pick<Site, "timeoutSeconds" | "origins">,
  nowMs: number,
): number {
  return nowMs + timeoutSeconds * 1000 * origins.length + settleMs;
}

/** An origin fetch whose answer may serve all who ask the same (RFC 9211 §2.7: collapsed). */
export type CollapsedFetch = SharedResult<FetchResult>;

/** The collapsed fetches of an isolate, by cache key and by what else tells requests for it apart. */
export class CollapsedFetches {
  readonly #running = new Map<string, Map<string, CollapsedFetch>>();

  find(key: string, selector: string): CollapsedFetch | null {
    return this.#running.get(key)?.get(selector) ?? null;
  }

  begin(key: string, selector: string): CollapsedFetch {
    const fetch = new SharedResult<FetchResult>();
    const running = this.#running.get(key) ?? new Map();
    this.#running.set(key, running.set(selector, fetch));
    return fetch;
  }

  /** Nobody joins it any more. Another fetch that took its place stays. */
  end(key: string, selector: string, fetch: CollapsedFetch): void {
    const running = this.#running.get(key);
    if (running?.get(selector) !== fetch) return;
    running.delete(selector);
    if (running.size === 0) this.#running.delete(key);
  }

  /** Nobody joins the fetches of a key any more: what they bring is old already. */
  forget(key: string): void {
    this.#running.delete(key);
  }
}
