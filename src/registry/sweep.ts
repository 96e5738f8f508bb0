import type { Kv } from "./ports.ts";
import type { Registry } from "./registry.ts";

/** What a page of a sweep came to. */
export type SweepResult =
  | { kind: "more"; at: SweepPosition }
  | { kind: "complete" }
  | { kind: "failed"; problem: string };

/** Where a sweep goes on. */
export interface SweepPosition {
  cursor: string | null;
  /** The last key of the page before. */
  after: string;
}

export const sweepStart: SweepPosition = { cursor: null, after: "" };

/** KV's bulk read takes no more keys. */
const readAtOnce = 100;

/**
 * Compares one page of KV with what the ledger says. Only values without the number of the entry that wrote them are read:
 * whoever writes past the registry writes none.
 */
export async function sweep(
  registry: Registry,
  kv: Kv,
  { cursor, after }: SweepPosition,
  nowMs: () => number,
): Promise<SweepResult> {
  const page = await kv.list(cursor);
  if (!page.ok) return { kind: "failed", problem: page.problem };
  const { keys } = page.value;
  const last = page.value.cursor === null ? null : (keys.at(-1)?.name ?? after);
  const present = new Set(keys.map(({ name }) => name));
  const found = new Map<string, string | null>(
    registry.subjects
      .between(after, last)
      .filter(({ key }) => !present.has(key))
      .map(({ key }) => [key, null]),
  );
  const foreign: string[] = [];
  for (const { name, seq } of keys) {
    const { publishedSeq, text } = registry.subjects.find(name);
    if (seq === null || seq > publishedSeq) foreign.push(name);
    else if (seq < publishedSeq) registry.republish(name, nowMs());
    // What had drifted is back.
    else found.set(name, text);
  }
  for (let start = 0; start < foreign.length; start += readAtOnce) {
    const texts = await kv.read(foreign.slice(start, start + readAtOnce));
    if (!texts.ok) return { kind: "failed", problem: texts.problem };
    for (const [key, text] of texts.value) found.set(key, text);
  }
  registry.observe(found, nowMs());
  if (last !== null && page.value.cursor !== null)
    return { kind: "more", at: { cursor: page.value.cursor, after: last } };
  registry.finishImport();
  return { kind: "complete" };
}
