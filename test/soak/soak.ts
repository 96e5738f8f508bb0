import { setTimeout as pause } from "node:timers/promises";
import { settings, startEdge, type SoakedEdge } from "./edge.ts";
import type { Figures } from "./figures.ts";
import { judge, type Drop } from "./judge.ts";
import { startOrigin } from "./origins.ts";
import { make, strayVisit, visitOf, type Visit } from "./visits.ts";

export interface SoakOptions {
  seconds: number;
  /** Visitors at once. */
  visitors: number;
  seed: number;
  /** Names of the kinds of visits. */
  kinds: readonly string[];
  bundle: string;
  /** How long the edge is given to let go of what visitors have left: unread bodies have half a minute. */
  settleSeconds: number;
  /** Ends the soak early. */
  signal: AbortSignal;
  /** Called once in a while. */
  onFigures(figures: Figures, soak: Soak): void;
}

/** What a soak has found so far. */
export interface Soak {
  requests: number;
  /** Visits by kind. */
  kinds: Record<string, number>;
  drops: number;
  /** Every answer that should not have been. */
  wrong: WrongAnswer[];
  /** With the seconds after the beginning; the last ones are from when all visitors had left. */
  figures: (Figures & { seconds: number })[];
}

interface WrongAnswer {
  kind: string;
  host: string;
  target: string;
  because: string;
  at: string;
}

/** One customer is dropped and restored again and again; nobody else's visitors may notice. */
const droppedCustomer = "dropped";
const customers = ["shop", "forum", "film", droppedCustomer];
const dropEveryMs = 10_000;
const dropForMs = 6_000;
const purgeEveryMs = 7_000;
const figuresEverySeconds = 30;

/** One visitor in so many asks for a host that nobody has. */
const strayShare = 0.05;

/** What README promises (twice RECORD_MEMORY_SECONDS, and WATCH_SECONDS for what is open), and a busy machine's lateness. */
const bounds = {
  newMs: 2_000 * settings.recordMemorySeconds + 1_000,
  openMs: 1_000 * settings.watchSeconds + 2_000,
};

/** Runs visitors of every kind against an edge of its own. */
export async function soak(options: SoakOptions): Promise<Soak> {
  const found: Soak = {
    requests: 0,
    kinds: {},
    drops: 0,
    wrong: [],
    figures: [],
  };
  const edge = await startEdge(options.bundle, () => undefined);
  const origins = await Promise.all(customers.map(startOrigin));
  for (const [at, customer] of customers.entries()) {
    const record = {
      customer,
      origins: [origins[at]?.address],
      betweenBytesTimeoutSeconds: 3,
    };
    await edge.put(`host:${customer}.localhost`, JSON.stringify(record));
    await edge.put(`customer:${customer}`, "allow");
  }
  const ending = new AbortController();
  const end = AbortSignal.any([options.signal, ending.signal]);
  const drops: Drop[] = [];
  const startedAtMs = Date.now();
  const measure = async () => {
    const figures = await edge.figures();
    const seconds = Math.round((Date.now() - startedAtMs) / 1000);
    found.figures.push({ seconds, ...figures });
    options.onFigures(figures, found);
  };
  await measure();
  const course = { found, drops, end };
  const work = [
    ...Array.from({ length: options.visitors }, (_, at) =>
      visitAgain(edge, randomFrom(options.seed + at), {
        ...course,
        kinds: options.kinds,
      }),
    ),
    dropAgain(edge, course),
    again(end, purgeEveryMs, () =>
      edge.put("purge:shop", new Date().toISOString()),
    ),
    again(end, 1_000 * figuresEverySeconds, measure),
  ];
  await pause(1_000 * options.seconds, null, { signal: options.signal }).then(
    null,
    () => undefined,
  );
  ending.abort();
  await Promise.all(work);
  if (!options.signal.aborted) {
    await pause(1_000 * options.settleSeconds, null, {
      signal: options.signal,
    }).then(null, () => undefined);
    await measure();
  }
  await edge.close();
  for (const origin of origins) origin.close();
  return found;
}

interface TrustDecision {
  found: Soak;
  drops: Drop[];
  end: AbortSignal;
}

async function visitAgain(
  { port }: SoakedEdge,
  random: () => number,
  { found, drops, end, kinds }: TrustDecision & { kinds: readonly string[] },
): Promise<void> {
  while (!end.aborted) {
    const kind = kinds[Math.floor(random() * kinds.length)] ?? "small";
    const customer = customers[Math.floor(random() * customers.length)] ?? "";
    const visit =
      random() < strayShare
        ? strayVisit(random)
        : visitOf(kind, customer, random);
    const answer = await make(visit, port);
    found.requests += 1;
    found.kinds[visit.kind] = (found.kinds[visit.kind] ?? 0) + 1;
    const because = judge(visit, answer, { drops, bounds });
    if (because !== null) found.wrong.push(wrongAnswer(visit, because));
  }
}

function wrongAnswer(
  { kind, host, target }: Visit,
  because: string,
): WrongAnswer {
  const at = new Date().toISOString();
  return { kind, host, target: target.slice(0, 80), because, at };
}

async function dropAgain(
  edge: SoakedEdge,
  { found, drops, end }: TrustDecision,
): Promise<void> {
  const key = `customer:${droppedCustomer}`;
  await again(end, dropEveryMs - dropForMs, async () => {
    await edge.put(key, "deny");
    const drop: Drop = {
      customer: droppedCustomer,
      beganAtMs: Date.now(),
      endedAtMs: Infinity,
    };
    drops.push(drop);
    found.drops += 1;
    await pause(dropForMs, null, { signal: end }).then(null, () => undefined);
    // From here on it may be served again at any moment.
    drop.endedAtMs = Date.now();
    await edge.put(key, "allow");
  });
}

async function again(
  end: AbortSignal,
  everyMs: number,
  work: () => Promise<void>,
): Promise<void> {
  while (!end.aborted) {
    await pause(everyMs, null, { signal: end }).then(null, () => undefined);
    if (!end.aborted) await work();
  }
}

/** Mulberry32: the same visits for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
