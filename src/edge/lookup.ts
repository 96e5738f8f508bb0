import type { RecordAnswer } from "../ports.ts";
import { isWithin } from "./clock.ts";
import type { Edge } from "./edge.ts";
import { keepCopy, recallCopy } from "./record-copy.ts";
import type { Known, ReadResult, RecordLookup } from "./record-memory.ts";
import { SharedResult } from "./shared-result.ts";
import { decideTrust } from "./trust.ts";

export type Found<T> =
  /** `degraded`: known from before the list became unreadable. */
  | { kind: "known"; known: Known<T>; degraded: boolean }
  /** The list cannot be read, and nothing is remembered. */
  | { kind: "unreadable" }
  /** `mayRead` said no, and what is remembered is too old. */
  | { kind: "withheld" };

/** A record's value, null where there is none that parses. */
export function valueOf<T>(found: Found<T>): T | null {
  return found.kind === "known" && found.known.kind === "record"
    ? found.known.value
    : null;
}

/**
 * What is known of a key: from memory while it is trusted, then from the list, then whatever this isolate or its PoP last knew.
 * The answer is the request's own: what memory forgets meanwhile changes nothing.
 */
export async function look<T>(
  want: RecordLookup<T>,
  edge: Edge,
): Promise<Found<T>> {
  const { memory, key } = want;
  const { world, config } = edge;
  const remembered =
    memory.find(key) ??
    (want.popCopy === "trusted" ? await recallCopy(want, edge) : null);
  if (remembered === null) return readFirst(want, null, edge);
  const { known } = remembered;
  const trust = want.trustOf(known);
  const nowMs = world.nowMs();
  const decision = decideTrust(remembered, trust, nowMs, config.listDeadlineMs);
  switch (decision.kind) {
    case "use":
      if (decision.renew) renew(want, known, edge);
      return { kind: "known", known, degraded: decision.degraded };
    case "read-first":
      return readFirst(want, known, edge);
  }
}

/** Reads a key behind the request. */
function renew<T>(want: RecordLookup<T>, known: Known<T>, edge: Edge): void {
  if (readUnderWay(want, edge) === null && want.mayRead(known))
    void beginRead(want, edge);
}

/** Reads a key while the request waits: once for all requests that want it meanwhile, and no longer than the deadline. */
async function readFirst<T>(
  want: RecordLookup<T>,
  known: Known<T> | null,
  edge: Edge,
): Promise<Found<T>> {
  const { world, config } = edge;
  const underWay = readUnderWay(want, edge);
  if (underWay === null && !want.mayRead(known)) return { kind: "withheld" };
  const result = await (underWay === null
    ? beginRead(want, edge)
    : underWay.wait(world.nowMs() + config.listDeadlineMs, world));
  switch (result.kind) {
    case "known":
      return { ...result, degraded: false };
    case "failed":
    case "overdue":
      return lastKnown(want, edge);
  }
}

async function lastKnown<T>(
  want: RecordLookup<T>,
  edge: Edge,
): Promise<Found<T>> {
  const last = want.memory.find(want.key) ?? (await recallCopy(want, edge));
  return last === null
    ? { kind: "unreadable" }
    : { kind: "known", known: last.known, degraded: true };
}

/** A read that has taken longer than reads may is nobody's any more: whoever began it is gone. */
function readUnderWay<T>(
  { memory, key }: RecordLookup<T>,
  { world, config }: Edge,
): SharedResult<ReadResult<T>> | null {
  const read = memory.reads.get(key);
  return read !== undefined &&
    isWithin(read.beganAtMs, config.listDeadlineMs, world.nowMs())
    ? read.result
    : null;
}

function beginRead<T>(
  want: RecordLookup<T>,
  edge: Edge,
): Promise<ReadResult<T>> {
  const { memory, key } = want;
  const result = new SharedResult<ReadResult<T>>();
  memory.reads.set(key, { result, beganAtMs: edge.world.nowMs() });
  const read = readInto(want, edge).then((outcome) => {
    if (memory.reads.get(key)?.result === result) memory.reads.delete(key);
    result.settle(outcome);
    return outcome;
  });
  // It goes on for the others when the visitor who began it goes away.
  edge.world.later(read);
  return read;
}

/** Reads a key into memory. */
async function readInto<T>(
  want: RecordLookup<T>,
  edge: Edge,
): Promise<ReadResult<T>> {
  const { world } = edge;
  const requestedAtMs = world.nowMs();
  const answer = await readInTime(want.key, edge);
  switch (answer.kind) {
    case "read": {
      const known = await learn(want, answer.text, requestedAtMs, edge);
      return { kind: "known", known };
    }
    case "failed":
      want.memory.fail(want.key, world.nowMs());
      world.observe({ kind: "list-unreadable", problem: answer.problem });
      return { kind: "failed" };
  }
}

function readInTime(
  key: string,
  { world, config }: Edge,
): Promise<RecordAnswer> {
  const overdue = world.wait(config.listDeadlineMs).then((): RecordAnswer => ({
    kind: "failed",
    problem: `${key}: no answer within the deadline`,
  }));
  return Promise.race([world.readRecord(key), overdue]);
}

async function learn<T>(
  want: RecordLookup<T>,
  listed: string | null,
  requestedAtMs: number,
  edge: Edge,
): Promise<Known<T>> {
  const { memory, key } = want;
  const text = edge.isolate.feed.correct(key, listed);
  const before = memory.find(key)?.known ?? null;
  let learned = memory.learn(key, text, requestedAtMs);
  const { problem, isNew } = learned;
  if (problem !== null)
    edge.world.observe({ kind: "record-malformed", key, problem });
  // The last good value may be one that only this PoP remembers.
  if (!learned.remembered.parses && before === null)
    if ((await recallCopy(want, edge)) !== null)
      learned = memory.learn(key, text, requestedAtMs);
  const { remembered } = learned;
  const isWorthKeeping =
    text !== null || want.absence === "kept" || before?.kind === "record";
  if (remembered.parses && isWorthKeeping)
    keepCopy(want, { remembered, text, isNew }, edge);
  return remembered.known;
}
