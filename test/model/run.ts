import type { Exchange, FieldMap } from "./exchange.ts";
import {
  group,
  pathOf,
  type Condition,
  type History,
  type PopCacheState,
  type PurgeScope,
  type RequestStep,
  type Step,
  type WriteStep,
} from "./history.ts";
import { traceparentOf, type Origin } from "./origin.ts";

/** All that came of a history: what the oracle judges. */
export interface Run {
  history: History;
  exchanges: readonly Exchange[];
  observations: readonly Observation[];
  decisions: readonly Decision[];
}

/** One request as its visitor saw it. */
export interface Observation {
  number: number;
  step: RequestStep | WriteStep;
  isolate: number;
  fields: FieldMap;
  startedAtMs: number;
  headAtMs: number | null;
  endedAtMs: number | null;
  status: number | null;
  received: FieldMap;
  chunks: { atMs: number; bytes: Uint8Array }[];
  /** `broken`: the connection, or the framing of the body, said that something is missing. */
  outcome: "complete" | "broken" | "aborted" | "unfinished";
}

/** What the operator wrote, and from when on it must hold. */
export type Decision = { writtenAtMs: number; visibleAtMs: number } & (
  | { kind: "purge"; what: PurgeScope; how: "hard" | "soft"; atMs: number }
  | { kind: "drop"; effectiveAtMs: number; endsAtMs: number | null }
  | { kind: "restore"; effectiveAtMs: number | null }
  | { kind: "restart" }
  | { kind: "clock"; byMs: number }
);

/** Where a history is played: in memory and virtual time, or on workerd. */
export interface Stage {
  /** The host that visitors ask for. */
  readonly host: string;
  nowMs(): number;
  sleep(ms: number): Promise<void>;
  /** Sends a request; null when the connection ended before the head. */
  send(sent: Sent): Promise<Answer | null>;
  put(key: "customer" | "purge", value: string): Promise<void>;
  restart(): void;
  setClock(byMs: number): void;
  setPopCache(state: PopCacheState): void;
}

export interface Sent {
  method: string;
  path: string;
  fields: [string, string][];
  content: RequestStep["emptyContent"] | "some";
  /** Goes away before there is an answer. */
  leaves: boolean;
  isolate: number;
}

export interface Answer {
  status: number;
  fields: readonly (readonly [string, string])[];
  read(): Promise<
    { kind: "chunk"; bytes: Uint8Array } | { kind: "end" } | { kind: "broken" }
  >;
  abort(): void;
}

/** Plays a history's steps at their times. Requests go on by themselves; `requests` settles when all have ended. */
export class Player {
  readonly observations: Observation[] = [];
  readonly decisions: Decision[] = [];
  readonly #requests: Promise<void>[] = [];
  readonly #history: History;
  readonly #stage: Stage;
  readonly #origin: Origin;
  #purges: object[] = [];

  constructor(history: History, stage: Stage, origin: Origin) {
    this.#history = history;
    this.#stage = stage;
    this.#origin = origin;
  }

