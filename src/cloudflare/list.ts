import type { ListAnswer } from "../world.ts";

/** The part of a KV namespace that is used here. */
export interface ReadableList {
  get(key: string): Promise<string | null>;
  get(keys: string[]): Promise<Map<string, string | null>>;
}

/**
 * Reads keys of the customer list in one bulk operation. When that fails, each key is read by itself, so
 * that one oversized value costs only its own key; a key that still fails is missing from the answer.
 *
 * KV caches what it reads in this PoP for 60 s, its default; the minimum, 30 s, doubles the cost.
 */
export async function readList(
  list: ReadableList,
  keys: readonly string[],
  deadlineMs: number,
): Promise<ListAnswer> {
  const bulk = await within(deadlineMs, list.get([...keys]));
  if (bulk.ok) return { values: bulk.value, problem: null };
  if (bulk.problem === overdue || keys.length === 1)
    return { values: new Map(), problem: bulk.problem };

  const singles = await Promise.all(
    keys.map(async (key) => ({
      key,
      read: await within(deadlineMs, list.get(key)),
    })),
  );
  const values = new Map<string, string | null>();
  let problem: string | null = null;
  for (const { key, read } of singles) {
    if (read.ok) values.set(key, read.value);
    else problem = `${key}: ${read.problem}`;
  }
  return { values, problem };
}

const overdue = "no answer within the deadline";

type Settled<T> = { ok: true; value: T } | { ok: false; problem: string };

function within<T>(deadlineMs: number, work: Promise<T>): Promise<Settled<T>> {
  return new Promise((resolve) => {
    const timer = setTimeout(
      () => resolve({ ok: false, problem: overdue }),
      deadlineMs,
    );
    const settle = (settled: Settled<T>) => {
      clearTimeout(timer);
      resolve(settled);
    };
    work.then(
      (value) => settle({ ok: true, value }),
      (error: unknown) => settle({ ok: false, problem: String(error) }),
    );
  });
}
