import { keyedTarget } from "./key.ts";
import type { CacheSettings } from "./settings.ts";

/** Of one customer's stored responses, those a purge is about. Targets are paths with their queries, as browsers send them. */
export type Purged =
  | { kind: "all" }
  | { kind: "host"; host: string }
  | { kind: "prefix"; host: string; target: string }
  | { kind: "url"; host: string; target: string }
  /** RFC 9875; null means on every host. */
  | { kind: "group"; group: string; host: string | null };

/** What was got by a request made at `atMs` or before is not used again: hard, at all; soft, without asking the origin. */
export interface PurgeFact {
  atMs: number;
  what: Purged;
  how: "hard" | "soft";
}

/** What a purge must know of a stored response. */
export interface Purgeable {
  /** Canonical, without port. */
  host: string;
  /** As it was sent to the origin. */
  target: string;
  groups: readonly string[];
  /** When the exchange that got it, or last validated it, began: an answer begun before a purge is no newer than the purge. */
  requestTimeMs: number;
  /** When the exchange that got its body began. */
  bodyRequestTimeMs: number;
}

type QuerySettings = Pick<CacheSettings, "ignoredQuery" | "sortQuery">;

/** Keeps the record small enough to be read with every site's, and to be written by hand. */
export const maxPurgeFacts = 64;

/** Longer than any response is kept, so that no purge is forgotten while something it is about is stored. */
export const maxStoredSeconds = 400 * 86_400;

/** The strongest that the facts say of a stored response at this moment. A fact with a future `atMs` does not act yet. */
export function evaluatePurges(
  facts: readonly PurgeFact[],
  stored: Purgeable,
  settings: QuerySettings,
  nowMs: number,
): { kind: "none" | "soft" | "hard" } {
  if (facts.length === 0) return { kind: "none" };
  // A validation is as good as a new response against a soft purge, and not against a hard one.
  const sinceMs = {
    soft: stored.requestTimeMs,
    hard: stored.bodyRequestTimeMs,
  };
  const acting = facts.filter(
    ({ atMs, what, how }) =>
      atMs <= nowMs && sinceMs[how] <= atMs && isAbout(what, stored, settings),
  );
  if (acting.some(({ how }) => how === "hard")) return { kind: "hard" };
  return { kind: acting.length > 0 ? "soft" : "none" };
}

/**
 * The facts with one more, newest first, or null when there is no room because `mostFacts` wait for their moment. Those too
 * old to concern anything still stored go, and those that a wider one at or after their moment repeats. When there are still
 * too many, the oldest become one purge of everything: to fetch too much again is safe, to forget a purge is not.
 */
export function addFact(
  facts: readonly PurgeFact[],
  added: PurgeFact,
  nowMs: number,
  lifetimeSeconds: number,
): PurgeFact[] | null {
  const alive = [added, ...facts]
    .filter(({ atMs }) => atMs + lifetimeSeconds * 1000 >= nowMs)
    .toSorted((one, other) => other.atMs - one.atMs);
  const needed = alive.filter(
    (fact, index) =>
      !alive.some(
        (other, at) =>
          at !== index &&
          other.atMs <= nowMs &&
          repeats(other, fact) &&
          (at < index || !repeats(fact, other)),
      ),
  );
  if (needed.length <= maxPurgeFacts) return needed;

  const waiting = needed.filter(({ atMs }) => atMs > nowMs).length;
  if (waiting >= maxPurgeFacts) return null;
  const others = needed.slice(0, maxPurgeFacts - 1);
  const oldest = needed.slice(maxPurgeFacts - 1);
  return [
    ...others,
    {
      atMs: Math.max(...oldest.map(({ atMs }) => atMs)),
      what: { kind: "all" },
      how: oldest.some(({ how }) => how === "hard") ? "hard" : "soft",
    },
  ];
}

function isAbout(
  what: Purged,
  { host, target, groups }: Purgeable,
  settings: QuerySettings,
): boolean {
  switch (what.kind) {
    case "all":
      return true;
    case "host":
      return what.host === host;
    case "prefix":
      return what.host === host && target.startsWith(what.target);
    case "url":
      return (
        what.host === host && keyedTarget(what.target, settings) === target
      );
    case "group":
      return (
        (what.host === null || what.host === host) &&
        groups.includes(what.group)
      );
  }
}

/** Does `wide` purge all that `narrow` does, as hard, and as late? */
function repeats(wide: PurgeFact, narrow: PurgeFact): boolean {
  return (
    wide.atMs >= narrow.atMs &&
    (wide.how === "hard" || narrow.how === "soft") &&
    covers(wide.what, narrow.what)
  );
}

function covers(wide: Purged, narrow: Purged): boolean {
  switch (wide.kind) {
    case "all":
      return true;
    case "host":
      return "host" in narrow && narrow.host === wide.host;
    case "prefix":
      // A URL is compared without what its site ignores, so a prefix that reaches into the query may miss it.
      return (
        (narrow.kind === "prefix" ||
          (narrow.kind === "url" && !wide.target.includes("?"))) &&
        narrow.host === wide.host &&
        narrow.target.startsWith(wide.target)
      );
    case "url":
      return (
        narrow.kind === "url" &&
        narrow.host === wide.host &&
        narrow.target === wide.target
      );
    case "group":
      return (
        narrow.kind === "group" &&
        narrow.group === wide.group &&
        (wide.host === null || narrow.host === wide.host)
      );
  }
}
