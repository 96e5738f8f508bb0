import { contentOf, type Exchange } from "../exchange.ts";
import { isEven, pathOf, type PurgeScope, type Resource } from "../history.ts";
import { representationOf } from "../origin.ts";
import type { Decision, Observation, Run } from "../run.ts";

/** Something that no origin could have meant. */
export interface Finding {
  /** The visitor's request that it is about; null for what is about several. */
  request: number | null;
  rule: Rule;
  reason: string;
}

export type Rule =
  | "bytes"
  | "fields"
  | "status"
  | "shared"
  | "stale"
  | "invalidated"
  | "not-modified"
  | "age"
  | "dropped"
  | "wait"
  | "hang"
  | "stampede";

/** How exactly times can be told, and how long others may hold a request up. */
export interface Terms {
  /** By how much two clocks, or a clock and an event, may be apart. */
  slackMs: number;
  /** A machine with more to do than it has processors takes so many times longer; 1 where time is virtual. */
  slowness: number;
  /** For how long a request may wait for other requests, beyond what the origin takes for it. */
  waitMs: number;
  /** How often open responses are held against the list. */
  watchMs: number;
  /** A TCP reset right after the head may take the head away before the visitor has read it. */
  resets: "keep-heads" | "lose-heads";
}

/** A run with what all rules ask of it. */
export class Knowledge {
  readonly run: Run;
  readonly terms: Terms;
  readonly #drops: readonly Decision[];

  constructor(run: Run, terms: Terms) {
    this.run = run;
    this.terms = terms;
    this.#drops = run.decisions.filter(
      ({ kind }) => kind === "drop" || kind === "restore",
    );
  }

  resource(index: number): Resource {
    const resource = this.run.history.resources[index];
    if (resource === undefined) throw new Error(`no resource ${index}`);
    return resource;
  }

  /** The representation that the origin would select for this visitor. */
  representationFor({ step, fields }: Observation): string {
    return representationOf(this.resource(step.resource), fields);
  }

  exchange(number: string | undefined): Exchange | null {
    return number === undefined
      ? null
      : (this.run.exchanges[Number(number)] ?? null);
  }

  about(resource: number): Exchange[] {
    return this.run.exchanges.filter((one) => one.resource === resource);
  }

  /** The exchanges about a request's resource that were under way at some time while it waited. */
  during(seen: Observation): Exchange[] {
    const endMs = (seen.endedAtMs ?? Infinity) + this.terms.slackMs;
    const startMs = seen.startedAtMs - this.terms.slackMs;
    return this.about(seen.step.resource).filter(
      ({ arrivedAtMs, endedAtMs }) =>
        arrivedAtMs <= endMs && (endedAtMs ?? Infinity) >= startMs,
    );
  }

  /** The decisions of a kind that held before a request began. */
  before<K extends Decision["kind"]>(
    kind: K,
    atMs: number,
  ): Extract<Decision, { kind: K }>[] {
    return this.run.decisions.filter(
      (one): one is Extract<Decision, { kind: K }> =>
        one.kind === kind && one.visibleAtMs + this.terms.slackMs < atMs,
    );
  }

  /** Since when the customer has been dropped at a moment, going by what was written; null when served. */
  droppedSinceMs(atMs: number): number | null {
    const last = this.#drops
      .filter(({ visibleAtMs }) => visibleAtMs <= atMs)
      .at(-1);
    if (last === undefined || last.kind !== "drop") return null;
    if (last.endsAtMs !== null && last.endsAtMs <= atMs) return null;
    const sinceMs = Math.max(last.effectiveAtMs, last.visibleAtMs);
    return sinceMs <= atMs ? sinceMs : null;
  }

  /** The isolate that took the visitor's request that caused an exchange. */
  isolateOf({ request }: Exchange): number | null {
    return this.run.observations[request ?? -1]?.isolate ?? null;
  }

  /** By how much the edge's clock was off at a moment. */
  clockErrorMs(atMs: number): number {
    return this.run.decisions.reduce(
      (sum, one) =>
        one.kind === "clock" && one.writtenAtMs <= atMs ? sum + one.byMs : sum,
      0,
    );
  }

  /** Did the customer's standing change at some time from one moment to another? */
  standingChanges(fromMs: number, toMs: number): boolean {
    const { slackMs } = this.terms;
    const within = (ms: number) =>
      ms >= fromMs - slackMs && ms <= toMs + slackMs;
    return this.#drops.some(
      (one) =>
        within(one.writtenAtMs) ||
        within(one.visibleAtMs) ||
        (one.kind === "drop" &&
          (within(one.effectiveAtMs) || within(one.endsAtMs ?? NaN))),
    );
  }
}

export function isAbout(what: PurgeScope, resource: number): boolean {
  switch (what.kind) {
    case "all":
    case "host":
      return true;
    case "url":
      return what.resource === resource;
    case "prefix":
      return pathOf(resource).startsWith(what.prefix);
    case "group":
      return isEven(resource);
  }
}

/** Whether the origin failed in this exchange, so that the edge has to answer by itself. */
export function isFailure(exchange: Exchange): boolean {
  const { answer, body, fields } = exchange;
  switch (answer.kind) {
    case "error":
    case "refused":
    case "silent":
      return true;
    case "part":
      return !answer.honest || !fields.has("range") || body !== "sound";
    case "full":
    case "not-modified":
    case "unsatisfiable":
    case "precondition-failed":
    case "written":
      return body !== "sound";
  }
}

export function named(exchange: Exchange): string {
  const content = contentOf(exchange);
  const version = content === null ? "" : ` of v${content.version}`;
  const request =
    exchange.request === null ? "" : ` for request ${exchange.request}`;
  return `exchange ${exchange.number} (${exchange.answer.kind}${version}${request})`;
}

/** What an answer stems from: the exchange that brought its content, and the last one that said that it is still good. */
export interface Basis {
  body: Exchange;
  validated: Exchange;
}