  async play(): Promise<void> {
    for (const step of this.#history.steps) {
      if (step.waitMs > 0) await this.#stage.sleep(step.waitMs);
      await this.#perform(step);
    }
    await Promise.all(this.#requests);
  }

  get run(): Run {
    const { exchanges } = this.#origin;
    const { observations, decisions } = this;
    return { history: this.#history, exchanges, observations, decisions };
  }

  async #perform(step: Step): Promise<void> {
    const now = this.#stage.nowMs();
    switch (step.kind) {
      case "request":
        for (let copy = 0; copy < step.copies; copy++) {
          if (copy > 0 && step.spacingMs > 0)
            await this.#stage.sleep(step.spacingMs);
          const visitor =
            step.visitors === "each" ? step.visitor + copy : step.visitor;
          const isolate =
            step.isolates === "each" ? step.isolate + copy : step.isolate;
          this.#begin(step, this.#sentFor(step, visitor, isolate));
        }
        return;
      case "write":
        this.#begin(step, this.#sentForWrite(step));
        return;
      case "change":
        this.#origin.change(step.resource, now);
        return;
      case "fault":
        this.#origin.fault = step.fault;
        return;
      case "restart":
        this.#stage.restart();
        this.decisions.push({
          kind: "restart",
          writtenAtMs: now,
          visibleAtMs: now,
        });
        return;
      case "clock":
        this.#stage.setClock(step.byMs);
        this.decisions.push({ ...step, writtenAtMs: now, visibleAtMs: now });
        return;
      case "pop-cache":
        this.#stage.setPopCache(step.state);
        return;
      case "purge":
      case "drop":
      case "restore":
        await this.#decide(step);
    }
  }

  async #decide(
    step: Extract<Step, { kind: "purge" | "drop" | "restore" }>,
  ): Promise<void> {
    const writtenAtMs = this.#stage.nowMs();
    switch (step.kind) {
      case "purge": {
        const { what, how } = step;
        const atMs = writtenAtMs + step.inMs;
        this.#purges = [
          { at: atMs, what: purged(what, this.#stage.host), how },
          ...this.#purges,
        ].slice(0, 64);
        await this.#stage.put("purge", JSON.stringify(this.#purges));
        const visibleAtMs = this.#stage.nowMs();
        this.decisions.push({
          kind: "purge",
          what,
          how,
          atMs,
          writtenAtMs,
          visibleAtMs,
        });
        return;
      }
      case "drop": {
        const effectiveAtMs = writtenAtMs + (step.inMs ?? 0);
        const endsAtMs =
          step.forMs === null ? null : effectiveAtMs + step.forMs;
        const isBare = step.inMs === null && step.forMs === null;
        await this.#stage.put(
          "customer",
          isBare
            ? "deny"
            : JSON.stringify({
                verdict: "deny",
                effectiveAt: instant(effectiveAtMs),
                endsAt: endsAtMs === null ? undefined : instant(endsAtMs),
              }),
        );
        const visibleAtMs = this.#stage.nowMs();
        this.decisions.push({
          kind: "drop",
          effectiveAtMs,
          endsAtMs,
          writtenAtMs,
          visibleAtMs,
        });
        return;
      }
      case "restore": {
        const effectiveAtMs = step.dated ? writtenAtMs : null;
        const effectiveAt = instant(writtenAtMs);
        await this.#stage.put(
          "customer",
          step.dated
            ? JSON.stringify({ verdict: "allow", effectiveAt })
            : "allow",
        );
        const visibleAtMs = this.#stage.nowMs();
        this.decisions.push({
          kind: "restore",
          effectiveAtMs,
          writtenAtMs,
          visibleAtMs,
        });
      }
    }
  }

  #sentFor(step: RequestStep, visitor: number, isolate: number): Sent {
    const fields: [string, string][] = [];
    if (step.cookie) fields.push(["cookie", `u=${visitor}`]);
    if (step.authorization) fields.push(["authorization", `Bearer ${visitor}`]);
    if (step.language !== null) fields.push(["accept-language", step.language]);
    if (step.gzip) fields.push(["accept-encoding", "gzip"]);
    if (step.origin !== null) fields.push(["origin", step.origin]);
    if (step.variant !== null) fields.push(["x-variant", step.variant]);
    if (step.range !== null) fields.push(["range", step.range]);
    if (step.cacheControl !== null)
      fields.push(["cache-control", step.cacheControl]);
    const condition =
      step.condition === null
        ? null
        : this.#conditionValue(step, step.condition, new Map(fields));
    if (condition !== null && step.condition !== null)
      fields.push([step.condition.field, condition]);
    return {
      method: step.method,
      path: pathOf(step.resource),
      fields,
      content: step.emptyContent,
      leaves: step.reader.kind === "aborting" && step.reader.afterChunks === 0,
      isolate: isolate % this.#history.isolates,
    };
  }

  #sentForWrite(step: WriteStep): Sent {
    const fields: [string, string][] = [["x-outcome", step.outcome]];
    if (step.invalidatesGroup) fields.push(["x-invalidate-group", "1"]);
    const { method, resource } = step;
    const content = method === "DELETE" ? "none" : "some";
    const isolate = step.isolate % this.#history.isolates;
    const path = pathOf(resource);
    return { method, path, fields, content, leaves: false, isolate };
  }

  /** Null when there is no such validator. */
  #conditionValue(
    { resource }: RequestStep,
    { field, of }: Condition,
    fields: FieldMap,
  ): string | null {
    const dates = field === "if-modified-since";
    if (of === "any") return dates ? null : "*";
    if (of === "bogus")
      return dates ? new Date(0).toUTCString() : '"no-such-tag"';
    const other = new Map(fields).set("accept-language", "de");
    const { etag, lastModified } = this.#origin.tagsOf(
      resource,
      of === "other-language" ? other : fields,
      of === "previous" ? "previous" : "current",
    );
    if (dates) return lastModified;
    return field === "if-range" ? (etag ?? lastModified) : etag;
  }

  #begin(step: RequestStep | WriteStep, sent: Sent): void {
    const number = this.observations.length;
    sent.fields.push(["traceparent", traceparentOf(number)]);
    const observation: Observation = {
      number,
      step,
      isolate: sent.isolate,
      fields: new Map(sent.fields),
      startedAtMs: this.#stage.nowMs(),
      headAtMs: null,
      endedAtMs: null,
      status: null,
      received: new Map(),
      chunks: [],
      outcome: "unfinished",
    };
    this.observations.push(observation);
    this.#requests.push(this.#ask(observation, sent));
  }

  async #ask(observation: Observation, sent: Sent): Promise<void> {
    const answer = await this.#stage.send(sent);
    const end = (outcome: Observation["outcome"]) => {
      observation.outcome = outcome;
      observation.endedAtMs = this.#stage.nowMs();
    };
    if (answer === null) return end(sent.leaves ? "aborted" : "broken");
    if (sent.leaves) {
      answer.abort();
      return end("aborted");
    }
    observation.headAtMs = this.#stage.nowMs();
    observation.status = answer.status;
    observation.received = joined(answer.fields);
    const { step, chunks } = observation;
    const reader = step.kind === "request" ? step.reader : { kind: "fast" };
    for (;;) {
      const read = await answer.read();
      if (read.kind !== "chunk")
        return end(read.kind === "end" ? "complete" : "broken");
      chunks.push({ atMs: this.#stage.nowMs(), bytes: read.bytes });
      if (
        "pauseMs" in reader &&
        reader.kind === "pausing" &&
        chunks.length === 1
      )
        await this.#stage.sleep(reader.pauseMs);
      if ("afterChunks" in reader && chunks.length >= reader.afterChunks) {
        answer.abort();
        return end("aborted");
      }
    }
  }
}

function purged(what: PurgeScope, host: string): unknown {
  const base = `https://${host}`;
  switch (what.kind) {
    case "all":
      return "all";
    case "url":
      return { url: base + pathOf(what.resource) };
    case "prefix":
      return { prefix: base + what.prefix };
    case "host":
      return { host };
    case "group":
      return { group };
  }
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function joined(
  lines: readonly (readonly [string, string])[],
): Map<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of lines) {
    const key = name.toLowerCase();
    const before = values.get(key);
    values.set(key, before === undefined ? value : `${before}, ${value}`);
  }
  return values;
}
