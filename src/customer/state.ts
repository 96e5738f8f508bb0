import { hostCandidates } from "../http/host.ts";
import { standingKey } from "./keys.ts";
import {
  parseStanding,
  formatFlaw,
  type Denial,
  type Standing,
} from "./standing.ts";

/** How a customer stands at a moment; that a denial is for some visitors only stands in its `scope`. */
export type State =
  /** No entry: the default verdict decides. */
  | { kind: "absent" }
  /** Says nothing for certain: what the edge knew before holds. */
  | { kind: "malformed"; problem: string }
  | ({ kind: "allowed"; seq: number | null } & Flaw)
  /** Denied from `effectiveAt`, which is to come. */
  | ({ kind: "noticed"; denial: Denial } & Flaw)
  /** Denied now, without an end. */
  | ({ kind: "dropped"; denial: Denial } & Flaw)
  /** Denied now, until `endsAt`. */
  | ({ kind: "suspended"; denial: Denial } & Flaw)
  /** Denied now on a legal demand, with an end or without. */
  | ({ kind: "withheld"; denial: Denial } & Flaw)
  /** Served again since `endsAt`. */
  | ({ kind: "ended"; denial: Denial } & Flaw);

interface Flaw {
  /** What of the entry is malformed, and what holds all the same; null where nothing is. */
  problem: string | null;
}

/** How the customer whose entry in the list is `text` stands: `effectiveAt` and `endsAt` count from their own instant on. */
export function stateOf(
  customer: string,
  text: string | null,
  nowMs: number,
): State {
  if (text === null) return { kind: "absent" };
  const parsed = parseStanding(standingKey(customer), text);
  switch (parsed.kind) {
    case "malformed":
      return parsed;
    case "flawed":
      return stateIn(parsed.standing, formatFlaw(parsed), nowMs);
    case "whole":
      return stateIn(parsed.standing, null, nowMs);
  }
}

function stateIn(
  standing: Standing,
  problem: string | null,
  nowMs: number,
): State {
  return standing.kind === "allow"
    ? { kind: "allowed", seq: standing.seq, problem }
    : { kind: phaseOf(standing, nowMs), denial: standing, problem };
}

function phaseOf({ ground, effectiveAtMs, endsAtMs }: Denial, nowMs: number) {
  if (endsAtMs !== null && nowMs >= endsAtMs) return "ended";
  if (effectiveAtMs !== null && nowMs < effectiveAtMs) return "noticed";
  if (ground === "legal") return "withheld";
  return endsAtMs === null ? "dropped" : "suspended";
}

/** The denial of a state that has one. */
export function denialOf(state: State): Denial | null {
  return "denial" in state ? state.denial : null;
}

/** Is every visitor in the scope `narrow` in the scope `wide` too? */
export function covers(
  wide: Denial["scope"],
  narrow: Denial["scope"],
): boolean {
  return (
    within(narrow.hosts, wide.hosts, hostCandidates) &&
    within(narrow.countries, wide.countries, (country) => [country])
  );
}

/** Null stands for all there are. */
function within(
  some: readonly string[] | null,
  all: readonly string[] | null,
  namesOf: (one: string) => string[],
): boolean {
  if (all === null) return true;
  if (some === null) return false;
  return some.every((one) => namesOf(one).some((name) => all.includes(name)));
}
