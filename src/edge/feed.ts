import { parseFeedPage, type FeedPage } from "../customer/feed.ts";
import { isWithin } from "./clock.ts";
import type { Edge } from "./edge.ts";
import type { FeedMemory } from "./feed-memory.ts";
import type { Isolate } from "./isolate.ts";
import { SharedResult } from "./shared-result.ts";

/*
 * The fast lane. KV shows a change everywhere only after a minute; the registry tells of it at once to whoever asks. An isolate
 * asks behind its requests, and before them once what it knows is two seconds old. Nothing depends on an answer: without one,
 * KV decides alone.
 */

/** From this age on it is read again behind the requests. */
const renewedAfterMs = 1_000;
/** From this age on a request waits for it, */
const trustedMs = 2_000;
/**
 * no longer than this, and not at all after a failure until one reading has succeeded. A round trip around half the world takes
 * 0.4 s: with a patience of 0.25 s, far PoPs with few visitors were half a minute late in the simulator.
 */
const patienceMs = 500;
/** How long nobody asks after a failure. */
const restMs = 1_000;
/** A reading that takes longer is nobody's any more: whoever began it is gone. */
const deadlineMs = 5_000;
/** What is older than this, nobody should rely on to be told of a drop within seconds. */
const oldMs = 10_000;
const betweenLinesMs = 60_000;

/** The copy for the other isolates of a PoP. */
const copyName = "feed";
const copySeconds = 60;

/** What a request has to wait for before it relies on the feed; null for nothing. */
export function freshenFeed(edge: Edge): Promise<void> | null {
  const { config, isolate, world } = edge;
  if (!config.hasRegistry) return null;
  const { feed } = isolate;
  const nowMs = world.nowMs();
  if (isWithin(feed.readAtMs, renewedAfterMs, nowMs)) return null;
  const hasFailed = feed.failedAtMs !== null;
  const rests = hasFailed && isWithin(feed.failedAtMs ?? 0, restMs, nowMs);
  const reading = readingUnderWay(feed, nowMs) ?? (rests ? null : begin(edge));
  const isTrusted = isWithin(feed.readAtMs, trustedMs, nowMs);
  if (reading === null || isTrusted || hasFailed) return null;
  return waitFor(reading, edge);
}

async function waitFor(
  reading: Reading,
  { isolate, world }: Edge,
): Promise<void> {
  const { kind } = await reading.wait(world.nowMs() + patienceMs, world);
  if (kind === "overdue") isolate.feed.failedAtMs = world.nowMs();
}

/** Should nobody rely on it? */
export function isFeedOld({ config, isolate, world }: Edge): boolean {
  return (
    config.hasRegistry && !isWithin(isolate.feed.readAtMs, oldMs, world.nowMs())
  );
}

type Reading = SharedResult<{ kind: "done" }>;

function readingUnderWay(
  { underWay }: FeedMemory,
  nowMs: number,
): Reading | null {
  return underWay !== null && isWithin(underWay.beganAtMs, deadlineMs, nowMs)
    ? underWay.result
    : null;
}

function begin(edge: Edge): Reading {
  const { isolate, world } = edge;
  const result: Reading = new SharedResult();
  isolate.feed.underWay = { result, beganAtMs: world.nowMs() };
  // It goes on for the others when the visitor who began it goes away.
  world.later(readFor(result, edge));
  return result;
}

async function readFor(result: Reading, edge: Edge): Promise<void> {
  const { feed } = edge.isolate;
  await read(edge);
  if (feed.underWay?.result === result) feed.underWay = null;
  result.settle({ kind: "done" });
}

async function read(edge: Edge): Promise<void> {
  const { isolate, world } = edge;
  const { feed } = isolate;
  if (await recall(edge)) return;
  for (;;) {
    const readAtMs = world.nowMs();
    const page = await ask(feed.head, edge);
    if (page === null) return;
    take(page, isolate);
    if (page.more) continue;
    feed.readAtMs = readAtMs;
    feed.failedAtMs = null;
    const copy = `${readAtMs} ${JSON.stringify(feed.page)}`;
    world.later(world.keep(copyName, copy, copySeconds));
    return;
  }
}

/** Takes over what another isolate of this PoP has just read. */
async function recall({ isolate, world }: Edge): Promise<boolean> {
  const { feed } = isolate;
  const copy = await world.recall(copyName);
  const [, readAt, text = ""] = /^(\d+) ([^]*)$/.exec(copy ?? "") ?? [];
  const readAtMs = Number(readAt);
  const isNews =
    readAtMs > feed.readAtMs &&
    isWithin(readAtMs, renewedAfterMs, world.nowMs());
  const page = isNews ? parseFeedPage(text) : null;
  if (!page?.ok) return false;
  take(page.value, isolate);
  feed.readAtMs = readAtMs;
  feed.failedAtMs = null;
  return true;
}

async function ask(
  after: number,
  { isolate, world }: Edge,
): Promise<FeedPage | null> {
  const overdue = world.wait(deadlineMs).then(() => ({
    kind: "failed" as const,
    problem: "no answer within the deadline",
  }));
  const answer = await Promise.race([world.readFeed(after), overdue]);
  const page =
    answer.kind === "read"
      ? parseFeedPage(answer.text)
      : { ok: false as const, problem: answer.problem };
  if (page.ok) return page.value;
  const { feed } = isolate;
  feed.failedAtMs = world.nowMs();
  if (isWithin(feed.loggedAtMs, betweenLinesMs, world.nowMs())) return null;
  feed.loggedAtMs = world.nowMs();
  world.observe({ kind: "feed-unreadable", problem: page.problem });
  return null;
}

function take(page: FeedPage, isolate: Isolate): void {
  const { feed, sites, standings, purges, settings } = isolate;
  for (const { key } of feed.take(page))
    for (const memory of [sites, standings, purges, settings])
      memory.amend(key, (text) => feed.correct(key, text));
}
