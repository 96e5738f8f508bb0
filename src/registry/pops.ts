import type { Sql } from "./ports.ts";

/** How far one point of presence (PoP) is, as far as it has said. */
export interface PopState {
  name: string;
  /** "silent": it does not hold the entry, and has not asked for a while. It asks before it serves the next visitor. */
  state: "holds" | "behind" | "silent";
  /** When it was first known to hold the entry, and when it was last heard of: milliseconds since the epoch. */
  sinceMs: number | null;
  heardMs: number;
}

interface Pop {
  heardMs: number;
  /** Which head it held from when on, the newest last. */
  heads: { head: number; sinceMs: number }[];
  /** When what is known of it was last written down. */
  keptMs: number;
}

/** A busy PoP asks every second. */
const silentAfterMs = 10_000;
const forgottenAfterMs = 86_400_000;
/** How often it is written down that nothing has changed. */
const keepEveryMs = 600_000;
const keptHeads = 64;

/** Which PoPs have asked for the feed, and what they hold of it by their own word. */
export class Pops {
  readonly #sql: Sql;
  readonly #pops = new Map<string, Pop>();

  constructor(sql: Sql) {
    this.#sql = sql;
    sql.all(
      "CREATE TABLE IF NOT EXISTS pop (name TEXT PRIMARY KEY, head INTEGER NOT NULL, since_ms INTEGER NOT NULL, heard_ms INTEGER NOT NULL)",
    );
    for (const row of sql.all("SELECT name, head, since_ms, heard_ms FROM pop"))
      this.#pops.set(String(row["name"]), {
        heads: [
          { head: Number(row["head"]), sinceMs: Number(row["since_ms"]) },
        ],
        heardMs: Number(row["heard_ms"]),
        keptMs: Number(row["heard_ms"]),
      });
  }

  /** A PoP has asked for what comes after `head`. */
  hear(name: string, head: number, nowMs: number): void {
    const pop = this.#pops.get(name) ?? {
      heads: [],
      heardMs: nowMs,
      keptMs: -Infinity,
    };
    this.#pops.set(name, pop);
    pop.heardMs = nowMs;
    const isNew = pop.heads.at(-1)?.head !== head;
    // One of its isolates may be new, and ask from the beginning.
    if (isNew && (pop.heads.at(-1)?.head ?? -1) < head)
      pop.heads = [...pop.heads, { head, sinceMs: nowMs }].slice(-keptHeads);
    if (isNew || nowMs >= pop.keptMs + keepEveryMs) this.#keep(name, pop);
  }

  /** How far they are with an entry, by name. */
  holding(seq: number, nowMs: number): PopState[] {
    return [...this.#pops]
      .filter(([, { heardMs }]) => nowMs < heardMs + forgottenAfterMs)
      .map(([name, { heads, heardMs }]): PopState => {
        const since = heads.find(({ head }) => head >= seq);
        const isSilent = nowMs > heardMs + silentAfterMs;
        return {
          name,
          state: since ? "holds" : isSilent ? "silent" : "behind",
          sinceMs: since?.sinceMs ?? null,
          heardMs,
        };
      })
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  #keep(name: string, pop: Pop): void {
    const { head = 0, sinceMs = 0 } = pop.heads.at(-1) ?? {};
    pop.keptMs = pop.heardMs;
    this.#sql.all(
      "INSERT OR REPLACE INTO pop (name, head, since_ms, heard_ms) VALUES (?, ?, ?, ?)",
      name,
      head,
      sinceMs,
      pop.heardMs,
    );
  }
}
