import type { ListAnswer, World } from "../world.ts";
import type { Edge } from "./edge.ts";
import { SharedResult } from "./shared-result.ts";
import type { Learned } from "./record-memory.ts";

/** The part of a `RecordMemory` that does not depend on what it remembers. */
interface ListMemory {
  find(key: string): { kind: "record" | "absent" | "malformed" } | null;
  isTrusted(key: string, nowMs: number): boolean;
  lend(key: string): void;
  extend(key: string, untilMs: number): void;
  learn(
    key: string,
    text: string | null,
    nowMs: number,
    spellMs: number,
  ): Learned;
}

export interface Wanted {
  memory: ListMemory;
  key: string;
  /** Whether this PoP should remember that the key did not exist. */
  absence: "kept" | "forgotten";
}

/** How long a list that failed is left alone where something is remembered. */
const listRestMs = 1000;

/** What a read of the list brought, already in memory: the keys that it could not read are missing. */
export interface ListLanding {
  kind: "read";
  values: ListAnswer["values"];
}

/**
 * Brings the memory of the wanted keys up to date: memory while it is trusted, then the list, then what
 * memory last knew, then what this PoP last knew. A key of which nothing at all is known stays unknown.
 *
 * A key is read by one request at a time and for all who want it meanwhile: each for itself would ask the most of a list that
 * has just become slow.
 */
export async function refresh(
  wanted: readonly Wanted[],
  edge: Edge,
): Promise<void> {
  const { isolate, world } = edge;
  const askedAtMs = world.nowMs();
  const resting = askedAtMs < isolate.listRestsUntilMs;
  const due = wanted.filter(
    ({ memory, key }) =>
      !memory.isTrusted(key, askedAtMs) &&
      !(resting && memory.find(key) !== null),
  );
  if (due.length === 0) return;
  const own: Wanted[] = [];
  const work: Promise<void>[] = [];
  for (const want of due) {
    const flight = isolate.listReads.get(want.key);
    if (flight === undefined) own.push(want);
    else work.push(waited(want, flight, edge));
  }
  if (own.length > 0) {
    const read = readFor(own, edge);
    // It goes on for the others when the visitor who began it goes away.
    world.later(read);
    work.push(read);
  }
  await Promise.all(work);
}

async function readFor(due: readonly Wanted[], edge: Edge): Promise<void> {
  const { isolate, world } = edge;
  const flight = new SharedResult<ListLanding>();
  for (const { memory, key } of due) {
    memory.lend(key);
    isolate.listReads.set(key, flight);
  }
  // What KV answers is as old as the question.
  const askedAtMs = world.nowMs();
  const { values, problem } = await world.readList(due.map(({ key }) => key));
  if (problem !== null) {
    isolate.listRestsUntilMs = world.nowMs() + listRestMs;
    world.observe({ kind: "list-unreadable", problem });
  }
  await Promise.all(
    due.map((want) => {
      const text = values.get(want.key);
      return text === undefined
        ? fallBack(want, world)
        : take(want, text, askedAtMs, edge);
    }),
  );
  for (const { key } of due) takeDown(key, flight, isolate);
  flight.settle({ kind: "read", values });
}

/** Waits for another request's read. */
async function waited(
  want: Wanted,
  flight: SharedResult<ListLanding>,
  { isolate, world, config }: Edge,
): Promise<void> {
  const deadlineMs = world.nowMs() + config.listDeadlineMs;
  const landing = await flight.wait(deadlineMs, world);
  switch (landing.kind) {
    case "read":
      if (!landing.values.has(want.key)) await fallBack(want, world);
      return;
    case "overdue":
      takeDown(want.key, flight, isolate);
      await fallBack(want, world);
  }
}

function takeDown(
  key: string,
  flight: SharedResult<ListLanding>,
  { listReads }: Edge["isolate"],
): void {
  if (listReads.get(key) === flight) listReads.delete(key);
}

/** Are answers given from memory because the list could not be read a moment ago? */
export function isDegraded({ isolate, world }: Edge): boolean {
  return world.nowMs() < isolate.listRestsUntilMs;
}

async function take(
  { memory, key, absence }: Wanted,
  text: string | null,
  readAtMs: number,
  { world, config }: Edge,
): Promise<void> {
  const before = memory.find(key);
  const spellMs = config.recordMemoryMs;
  const learned = memory.learn(key, text, readAtMs, spellMs);
  switch (learned.kind) {
    case "same":
      return;
    case "malformed":
      report(learned.problem);
      if (before === null && (await recallInto(memory, key, world)))
        memory.learn(key, text, readAtMs, spellMs);
      return;
    case "news": {
      if (learned.problem !== null) report(learned.problem);
      const worthKeeping =
        text !== null || absence === "kept" || before?.kind === "record";
      if (worthKeeping) world.later(world.keep(shelfName(key), keptText(text)));
    }
  }

  function report(problem: string) {
    world.observe({ kind: "record-malformed", key, problem });
  }
}

async function fallBack({ memory, key }: Wanted, world: World): Promise<void> {
  if (memory.find(key) === null) await recallInto(memory, key, world);
  else memory.extend(key, world.nowMs() + listRestMs);
}

async function recallInto(
  memory: ListMemory,
  key: string,
  world: World,
): Promise<boolean> {
  const kept = await world.recall(shelfName(key));
  if (kept === null) return false;
  const text = kept.startsWith("=") ? kept.slice(1) : null;
  memory.learn(key, text, world.nowMs(), listRestMs);
  return true;
}

const shelfName = (key: string) => `list/${key}`;

/** "=" before a value, so that an empty value and no value differ. */
const keptText = (text: string | null) => (text === null ? "-" : `=${text}`);
