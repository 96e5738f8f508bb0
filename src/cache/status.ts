import { appendMember, type ParameterValue } from "../http/structured.ts";

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
export type CacheStatus =
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
const maxKeyCharacters = 200;

/**
 * The value of Cache-Status (RFC 9211 §2) with a member for this cache, after those of the caches nearer the origin. An
 * `upstream` value that is no List is left out: it would make ours unreadable too.
 */
export function formatCacheStatus(
  cache: string,
  status: CacheStatus,
  upstream?: string | null,
): string {
  const { ttlSeconds, key, detail } = status;
  const parameters: readonly (readonly [string, ParameterValue])[] =
    status.kind === "hit"
      ? [["hit", true]]
      : [
          ["fwd", { token: status.because }],
          ["fwd-status", status.status],
          ["stored", status.stored],
          ["collapsed", status.collapsed],
        ];
  return appendMember(upstream, cache, [
    ...parameters,
    ["ttl", ttlSeconds],
    ["key", (key ?? "").length > maxKeyCharacters ? undefined : key],
    ["detail", detail],
  ]);
}
