import type { OriginFailure } from "../ports.ts";
import type { Site } from "../customer/site.ts";
import type { ArrivingBody } from "./arriving-body.ts";
import type { ForwardReason } from "../cache/status.ts";
import { boundedMap, type BoundedMap } from "./bounded-map.ts";
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
  | OriginFailure;

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
export class CollapsedFetch extends SharedResult<FetchResult> {
  readonly startedAtMs: number;

  constructor(startedAtMs: number) {
    super();
    this.startedAtMs = startedAtMs;
  }
}

/**
 * The collapsed fetches of an isolate, by cache key and what else tells requests for it apart. Where there are too many to
 * remember, the one that nobody joined for longest goes on for those who wait for it, and nobody else joins it.
 */
export class CollapsedFetches {
  readonly #running: BoundedMap<CollapsedFetch>;

  constructor(maxBytes: number) {
    this.#running = boundedMap(maxBytes);
  }

  find(selector: string): CollapsedFetch | null {
    return this.#running.get(selector) ?? null;
  }

  begin(selector: string, nowMs: number): CollapsedFetch {
    const fetch = new CollapsedFetch(nowMs);
    this.#running.set(selector, fetch);
    return fetch;
  }

  /** Nobody joins it any more. Another fetch that took its place stays. */
  end(selector: string, fetch: CollapsedFetch): void {
    if (this.#running.peek(selector) === fetch) this.#running.delete(selector);
  }
}
