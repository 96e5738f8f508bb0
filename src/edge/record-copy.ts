import { isWithin } from "./clock.ts";
import type { Edge } from "./edge.ts";
import type { RecordLookup, Remembered } from "./record-memory.ts";

/** The copy in the PoP's cache is written again at this age, so that new isolates may trust it. */
const copyAgainMs = 60_000;

/** Leaves what was read to the other isolates of this PoP. */
export function keepCopy<T>(
  { key, popCopy }: RecordLookup<T>,
  {
    remembered,
    text,
    isNew,
  }: { remembered: Remembered<T>; text: string | null; isNew: boolean },
  { world }: Edge,
): void {
  const { readAtMs, copiedAtMs } = remembered;
  const isOld = !isWithin(copiedAtMs, copyAgainMs, world.nowMs());
  if (!isNew && !(popCopy === "trusted" && isOld)) return;
  remembered.copiedAtMs = readAtMs;
  world.later(world.keep(copyName(key), writeCopy(text, readAtMs)));
}

/** What this PoP's cache has of a key, now also in memory. */
export async function recallCopy<T>(
  { memory, key }: RecordLookup<T>,
  { world, isolate }: Edge,
): Promise<Remembered<T> | null> {
  const copy = parseCopy(await world.recall(copyName(key)));
  const meanwhile = memory.find(key);
  if (meanwhile !== null && meanwhile.known.kind !== "malformed")
    return meanwhile;
  if (copy === null) return null;
  const text = isolate.feed.correct(key, copy.text);
  const { remembered } = memory.learn(key, text, copy.readAtMs);
  remembered.copiedAtMs = copy.readAtMs;
  return remembered;
}

const copyName = (key: string) => `record/${key}`;

/** "=" before a value, so that an empty value and no value differ. */
function writeCopy(text: string | null, readAtMs: number): string {
  return `${readAtMs}${text === null ? "-" : `=${text}`}`;
}

/** Another version of the edge may have written it: what does not parse counts as not kept. */
function parseCopy(
  copy: string | null,
): { text: string | null; readAtMs: number } | null {
  const [, readAtMs, sign, text = ""] =
    /^(\d+)([=-])([^]*)$/.exec(copy ?? "") ?? [];
  if (readAtMs === undefined) return null;
  return { text: sign === "=" ? text : null, readAtMs: Number(readAtMs) };
}
