import { serializeItem, Token } from "structured-headers";
import type { BareItem } from "structured-headers";
import { structuredList } from "./structured.ts";

/** RFC 9211 §2.2: why a request went on towards the origin. */
export type ForwardReason =
  | "bypass"
  | "method"
  | "uri-miss"
  | "vary-miss"
  | "miss"
  | "request"
  | "stale"
  | "partial";

/** How this cache dealt with one request. `detail` is ours: a refusal's word, for instance. */
export type Handled =
  | { kind: "hit"; ttlSeconds: number; key?: string; detail?: string }
  | {
      kind: "forward";
      because: ForwardReason;
      /** What the next hop answered; absent when it did not. */
      status?: number;
      /** How long it took to the head of its response; not told. */
      originMs?: number;
      ttlSeconds?: number;
      stored?: boolean;
      collapsed?: boolean;
      key?: string;
      detail?: string;
    };

/** Many recipients refuse a header section of 4 or 8 KiB, and whoever asked knows the URL; so a longer key is not told. */
const longestKey = 200;

/**
 * The value of Cache-Status (RFC 9211 §2) with a member for this cache, after those of the caches nearer the origin. An
 * `upstream` value that is no List is left out: it would make ours unreadable too.
 */
export function cacheStatus(
  cache: string,
  handled: Handled,
  upstream?: string | null,
): string {
  const parameters = new Map<string, BareItem>();
  const tell = (name: string, value: BareItem | undefined) => {
    if (value !== undefined) parameters.set(name, value);
  };
  if (handled.kind === "hit") {
    tell("hit", true);
  } else {
    tell("fwd", new Token(handled.because));
    tell("fwd-status", handled.status);
    tell("stored", handled.stored);
    tell("collapsed", handled.collapsed);
  }
  tell("ttl", handled.ttlSeconds);
  if ((handled.key ?? "").length <= longestKey)
    tell("key", printable(handled.key));
  tell("detail", printable(handled.detail));
  const ours = serializeItem(new Token(cache), parameters);
  return upstream && structuredList(upstream) ? `${upstream}, ${ours}` : ours;
}

/** RFC 9651 §3.3.3: a String holds printable ASCII only. */
function printable(text: string | undefined): string | undefined {
  return text?.replaceAll(/[^ -~]/g, "?");
}
